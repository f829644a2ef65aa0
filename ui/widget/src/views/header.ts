import { html, nothing, type TemplateResult } from "lit";

import { chatIcon, downIcon, personIcon, settingsIcon, alertIcon } from "../icons.js";
import { fill } from "../texts/index.js";
import type { View } from "./view.js";

export function header(view: View, isSettings: boolean): TemplateResult {
  const { chat, texts } = view;
  return html`<div class="head ${chat.owner}" part="header">
    <span class="face">${chat.owner === "agent" ? personIcon : chatIcon}</span>
    <div class="who">
      <h2 id="heading">${view.heading}</h2>
      <p>${whoAnswers(view)}</p>
    </div>
    <button type="button" class="tool words" @click=${() => view.choose({ elder: !view.elder })}>
      ${view.elder ? texts.elderOff : texts.elderOn}
    </button>
    <button
      type="button"
      class="tool settle"
      aria-label=${texts.settings}
      aria-expanded=${isSettings}
      @click=${() => view.showSettings(!isSettings)}
    >
      ${settingsIcon}
    </button>
    <button type="button" class="tool" aria-label=${texts.close} @click=${() => view.hide()}>${downIcon}</button>
  </div>`;
}

function whoAnswers({ chat, texts }: View): string {
  if (chat.link === "connecting") return texts.connecting;
  if (chat.owner === "agent") {
    return chat.staff === null ? texts.answersAgent : fill(texts.answersAgentNumber, { staff: chat.staff });
  }
  return chat.owner === "queue" ? texts.answersQueue : texts.answersBot;
}

/** Always in the page, so that a screen reader tells what appears in it. */
export function banner({ chat, texts }: View): TemplateResult {
  return html`<div class="banner" role="status">
    ${
      chat.link === "lost"
        ? html`<p>${alertIcon}${lostText(chat.notice, texts)}</p>`
        : chat.notice === "session_ended"
          ? html`<p class="calm">${texts.sessionEnded}</p>`
          : chat.notice === "busy"
            ? html`<p>${alertIcon}${texts.serverBusy}</p>`
            : nothing
    }
  </div>`;
}

function lostText(notice: string, texts: View["texts"]): string {
  if (notice === "too_many") return texts.tooMany;
  if (notice === "busy") return texts.serverBusy;
  return navigator.onLine ? texts.reconnecting : texts.offline;
}
