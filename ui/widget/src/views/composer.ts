import { html, nothing, type TemplateResult } from "lit";

import { TYPES } from "../evidence.js";
import { alertIcon, personIcon, pictureIcon, rightsIcon, sendIcon } from "../icons.js";
import { fill } from "../texts/index.js";
import { excess } from "../words.js";
import type { View } from "./view.js";

export function composer(view: View): TemplateResult {
  return html`<div class="foot" part="composer">${shortcuts(view)} ${problem(view)} ${field(view)}</div>`;
}

/** In view at every moment: a person, and the customer's rights. The words are those that the assistant knows. */
function shortcuts(view: View): TemplateResult {
  const { chat, texts } = view;
  const human = { bot: texts.human, queue: texts.humanWaiting, agent: texts.humanHere }[chat.owner];
  return html`<div class="quick" role="group" aria-label=${texts.quick}>
    <button type="button" ?disabled=${chat.owner !== "bot"} @click=${() => view.say("转人工")}>
      ${personIcon}${human}
    </button>
    <button type="button" @click=${() => view.say("我的权利")}>${rightsIcon}${texts.rights}</button>
  </div>`;
}

function problem(view: View): TemplateResult {
  const over = excess(view.draft);
  const words = over > 0 ? fill(view.texts.tooLong, { count: over }) : view.fileProblem;
  return html`<div role="alert">
    ${words ? html`<p class="problem" id="problem">${alertIcon}${words}</p>` : nothing}
  </div>`;
}

function field(view: View): TemplateResult {
  const { texts, draft } = view;
  const isTooLong = excess(draft) > 0;
  const send = (): void => {
    if (draft.trim() && !isTooLong) view.say(draft.trim());
  };
  return html`<form
    class="field"
    @submit=${(event: Event) => {
      event.preventDefault();
      send();
    }}
  >
    <button type="button" class="tool" aria-label=${texts.attach} @click=${(event: Event) => picker(event)?.click()}>
      ${pictureIcon}
    </button>
    <input
      type="file"
      hidden
      multiple
      accept=${TYPES.join(",")}
      aria-label=${texts.attach}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        view.attach([...(input.files ?? [])]);
        input.value = "";
      }}
    />
    <textarea
      part="input"
      rows="1"
      enterkeyhint="send"
      autocomplete="off"
      aria-label=${texts.input}
      aria-invalid=${isTooLong ? "true" : nothing}
      aria-describedby=${isTooLong ? "problem" : nothing}
      placeholder=${texts.placeholder}
      .value=${draft}
      @input=${(event: Event) => view.write((event.target as HTMLTextAreaElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        // While an input method composes, Enter chooses a candidate (229: Safari, where isComposing is already off).
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        send();
      }}
      @paste=${(event: ClipboardEvent) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        view.attach(files);
      }}
    ></textarea>
    <button
      type="submit"
      class="send"
      part="send"
      aria-label=${view.elder ? nothing : texts.send}
      ?disabled=${!draft.trim() || isTooLong}
    >
      ${view.elder ? texts.send : sendIcon}
    </button>
  </form>`;
}

function picker(event: Event): HTMLInputElement | null {
  return (event.currentTarget as HTMLElement).parentElement?.querySelector("input") ?? null;
}
