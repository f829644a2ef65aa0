import type { Conversation, Entry } from "./conversation.js";
import type { Line } from "./line.js";
import type { Outbox, Pending } from "./outbox.js";

/** Milliseconds before a message that the server could not take yet is sent again; the last one repeats. */
const PAUSES = [1_000, 2_000, 5_000, 10_000];

/** Sends what is in the outbox, one message at a time so that the order stays, until the server has each. */
export class Sender {
  private running = false;
  private token: string | null = null;

  constructor(
    private readonly line: Line,
    private readonly outbox: Outbox,
    private readonly conversation: Conversation,
    private readonly changed: () => void,
    private readonly pause: (milliseconds: number) => Promise<void> = sleep,
  ) {}

  /** Messages may go: the session of this token is open. */
  start(token: string): void {
    this.token = token;
    void this.run();
  }

  /** Nothing can be sent now. */
  stop(): void {
    this.token = null;
    for (const entry of this.conversation.entries) {
      if (entry.state === "sending" && entry.file === null) this.conversation.mark(entry, "waiting");
    }
  }

  push(pending: Pending): void {
    this.outbox.put(pending);
    this.show(pending);
    void this.run();
  }

  /** The bubbles of what a reload, or another tab, has left unsent. */
  restore(): boolean {
    const pending = this.outbox.all();
    pending.forEach((each) => this.show(each));
    return pending.length > 0;
  }

  private show(pending: Pending): Entry {
    const { messageId, text, title, at } = pending;
    return this.conversation.write(messageId, at, { text, title });
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let failures = 0;
    for (;;) {
      const [next] = this.outbox.all();
      if (!next || this.token === null) break;
      const pause = await this.deliver(next, this.token);
      this.changed();
      if (pause === null) failures = 0;
      else if (this.token !== null) {
        await this.pause(pause || PAUSES[Math.min(failures++, PAUSES.length - 1)]!);
      }
    }
    this.running = false;
  }

  /**
   * Null when the server has decided on the message, for or against; otherwise the milliseconds for which it asked to
   * wait before the next try (0: it did not say).
   */
  private async deliver(pending: Pending, token: string): Promise<number | null> {
    const entry = this.show(pending);
    this.conversation.mark(entry, "sending");
    this.changed();
    const ack = await this.line.send(pending.text, pending.messageId, token);
    const isUnknown = ack === null || (!ack.ok && ack.reason === "session");
    if (isUnknown || (!ack.ok && ack.retry)) {
      this.conversation.mark(entry, "waiting");
      // No answer, or this connection has another session: a new connection settles both.
      if (isUnknown && this.token === token) this.line.reconnect();
      return ack === null || ack.ok ? 0 : ack.after * 1000;
    }
    this.outbox.remove(pending.messageId);
    if (ack.ok) this.conversation.mark(entry, "delivered");
    else this.conversation.mark(entry, "refused", ack.reason);
    return null;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
