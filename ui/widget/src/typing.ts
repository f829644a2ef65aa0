/** Milliseconds after which a customer who goes on writing is said to write again. */
const AGAIN = 2_500;
/** Milliseconds without a change after which they have stopped. */
const STILL = 4_000;

/** Tells that the customer is writing: now and then while they do, and once when they stop. */
export class Typing {
  private said = 0;
  private ends: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (on: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** The draft has changed; `isEmpty`: there is nothing in it any more. */
  changed(isEmpty: boolean): void {
    clearTimeout(this.ends);
    if (isEmpty) {
      this.stop();
      return;
    }
    this.ends = setTimeout(() => this.stop(), STILL);
    if (this.said !== 0 && this.now() - this.said < AGAIN) return;
    this.said = this.now();
    this.tell(true);
  }

  stop(): void {
    clearTimeout(this.ends);
    if (this.said === 0) return;
    this.said = 0;
    this.tell(false);
  }
}
