import { io, type Socket } from "socket.io-client";

import {
  readAck,
  readAnswering,
  readHistory,
  readMessage,
  readPlace,
  readReason,
  readRefusal,
  readTyping,
} from "./protocol.js";
import type { Ack, Answering, History, Message, Place, Typing } from "./protocol.js";

/** What the line tells its owner. */
export interface Listener {
  /** The transport is there; no session yet. */
  onConnected(): void;
  /** `reason`: the server's word for why it refused the connection; empty when it was cut. */
  onLost(reason: string): void;
  onSession(token: string): void;
  onHistory(history: History): void;
  onMessage(message: Message): void;
  onOwner(answering: Answering): void;
  onPlace(place: Place): void;
  onTyping(typing: Typing): void;
  onRefused(reason: string, detail: string): void;
}

/** The connection to the server as the chat needs it. */
export interface Line {
  connect(listener: Listener): void;
  close(): void;
  /** For a connection that looks alive and carries nothing. */
  reconnect(): void;
  /** `identity`: who is logged in on the page, signed by its server. */
  askSession(token: string | null, identity: string | null): void;
  /** The page of messages before the one with this number. */
  askEarlier(before: number): void;
  /** Whether the customer is writing: a hint that may be lost. */
  tellTyping(on: boolean): void;
  /** Everything up to this message was shown; false: nobody knows whether the server has it. */
  tellSeen(messageId: number): Promise<boolean>;
  /** Resolves to null when no answer came in time: nobody knows whether the server has the message. */
  send(message: string, messageId: string, token: string): Promise<Ack | null>;
}

/** Asks for what our server adds to Rasa's events. */
const PROTOCOL = 1;
/** Milliseconds to wait for the acknowledgement of a message. */
const ACK_PATIENCE = 10_000;
/** Milliseconds after which a connection that the server closed or refused is tried again. */
const REFUSED_PAUSE = 15_000;

/** Rasa's socket.io protocol. */
export class SocketLine implements Line {
  private socket: Socket | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly server: string) {}

  connect(listener: Listener): void {
    if (this.socket) {
      this.socket.connect();
      return;
    }
    const socket = io(this.server, {
      forceNew: true,
      // WebSocket first: polling needs every request of a session to reach the same process.
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
      timeout: 10_000,
    });
    this.socket = socket;
    socket.on("connect", () => listener.onConnected());
    socket.on("disconnect", (why) => {
      listener.onLost("");
      // Closed by the server: socket.io does not come back by itself.
      if (why === "io server disconnect") this.connectLater();
    });
    socket.on("connect_error", (error: Refusal) => {
      listener.onLost(reasonOf(error));
      if (!socket.active) this.connectLater();
    });
    socket.on("session_confirm", (token: unknown) => {
      if (typeof token === "string") listener.onSession(token);
    });
    socket.on("history", (data: unknown) => listener.onHistory(readHistory(data)));
    socket.on("bot_uttered", (data: unknown) => {
      const message = readMessage(data);
      if (message) listener.onMessage(message);
    });
    socket.on("owner", (data: unknown) => {
      const answering = readAnswering(data);
      if (answering) listener.onOwner(answering);
    });
    socket.on("queue", (data: unknown) => {
      const place = readPlace(data);
      if (place) listener.onPlace(place);
    });
    socket.on("typing", (data: unknown) => listener.onTyping(readTyping(data)));
    socket.on("refused", (data: unknown) => {
      const { reason, detail } = readRefusal(data);
      listener.onRefused(reason, detail);
    });
  }

  close(): void {
    clearTimeout(this.retry);
    this.socket?.disconnect();
    this.socket?.removeAllListeners();
    this.socket = null;
  }

  reconnect(): void {
    this.socket?.disconnect().connect();
  }

  askSession(token: string | null, identity: string | null): void {
    const known = { ...(token === null ? {} : { session_id: token }), ...(identity === null ? {} : { identity }) };
    this.socket?.emit("session_request", { protocol: PROTOCOL, ...known });
  }

  askEarlier(before: number): void {
    this.socket?.emit("history_request", { before });
  }

  tellTyping(on: boolean): void {
    // Not kept for a connection that comes later: it would be wrong by then.
    this.socket?.volatile.emit("typing", { on });
  }

  async tellSeen(messageId: number): Promise<boolean> {
    if (!this.socket) return false;
    try {
      const answer: unknown = await this.socket.timeout(ACK_PATIENCE).emitWithAck("seen", { message_id: messageId });
      const ack = readAck(answer);
      return ack !== null && (ack.ok || !ack.retry);
    } catch {
      return false;
    }
  }

  async send(message: string, messageId: string, token: string): Promise<Ack | null> {
    if (!this.socket) return null;
    try {
      const answer: unknown = await this.socket
        .timeout(ACK_PATIENCE)
        .emitWithAck("user_uttered", { message, message_id: messageId, session_id: token });
      return readAck(answer);
    } catch {
      return null;
    }
  }

  private connectLater(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.socket?.connect(), REFUSED_PAUSE);
  }
}

/** A refused connection: by socket.io with `data`, by the server's HTTP side with a body. */
type Refusal = Error & { data?: unknown; context?: { responseText?: unknown } };

function reasonOf(error: Refusal): string {
  const body = error.context?.responseText;
  if (typeof body !== "string") return readReason(error.data);
  try {
    return readReason(JSON.parse(body));
  } catch {
    return "";
  }
}
