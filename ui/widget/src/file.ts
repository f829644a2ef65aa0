import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { fileIcon } from "./icons.js";
import { follow } from "./save.js";
import type { Texts } from "./texts/index.js";
import { fill } from "./texts/index.js";
import { size } from "./times.js";

/**
 * A file in a bubble: a picture as a picture, everything else by its name. What lies on the server is fetched with the
 * session's token and shown from memory; its address is of no use to anybody else.
 *
 * Fires `enlarge` when a picture is chosen.
 */
export class ChatFile extends LitElement {
  @property({ attribute: false }) texts!: Texts;
  @property({ attribute: false }) name = "";
  @property({ attribute: false }) mediaType = "";
  @property({ attribute: false }) size = 0;
  /** The file itself, if it was chosen in this tab. */
  @property({ attribute: false }) file: File | null = null;
  /** Fetches it from the server; null while it is not there yet. */
  @property({ attribute: false, hasChanged: () => false }) load: (() => Promise<Blob>) | null = null;
  @property({ attribute: false }) isReachable = false;

  @state() private address = "";
  /** It could not be fetched. */
  @state() private hasFailed = false;
  /** It was, and is no picture that this browser can show. */
  @state() private isBroken = false;
  private isLoading = false;

  protected override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.address);
    this.address = "";
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.isPicture && !this.address && !this.hasFailed) void this.fetch();
  }

  protected override render(): TemplateResult {
    const { texts, name } = this;
    if (!this.isPicture || this.isBroken) {
      return html`<span class="doc">
        ${fileIcon}
        <span
          ><span class="spoken">${fill(texts.file, { name: "" })}</span>${name}<small>${size(this.size)}</small></span
        >
        ${
          this.file || this.load
            ? html`<button
                type="button"
                class="save"
                aria-label="${texts.saveFile}: ${name}"
                @click=${() => this.save()}
              >
                ${texts.saveFile}
              </button>`
            : nothing
        }
      </span>`;
    }
    if (this.hasFailed) {
      return html`<button type="button" class="failed" @click=${() => this.fetch()}>${texts.pictureFailed}</button>`;
    }
    if (!this.address) return html`<span class="blank" role="img" aria-label=${fill(texts.picture, { name })}></span>`;
    return html`<button
      type="button"
      class="picture"
      aria-label=${fill(texts.openPicture, { name })}
      @click=${() => this.dispatchEvent(new CustomEvent("enlarge", { detail: { address: this.address, name } }))}
    >
      <img src=${this.address} alt=${fill(texts.picture, { name })} @error=${() => (this.isBroken = true)} />
    </button>`;
  }

  private get isPicture(): boolean {
    return this.mediaType.startsWith("image/");
  }

  private async fetch(): Promise<void> {
    if (this.isLoading || (!this.file && !(this.load && this.isReachable))) return;
    this.isLoading = true;
    try {
      const content = this.file ?? (await this.load!());
      if (this.isConnected) this.address = URL.createObjectURL(content);
      this.hasFailed = false;
    } catch {
      this.hasFailed = true;
    }
    this.isLoading = false;
  }

  private async save(): Promise<void> {
    await this.fetch();
    if (!this.address) return;
    follow(this.address, this.name);
  }
}
