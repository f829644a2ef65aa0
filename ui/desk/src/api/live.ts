/**
 * The WebSocket: it says that something is new, never what counts. Connects again by itself, sooner when the browser
 * says that the network is back, and gives up only when the server says that this person has no business here.
 */

import type { ClientFrame, ServerFrame } from "./types";

export type LiveState = "off" | "connecting" | "open" | "lost";

export const ALIVE_EVERY = 20_000;
/** Longer than this without an answer: the connection is dead, whatever the browser thinks. */
export const SILENCE = 30_000;
const SIGNED_OUT = 4401;
/** No permission, or a given password is still to be changed: trying again would not help. */
const REFUSED = 4403;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/** Milliseconds until the next try; `chance` in 0…1 spreads the browsers of a whole office. */
export function backoff(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures);
  return Math.round(longest / 2 + (longest / 2) * chance);
}

export interface Clockwork {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  random(): number;
}

/** What of a WebSocket is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

type Listener = (frame: ServerFrame) => void;

export class Live {
  #state: LiveState = "off";
  #socket: Socket | null = null;
  #failures = 0;
  #retry: unknown = null;
  #alive: unknown = null;
  #silence: unknown = null;
  #watched: string[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #observers = new Set<() => void>();

  constructor(
    private readonly connect: () => Socket,
    private readonly clock: Clockwork,
  ) {}

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "off") this.#open();
  }

  stop(): void {
    this.#drop();
    this.clock.clearTimeout(this.#retry);
    this.#failures = 0;
    this.#watched = [];
    this.#become("off");
  }

  /** The network is back, or the page is looked at again: no need to wait for the next try. */
  hurry(): void {
    if (this.#state !== "lost") return;
    this.clock.clearTimeout(this.#retry);
    this.#failures = 0;
    this.#open();
  }

  /** Which conversations are on the screen; replaces what was watched before. */
  watch(ids: readonly string[]): void {
    this.#watched = [...ids];
    this.#send({ type: "watch", ids: this.#watched });
  }

  typing(id: string, on: boolean): void {
    this.#send({ type: "typing", id, on });
  }

  /** Each frame of the server. Returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Each change of `state`. Returns how to stop. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  #open(): void {
    this.#become(this.#failures || this.#state === "lost" ? "lost" : "connecting");
    const socket = this.connect();
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#become("open");
      if (this.#watched.length) this.#send({ type: "watch", ids: this.#watched });
      this.#sayAlive();
    };
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data) as ServerFrame);
    socket.onclose = ({ code }) => {
      if (code === SIGNED_OUT) this.#signedOut();
      else if (code === REFUSED) this.stop();
      else this.#lost();
    };
    this.#expectSign();
  }

  #heard(frame: ServerFrame): void {
    this.#expectSign();
    if (frame.type === "signed_out") this.#signedOut();
    else for (const listener of this.#listeners) listener(frame);
  }

  #signedOut(): void {
    this.stop();
    for (const listener of this.#listeners) listener({ type: "signed_out" });
  }

  #lost(): void {
    this.#drop();
    this.#become("lost");
    this.#retry = this.clock.setTimeout(() => this.#open(), backoff(this.#failures++, this.clock.random()));
  }

  #drop(): void {
    this.clock.clearTimeout(this.#alive);
    this.clock.clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #sayAlive(): void {
    this.#send({ type: "alive" });
    this.#alive = this.clock.setTimeout(() => this.#sayAlive(), ALIVE_EVERY);
  }

  #expectSign(): void {
    this.clock.clearTimeout(this.#silence);
    this.#silence = this.clock.setTimeout(() => this.#lost(), SILENCE);
  }

  #send(frame: ClientFrame): void {
    if (this.#state === "open") this.#socket?.send(JSON.stringify(frame));
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const observer of this.#observers) observer();
  }
}
