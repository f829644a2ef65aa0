/** Milliseconds for which a message is in view before it counts as shown. */
const SHOWN = 800;
/** Milliseconds after which what was not acknowledged is said again. */
const AGAIN = 15_000;

/**
 * Confirms to the server what the customer was shown: only then has an answer to a ticket reached them. Up to a message,
 * each once, and again until the server has it.
 */
export class Seen {
  private shown = 0;
  private kept = 0;
  private isOnItsWay = false;
  /** In view since a moment, and not long enough yet. */
  private inView = 0;
  private waits: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;

  /** `tell` resolves to whether the server has it. */
  constructor(private readonly tell: (messageId: number) => Promise<boolean>) {}

  /** This message is in view, and with it what stands above; null: nothing is. */
  shows(messageId: number | null): void {
    const newest = messageId ?? 0;
    if (newest === this.inView) return;
    this.inView = newest;
    clearTimeout(this.waits);
    if (newest <= this.shown) return;
    this.waits = setTimeout(() => {
      this.shown = newest;
      void this.confirm();
    }, SHOWN);
  }

  /** A connection is there, perhaps another one. */
  connected(): void {
    void this.confirm();
  }

  /** The connection is given up. */
  stop(): void {
    clearTimeout(this.waits);
    clearTimeout(this.again);
    this.inView = 0;
  }

  /** Another conversation. */
  clear(): void {
    this.stop();
    this.shown = this.kept = 0;
  }

  private async confirm(): Promise<void> {
    if (this.isOnItsWay || this.shown <= this.kept) return;
    const messageId = this.shown;
    this.isOnItsWay = true;
    const isKept = await this.tell(messageId);
    this.isOnItsWay = false;
    if (isKept && this.shown >= messageId) this.kept = Math.max(this.kept, messageId);
    if (this.shown <= this.kept) return;
    clearTimeout(this.again);
    if (isKept) void this.confirm();
    else this.again = setTimeout(() => void this.confirm(), AGAIN);
  }
}
