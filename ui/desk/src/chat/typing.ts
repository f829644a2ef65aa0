/** Milliseconds between two signs that somebody goes on typing, and after which a pause ends it. */
const AGAIN = 3_000;
const PAUSE = 5_000;
/** Milliseconds after which the customer's sign is taken back if nothing more is heard. */
export const CUSTOMER_PATIENCE = 12_000;

/** Tells the customer that the agent types: at most once in three seconds, and once when it ends. */
export class TypingSign {
  private conversation: string | null = null;
  private saidAt = 0;
  private ends: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly say: (conversation: string, on: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** A key was pressed in the field, and `text` stands there now. */
  typed(conversation: string, text: string): void {
    if (this.conversation !== conversation) this.stop();
    if (!text.trim()) return this.stop();
    const now = this.now();
    if (this.conversation === null || now - this.saidAt >= AGAIN) {
      this.conversation = conversation;
      this.saidAt = now;
      this.say(conversation, true);
    }
    clearTimeout(this.ends);
    this.ends = setTimeout(() => this.stop(), PAUSE);
  }

  /** Sent, emptied, or another conversation opened. */
  stop(): void {
    clearTimeout(this.ends);
    if (this.conversation !== null) this.say(this.conversation, false);
    this.conversation = null;
  }
}
