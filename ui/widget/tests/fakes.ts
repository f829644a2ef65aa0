/** A line and files that do what a test tells them, at the interfaces that the chat owns. */

import type { Files, Sent } from "../src/evidence.js";
import type { Line, Listener } from "../src/line.js";
import { readMessage, type Ack, type Message } from "../src/protocol.js";

export interface Uttered {
  text: string;
  messageId: string;
  token: string;
}

/** Answers each message with the next of `acks`, and with `{ok: true}` when there is none left. */
export class FakeLine implements Line {
  listener!: Listener;
  sessionsAsked: (string | null)[] = [];
  identities: (string | null)[] = [];
  uttered: Uttered[] = [];
  acks: (Ack | null | "never")[] = [];
  reconnects = 0;
  earlier: number[] = [];
  typed: boolean[] = [];
  seen: number[] = [];
  /** The server keeps what was seen. */
  keepsSeen = true;

  connect(listener: Listener): void {
    this.listener = listener;
  }

  close(): void {}

  reconnect(): void {
    this.reconnects += 1;
  }

  askSession(token: string | null, identity: string | null): void {
    this.sessionsAsked.push(token);
    this.identities.push(identity);
  }

  askEarlier(before: number): void {
    this.earlier.push(before);
  }

  tellTyping(on: boolean): void {
    this.typed.push(on);
  }

  tellSeen(messageId: number): Promise<boolean> {
    this.seen.push(messageId);
    return Promise.resolve(this.keepsSeen);
  }

  send(text: string, messageId: string, token: string): Promise<Ack | null> {
    this.uttered.push({ text, messageId, token });
    const ack = this.acks.length > 0 ? this.acks.shift()! : { ok: true as const };
    return ack === "never" ? new Promise(() => {}) : Promise.resolve(ack);
  }

  /** Connected, with this session. */
  open(token = "token-1"): void {
    this.listener.onConnected();
    this.listener.onSession(token);
  }
}

export class FakeFiles implements Files {
  answers: Sent[] = [];
  sent: string[] = [];

  send(_file: File, messageId: string): Promise<Sent> {
    this.sent.push(messageId);
    return Promise.resolve(this.answers.shift() ?? { ok: true });
  }

  load(): Promise<Blob> {
    return Promise.resolve(new Blob());
  }

  receipt(): Promise<Blob> {
    return Promise.resolve(new Blob());
  }
}

export function message(what: Record<string, unknown>): Message {
  return readMessage({ at: "2026-11-22T08:00:00+08:00", author: "bot", ...what })!;
}

/** Until everything that waits for nothing but promises has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
