import type { Store } from "./store";

/** A message or note of an agent that the server has not acknowledged yet. */
export interface Pending {
  messageId: string;
  conversation: string;
  kind: "message" | "note";
  text: string;
  /** Said in spite of the warning about a promise. */
  confirmed: boolean;
  /** ISO 8601; growing, also for two within a millisecond: it is the order. */
  at: string;
}

/**
 * What is on its way, kept over reloads and sent again under the same id until the server has it.
 *
 * One entry of the storage per message, under the number of the person: two tabs never overwrite each other's list, and
 * nobody who signs in later at this computer sends what another has written.
 */
export class Outbox {
  private readonly start: string;
  private lastWritten = 0;

  constructor(
    private readonly store: Store,
    person: string,
    private readonly now: () => number = Date.now,
  ) {
    this.start = `quanyi-desk|${person}|out|`;
  }

  put(pending: Pending): void {
    this.store.set(this.start + pending.messageId, JSON.stringify(pending));
  }

  remove(messageId: string): void {
    this.store.remove(this.start + messageId);
  }

  find(messageId: string): Pending | null {
    return read(this.store.get(this.start + messageId));
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

  writtenAt(): string {
    this.lastWritten = Math.max(this.now(), this.lastWritten + 1);
    return new Date(this.lastWritten).toISOString();
  }
}

function read(json: string | null): Pending | null {
  try {
    const kept = JSON.parse(json ?? "null") as Partial<Pending> | null;
    if (
      typeof kept?.messageId !== "string" ||
      typeof kept.conversation !== "string" ||
      typeof kept.text !== "string" ||
      typeof kept.at !== "string" ||
      (kept.kind !== "message" && kept.kind !== "note")
    )
      return null;
    const { messageId, conversation, kind, text, at } = kept;
    return { messageId, conversation, kind, text, at, confirmed: kept.confirmed === true };
  } catch {
    return null;
  }
}
