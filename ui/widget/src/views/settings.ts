import { html, nothing, type TemplateResult } from "lit";

import { backIcon } from "../icons.js";
import { LANGUAGES, SPOKEN } from "../texts/index.js";
import type { Theme, View } from "./view.js";

export function settings(view: View): TemplateResult {
  const { texts } = view;
  const themes: { value: Theme; name: string }[] = [
    { value: "auto", name: texts.themeAuto },
    { value: "light", name: texts.themeLight },
    { value: "dark", name: texts.themeDark },
  ];
  return html`<section class="settings" aria-label=${texts.settings}>
    <button type="button" class="plain" @click=${() => view.showSettings(false)}>
      ${backIcon}${texts.settingsBack}
    </button>
    ${options("theme", texts.theme, themes, view.theme, (theme) => view.choose({ theme }))}
    ${options(
      "language",
      texts.language,
      LANGUAGES.map(({ language, name }) => ({ value: language, name })),
      view.language,
      (language) => view.choose({ language }),
    )}
    ${training(view)}
    <div class="anew">
      ${
        view.isEnding
          ? html`<div class="options">
              <button type="button" class="plain danger" @click=${() => view.end()}>${texts.anewConfirm}</button>
              <button type="button" class="plain" @click=${() => view.askToEnd(false)}>${texts.anewCancel}</button>
            </div>`
          : html`<button type="button" class="plain" @click=${() => view.askToEnd(true)}>${texts.anew}</button>`
      }
      <p>${texts.anewHint}</p>
    </div>
  </section>`;
}

/** Off by itself; the text is the server's, because the consent is to that text. */
function training({ consent, texts }: View): TemplateResult {
  const { asked } = consent;
  return html`<div class="training">
    ${
      asked
        ? html`<button
              type="button"
              class="switch"
              role="switch"
              aria-checked=${asked.agreed}
              aria-describedby="training-text"
              aria-busy=${consent.isBusy}
              @click=${() => void consent.choose(!asked.agreed)}
            >
              <span lang=${SPOKEN}>${asked.title}</span>
              <span class="track" aria-hidden="true"></span>
            </button>
            <p id="training-text" lang=${SPOKEN}>${asked.text}</p>`
        : nothing
    }
    <p class="problem" role="status">${consent.hasFailed ? texts.consentFailed : nothing}</p>
  </div>`;
}

function options<Value extends string>(
  group: string,
  title: string,
  all: readonly { value: Value; name: string }[],
  chosen: Value,
  choose: (value: Value) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${title}</legend>
    <div class="options">
      ${all.map(
        ({ value, name }) =>
          html`<label class=${value === chosen ? "chosen" : ""}>
            <input type="radio" name=${group} .checked=${value === chosen} @change=${() => choose(value)} />
            <span lang=${group === "language" ? value : nothing}>${name}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}
