import type { LitElement, ReactiveController } from "lit";

/** Pixels from the end within which a reader counts as being at the end. */
const NEAR_END = 80;

/** Keeps the end of the conversation in view, unless the reader has scrolled up. */
export class Scroll implements ReactiveController {
  /** The reader is, or wants to be, at the end. */
  isAtEnd = true;
  /** Something new stands below what the reader sees. */
  hasNewer = false;

  /** Cards and pictures make the conversation longer after it was drawn. */
  private readonly growth = new ResizeObserver(() => this.keepEnd());
  private watched: Element | null = null;
  /** Pixels that the conversation could be scrolled when it last was. */
  private lastRange = 0;
  /** Pixels between the first line in view and the end, while older messages are fetched. */
  private fromEnd: number | null = null;

  constructor(private readonly host: LitElement) {
    host.addController(this);
  }

  hostUpdated(): void {
    const lines = this.host.renderRoot.querySelector(".lines");
    if (lines !== this.watched) {
      this.growth.disconnect();
      if (lines) this.growth.observe(lines);
      this.watched = lines;
    }
    this.keepPlace();
  }

  hostDisconnected(): void {
    this.growth.disconnect();
    this.watched = null;
  }

  scrolled(): void {
    const { log } = this;
    if (!log) return;
    const range = log.scrollHeight - log.clientHeight;
    if (range === this.lastRange) this.isAtEnd = range - log.scrollTop < NEAR_END;
    // What comes or goes moves the conversation too, and fires the same event: that is not the reader scrolling.
    else this.keepEnd();
    this.lastRange = range;
    if (this.isAtEnd && this.hasNewer) this.toEnd();
  }

  toEnd(): void {
    this.isAtEnd = true;
    this.hasNewer = false;
    this.keepEnd();
    this.host.requestUpdate();
  }

  /** Something new has come in at the end. */
  grew(): void {
    if (!this.isAtEnd) this.hasNewer = true;
  }

  /** What the reader sees stays where it is while older messages come in above it. */
  hold(): void {
    this.fromEnd = this.log ? this.log.scrollHeight - this.log.scrollTop : null;
  }

  private get log(): HTMLElement | null {
    return this.host.renderRoot.querySelector(".log");
  }

  private keepEnd(): void {
    if (this.log && this.isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  private keepPlace(): void {
    const { log, fromEnd } = this;
    if (!log || fromEnd === null || log.scrollHeight - log.scrollTop === fromEnd) return;
    log.scrollTop = log.scrollHeight - fromEnd;
    this.fromEnd = null;
  }
}
