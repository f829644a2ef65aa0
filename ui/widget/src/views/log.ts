import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { Entry } from "../conversation.js";
import { chatIcon, downIcon } from "../icons.js";
import { dayAndTime, isAfterPause } from "../times.js";
import { SPOKEN } from "../texts/index.js";
import { entryView } from "./entry.js";
import type { View } from "./view.js";

/** What people come with most, in the words that the assistant understands. */
const STARTERS = [
  ["starterComplain", "我要投诉"],
  ["starterStatus", "我的投诉到哪了"],
  ["starterBill", "我的话费有疑问"],
] as const;

export function log(view: View): TemplateResult {
  const { chat, texts } = view;
  const { entries } = chat.conversation;
  return html`<div class="place">
    <div
      class="log"
      part="log"
      role="log"
      aria-label=${texts.messages}
      aria-live=${chat.isSettled ? "polite" : "off"}
      tabindex="0"
      @scroll=${() => view.scrolled()}
    >
      <div class="lines">
        ${
          chat.hasEarlier
            ? html`<button type="button" class="earlier" @click=${() => view.earlier()}>${texts.earlier}</button>`
            : nothing
        }
        ${entries.length === 0 ? welcome(view) : nothing}
        ${repeat(
          entries,
          (entry) => entry.key,
          (entry, index) => [
            timeLine(entry, entries[index - 1], view),
            entryView(entry, isLastOwn(entry, entries), view),
          ],
        )}
        ${
          chat.meanwhile
            ? html`<div class="entry system">
                <span class="by">${texts.byBot}</span>
                <div class="bubble"><span class="words" lang=${SPOKEN}>${chat.meanwhile.text}</span></div>
              </div>`
            : nothing
        }
        ${
          chat.isTyping || chat.isAgentTyping
            ? html`<div class="entry ${chat.isAgentTyping ? "agent" : "bot"}" aria-hidden="true">
                <div class="bubble">
                  <span class="dots"><i></i><i></i><i></i></span>
                </div>
              </div>`
            : nothing
        }
      </div>
    </div>
    <span class="spoken" role="status">${spokenTyping(view)}</span>
    ${
      view.hasNewer
        ? html`<button type="button" class="newer" @click=${() => view.toNewest()}>${downIcon}${texts.newer}</button>`
        : nothing
    }
    ${view.isDropping ? html`<div class="drop">${texts.dropHere}</div>` : nothing}
  </div>`;
}

function spokenTyping({ chat, texts }: View): string {
  if (chat.isAgentTyping) return texts.agentTyping;
  return chat.isTyping ? texts.typing : "";
}

function welcome(view: View): TemplateResult {
  const { texts } = view;
  return html`<div class="welcome">
    <span class="face">${chatIcon}</span>
    <h3>${texts.welcome}</h3>
    <p>${texts.welcomeLead}</p>
    <div class="choices" role="group" aria-label=${texts.starters}>
      ${STARTERS.map(
        ([name, words]) =>
          html`<button type="button" class="choice" @click=${() => view.say(words)}>${texts[name]}</button>`,
      )}
    </div>
  </div>`;
}

function timeLine(entry: Entry, previous: Entry | undefined, view: View): TemplateResult | typeof nothing {
  if (!isAfterPause(entry.at, previous?.at ?? null)) return nothing;
  const words = dayAndTime(entry.at, Date.now() + view.chat.skew, view.texts, view.language);
  return html`<div class="time"><time datetime=${entry.at}>${words}</time></div>`;
}

function isLastOwn(entry: Entry, entries: readonly Entry[]): boolean {
  return entry.state !== null && !entries.slice(entries.indexOf(entry) + 1).some((later) => later.state !== null);
}
