import { html, nothing, type TemplateResult } from "lit";

import { clockIcon } from "../icons.js";
import { fill } from "../texts/index.js";
import { dayAndTime } from "../times.js";
import type { View } from "./view.js";

/** While a person is waited for: the place, about how long, and the two ways out. The words are those that are understood. */
export function queue(view: View): TemplateResult | typeof nothing {
  const { chat, texts } = view;
  if (chat.owner !== "queue") return nothing;
  return html`<div class="wait" part="queue" role="group" aria-label=${texts.answersQueue}>
    <p role="status">${clockIcon}<span>${words(view)}</span></p>
    <div>
      <button type="button" @click=${() => view.say("不等了")}>${texts.stopWaiting}</button>
      <button type="button" @click=${() => view.say("安排回电")}>${texts.callBack}</button>
    </div>
  </div>`;
}

function words({ chat, texts, language }: View): string {
  const { place } = chat;
  if (place === null) return texts.answersQueue;
  if (!place.isOpen) {
    if (place.opensAt === null) return texts.queueClosed;
    return fill(texts.queueOpens, { time: dayAndTime(place.opensAt, Date.now() + chat.skew, texts, language) });
  }
  const at = fill(texts.queuePlace, { position: place.position });
  if (place.estimate === null) return at;
  const minutes = Math.ceil(place.estimate / 60);
  return `${at}${minutes <= 1 ? texts.queueSoon : fill(texts.queueMinutes, { minutes })}`;
}
