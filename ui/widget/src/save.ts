import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Texts } from "./texts/index.js";

/** A button that fetches a file with the session's token and gives it to the browser to keep. */
export class ChatSave extends LitElement {
  @property({ attribute: false }) texts!: Texts;
  /** File name. */
  @property({ attribute: false }) name = "";
  @property({ attribute: false }) label = "";
  @property({ attribute: false, hasChanged: () => false }) load!: () => Promise<Blob>;

  @state() private isBusy = false;
  @state() private hasFailed = false;

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<button type="button" class="save" ?disabled=${this.isBusy} @click=${() => this.save()}>
        ${this.label}
      </button>
      ${this.hasFailed ? html`<small role="alert">${this.texts.saveFailed}</small>` : nothing}`;
  }

  private async save(): Promise<void> {
    this.isBusy = true;
    this.hasFailed = false;
    try {
      keep(await this.load(), this.name);
    } catch {
      this.hasFailed = true;
    }
    this.isBusy = false;
  }
}

function keep(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  follow(address, name);
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** As if a link to it was followed, to be saved under this name. */
export function follow(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
