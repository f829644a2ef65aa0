import { html, nothing, type TemplateResult } from "lit";

import type { Entry } from "../conversation.js";
import { MAX_SIZE } from "../evidence.js";
import { alertIcon, checkIcon, clockIcon, personIcon } from "../icons.js";
import { fill, SPOKEN, type Texts } from "../texts/index.js";
import { size } from "../times.js";
import { beside } from "../words.js";
import { card } from "./cards.js";
import type { View } from "./view.js";

/** One message: who says it, what, the buttons that go with it, and how far it has come. */
export function entryView(entry: Entry, isLastOwn: boolean, view: View): TemplateResult {
  const shown = entry.card;
  const hasFile = entry.attachment !== null || entry.file !== null;
  const words = shown ? beside(entry.text, shown) : (entry.title ?? entry.text);
  const isWide = shown !== null;
  return html`<div class="entry ${entry.author} ${isWide ? "wide" : ""}" part="message message-${entry.author}">
    <span class=${entry.author === "customer" ? "spoken" : "by"}>${by(entry, view.texts)}</span>
    ${hasFile ? file(entry, view) : nothing}
    ${
      words && !hasFile
        ? html`<div class="bubble ${entry.state ?? ""}">
            <span class="words" lang=${entry.author === "customer" ? nothing : SPOKEN}>${words}</span>
          </div>`
        : nothing
    }
    ${shown ? card(shown, view) : nothing} ${choices(entry, view)} ${state(entry, isLastOwn, view)}
  </div>`;
}

function by(entry: Entry, texts: Texts): TemplateResult | string {
  switch (entry.author) {
    case "customer":
      return `${texts.byYou}：`;
    case "agent":
      return html`${personIcon}${entry.staff ? fill(texts.byAgentNumber, { staff: entry.staff }) : texts.byAgent}`;
    case "bot":
    case "system": // what we say without Rasa is said by a machine as well
      return texts.byBot;
  }
}

function file(entry: Entry, view: View): TemplateResult {
  const { chat } = view;
  const id = entry.attachment?.id;
  const mediaType = entry.file?.type ?? entry.attachment?.mediaType ?? "";
  return html`<quanyi-chat-file
    class="bubble file ${mediaType.startsWith("image/") ? "image" : ""}"
    .texts=${view.texts}
    .name=${entry.file?.name ?? entry.attachment?.name ?? ""}
    .mediaType=${mediaType}
    .size=${entry.file?.size ?? entry.attachment?.size ?? 0}
    .file=${entry.file}
    .load=${id === undefined ? null : () => chat.picture(id)}
    .isReachable=${chat.link === "ready"}
    @enlarge=${(event: CustomEvent<{ address: string; name: string }>) =>
      view.enlarge(event.detail.address, event.detail.name)}
  ></quanyi-chat-file>`;
}

function choices(entry: Entry, view: View): TemplateResult | typeof nothing {
  const buttons = view.chat.conversation.openButtons(entry);
  if (buttons.length === 0) return nothing;
  const isRating = buttons.every(({ payload }) => payload.startsWith("/rate"));
  return html`<div
    class="choices ${isRating ? "rating" : ""}"
    part="choices"
    role="group"
    aria-label=${isRating ? view.texts.rating : view.texts.choices}
  >
    ${buttons.map(
      ({ title, payload }) =>
        html`<button type="button" class="choice" lang=${SPOKEN} @click=${() => view.say(payload, title)}>
          ${title}
        </button>`,
    )}
  </div>`;
}

function state(entry: Entry, isLastOwn: boolean, view: View): TemplateResult | typeof nothing {
  const { chat, texts } = view;
  switch (entry.state) {
    case null:
      return nothing;
    case "delivered":
      return isLastOwn
        ? html`<div class="state" aria-live="off"><span>${checkIcon}${texts.delivered}</span></div>`
        : nothing;
    case "sending":
      return html`<div class="state" aria-live="off">
        ${
          entry.file
            ? html`<span>${fill(texts.uploading, { percent: Math.round(entry.progress * 100) })}</span>
                <progress aria-label=${texts.sending} max="1" .value=${entry.progress}></progress>`
            : html`<span>${clockIcon}${texts.sending}</span>`
        }
      </div>`;
    case "waiting":
      return html`<div class="state waiting"><span>${clockIcon}${texts.waiting}</span></div>`;
    case "refused":
      return html`<div class="state refused" role="alert">
        <span>${alertIcon}${texts.refused} · ${refusal(entry, texts)}</span>
        <button type="button" @click=${() => chat.again(entry.key)}>${texts.again}</button>
        <button type="button" @click=${() => chat.discard(entry.key)}>${texts.discard}</button>
      </div>`;
  }
}

/** Kind words for the protocol's reason. */
function refusal(entry: Entry, texts: Texts): string {
  if (entry.file) return entry.told || fileRefusal(entry.reason, texts);
  const words: Record<string, string> = {
    too_long: texts.refusedLong,
    message_id: texts.refusedConflict,
    too_many: texts.refusedOften,
  };
  return words[entry.reason] ?? texts.refusedOther;
}

/** For what is found here already, and for what the server has no words of its own for. */
export function fileRefusal(reason: string, texts: Texts): string {
  const words: Record<string, string> = {
    evidence_type: texts.uploadType,
    evidence_heic: texts.uploadHeic,
    evidence_empty: texts.uploadEmpty,
    evidence_large: texts.uploadLarge,
    too_large: texts.uploadLarge,
    too_many: texts.refusedOften,
  };
  return fill(words[reason] ?? texts.uploadOther, { size: size(MAX_SIZE) });
}
