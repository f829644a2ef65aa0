import type { Store } from "./storage.js";

/** A message of the customer that the server has not acknowledged yet. */
export interface Pending {
  messageId: string;
  /** What is sent: words, or the payload of a button. */
  text: string;
  /** What the customer sees instead of a payload. */
  title: string | null;
  /** ISO 8601 */
  at: string;
}

/**
 * Messages on their way, kept over reloads and sent again under the same id until the server has them.
 *
 * One entry of the storage per message: two tabs never overwrite each other's list.
 */
export class Outbox {
  private readonly start: string;

  constructor(
    private readonly store: Store,
    server: string,
  ) {
    this.start = `${server}|out|`;
  }

  put(pending: Pending): void {
    this.store.set(this.start + pending.messageId, JSON.stringify(pending));
  }

  remove(messageId: string): void {
    this.store.remove(this.start + messageId);
  }

  /** In the order in which they were written. */
  all(): Pending[] {
    const found: Pending[] = [];
    for (const name of this.store.names(this.start)) {
      const pending = read(this.store.get(name));
      if (pending) found.push(pending);
      else this.store.remove(name);
    }
    return found.sort((one, other) => one.at.localeCompare(other.at));
  }

  clear(): void {
    for (const name of this.store.names(this.start)) this.store.remove(name);
  }
}

function read(json: string | null): Pending | null {
  try {
    const kept = JSON.parse(json ?? "null") as Partial<Pending> | null;
    if (typeof kept?.messageId !== "string" || typeof kept.text !== "string" || typeof kept.at !== "string")
      return null;
    return { messageId: kept.messageId, text: kept.text, title: kept.title ?? null, at: kept.at };
  } catch {
    return null;
  }
}
