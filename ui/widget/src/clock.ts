import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { left, standing } from "./clocks.js";
import { alertIcon, checkIcon } from "./icons.js";
import type { Clock } from "./protocol.js";
import type { Language, Texts } from "./texts/index.js";
import { fill, SPOKEN } from "./texts/index.js";
import { dayAndTime, timeLeft } from "./times.js";

/**
 * One promise of a ticket, counting down each second while somebody can see it. A screen reader is told what the promise
 * is and when it is kept or missed, and not the seconds.
 */
export class ChatClock extends LitElement {
  @property({ attribute: false }) clock!: Clock;
  @property({ attribute: false }) texts!: Texts;
  @property({ attribute: false }) language!: Language;
  /** Milliseconds that the server's clock is ahead of this device's. */
  @property({ attribute: false }) skew = 0;

  private ticking: ReturnType<typeof setInterval> | undefined;

  /** Inside the window's shadow root, whose styles are for this one too. */
  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.run);
    this.run();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.run);
    clearInterval(this.ticking);
  }

  protected override render(): TemplateResult {
    const { clock, texts, language } = this;
    const now = Date.now() + this.skew;
    const state = standing(clock, now);
    return html`<div class="clock ${state}">
      <span class="what" lang=${SPOKEN}>${clock.label}</span>
      ${
        clock.due === null
          ? nothing
          : html`<time datetime=${clock.due}>
              ${fill(texts.clockDue, { time: dayAndTime(clock.due, now, texts, language) })}
            </time>`
      }
      ${
        state === "done"
          ? html`<strong>${checkIcon}${texts.clockDone}</strong>`
          : state === "over"
            ? html`<strong>${alertIcon}${texts.clockOver}</strong>`
            : html`<strong aria-hidden="true">${timeLeft(left(clock.due!, now), texts)}</strong>`
      }
    </div>`;
  }

  private readonly run = (): void => {
    clearInterval(this.ticking);
    if (document.visibilityState === "hidden") return;
    this.requestUpdate();
    this.ticking = setInterval(() => this.requestUpdate(), 1000);
  };
}
