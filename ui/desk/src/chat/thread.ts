import { Timeline } from "./timeline";
import { CUSTOMER_PATIENCE } from "./typing";
import type { Message, Messages, Note } from "../api/types";

/** Where a conversation is read. */
export interface Reading {
  messages(conversation: string, cursor: { after?: number; before?: number }): Promise<Messages>;
  notes(conversation: string): Promise<Note[]>;
}

/** One conversation that is open on this page: read by cursor, so that a lost connection costs nothing. */
export class Thread {
  readonly timeline = new Timeline();
  /** `empty`: nothing was read yet. */
  state: "empty" | "ready" | "failed" = "empty";
  isTyping = false;
  isFetchingEarlier = false;
  /** What stands in the field for the customer, and in the one for notes. */
  drafts = { message: "", note: "" };
  /** What was covered before it was revealed. */
  private covered: Message[] = [];
  /** Read up to here without a gap; what was sent from here may be known beyond it. */
  private cursor: number | null = null;
  private reading: Promise<void> | null = null;
  private isStale = false;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;

  /** `heard`: new messages that are not of the first page. */
  constructor(
    readonly id: string,
    private readonly source: Reading,
    private readonly changed: () => void,
    private readonly heard: (messages: Message[]) => void,
  ) {}

  /** Everything that is not here yet. Asked again while it is read, it is read once more. */
  reread(): Promise<void> {
    this.isStale = true;
    return (this.reading ??= this.readAll().finally(() => {
      this.reading = null;
      this.changed();
    }));
  }

  async earlier(): Promise<void> {
    const before = this.timeline.firstId;
    if (before === null || !this.timeline.hasEarlier || this.isFetchingEarlier) return;
    this.isFetchingEarlier = true;
    this.changed();
    try {
      const page = await this.source.messages(this.id, { before });
      this.timeline.hasEarlier = page.more;
      this.timeline.take(page.items);
    } finally {
      this.isFetchingEarlier = false;
      this.changed();
    }
  }

  showTyping(on: boolean): void {
    clearTimeout(this.typingEnds);
    this.isTyping = on;
    if (on) this.typingEnds = setTimeout(() => this.showTyping(false), CUSTOMER_PATIENCE);
    this.changed();
  }

  /** The texts as they were written; `items` has them by the number of the message. */
  reveal(items: readonly Message[]): void {
    const shown = this.timeline.rows().flatMap((row) => (row.kind === "message" ? [row.message] : []));
    this.covered.push(...shown.filter((each) => each.is_masked));
    this.timeline.take(items.map((each) => ({ ...each, is_masked: false })));
    this.changed();
  }

  /** The last one that was read; what an agent marks as read. */
  get readTo(): number {
    return this.cursor ?? 0;
  }

  /** Looked at long enough: left, or covered by hand. */
  cover(): void {
    if (this.covered.length === 0) return;
    this.timeline.cover(this.covered);
    this.covered = [];
    this.changed();
  }

  private async readAll(): Promise<void> {
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.readOn();
        this.timeline.takeNotes(await this.source.notes(this.id));
      }
      this.state = "ready";
    } catch (error) {
      if (this.state === "empty") this.state = "failed";
      throw error;
    }
  }

  private async readOn(): Promise<void> {
    const isFirst = this.cursor === null;
    for (;;) {
      const after = this.cursor;
      const page = await this.source.messages(this.id, after === null ? {} : { after });
      if (after === null) this.timeline.hasEarlier = page.more;
      const fresh = this.timeline.take(page.items);
      this.cursor = page.items.reduce((last, each) => Math.max(last, each.id), after ?? 0);
      if (!isFirst && fresh.length > 0) {
        this.heard(fresh);
        if (fresh.some((each) => each.author === "customer")) this.showTyping(false);
      }
      // The server tells the newest again, because a smaller number may appear late: no progress, no next page.
      if (isFirst || !page.more || this.cursor === after) return;
    }
  }
}
