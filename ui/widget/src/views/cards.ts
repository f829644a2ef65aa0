import { html, nothing, svg, type TemplateResult } from "lit";

import { checkIcon, copyIcon, figuresIcon, fileIcon, listIcon, ticketIcon } from "../icons.js";
import type {
  Card,
  Figure,
  FiguresCard,
  LinkCard,
  ReceiptCard,
  SourcesCard,
  SummaryCard,
  TicketCard,
} from "../protocol.js";
import { fill, SPOKEN } from "../texts/index.js";
import { dayAndTime } from "../times.js";
import type { View } from "./view.js";

export function card(shown: Card, view: View): TemplateResult {
  if (shown.kind === "summary") return summary(shown, view);
  if (shown.kind === "figures") return figures(shown);
  if (shown.kind === "receipt") return receipt(shown, view);
  if (shown.kind === "link") return link(shown, view);
  if (shown.kind === "sources") return sources(shown, view);
  return ticket(view.chat.conversation.newestCard(shown.number) ?? shown, view);
}

function summary({ rows }: SummaryCard, { texts }: View): TemplateResult {
  return html`<div role="group" class="card summary" part="card card-summary" aria-label=${texts.summary}>
    <h3>${listIcon}${texts.summary}</h3>
    <dl lang=${SPOKEN}>
      ${rows.map(
        ({ label, value }) =>
          html`<dt>${label}</dt>
            <dd><span class="words">${value}</span></dd>`,
      )}
    </dl>
  </div>`;
}

function figures({ title, rows, total }: FiguresCard): TemplateResult {
  return html`<div role="group" class="card figures" part="card card-figures" aria-label=${title} lang=${SPOKEN}>
    <h3>${figuresIcon}${title}</h3>
    <dl>
      ${rows.map(figure)}
      ${
        total
          ? html`<div class="total">
              <dt>${total.label}</dt>
              <dd>${total.value}</dd>
            </div>`
          : nothing
      }
    </dl>
  </div>`;
}

function figure({ label, value, share }: Figure): TemplateResult {
  return html`<div class=${share !== null && share < 0 ? "less" : ""}>
    <dt>${label}</dt>
    <dd>${value}</dd>
    ${share === null ? nothing : bar(Math.abs(share))}
  </div>`;
}

/** Drawn, as a strict page forbids a width in a style. Never spoken: the value beside it says as much. */
function bar(share: number): TemplateResult {
  return html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    ${svg`<rect class="whole" width="100" height="1" /><rect class="part" width=${share * 100} height="1" />`}
  </svg>`;
}

function ticket({ number, category, stage, clocks }: TicketCard, view: View): TemplateResult {
  const { texts, chat, language } = view;
  return html`<div role="group" class="card ticket" part="card card-ticket" aria-label="${texts.ticket} ${number}">
    <h3>
      ${ticketIcon}<span class="number">${number}</span>
      ${copyButton(number, view)}
    </h3>
    <dl>
      ${
        category
          ? html`<dt>${texts.ticketCategory}</dt>
              <dd lang=${SPOKEN}>${category}</dd>`
          : nothing
      }
      ${
        stage
          ? html`<dt>${texts.ticketStage}</dt>
              <dd><span class="stage" lang=${SPOKEN}>${stage}</span></dd>`
          : nothing
      }
    </dl>
    ${
      clocks.length > 0
        ? html`<div class="clocks">
            ${clocks.map(
              (clock) =>
                html`<quanyi-chat-clock
                  .clock=${clock}
                  .texts=${texts}
                  .language=${language}
                  .skew=${chat.skew}
                ></quanyi-chat-clock>`,
            )}
          </div>`
        : nothing
    }
  </div>`;
}

function receipt({ number, title, rows }: ReceiptCard, view: View): TemplateResult {
  const { texts, chat } = view;
  return html`<div role="group" class="card receipt" part="card card-receipt" aria-label="${texts.receipt} ${number}">
    <h3>
      ${checkIcon}<span class="number">${number}</span>
      ${copyButton(number, view)}
    </h3>
    <dl lang=${SPOKEN}>
      <dt>${texts.receipt}</dt>
      <dd>${title}</dd>
      ${rows.map(
        ({ label, value }) =>
          html`<dt>${label}</dt>
            <dd><span class="words">${value}</span></dd>`,
      )}
    </dl>
    <quanyi-chat-save
      class="foot"
      .texts=${texts}
      .name="${number}.html"
      .label=${texts.saveReceipt}
      .load=${() => chat.receipt(number)}
    ></quanyi-chat-save>
  </div>`;
}

function link({ title, path, until, once }: LinkCard, { chat, texts, language }: View): TemplateResult {
  const when = until === null ? "" : dayAndTime(until, Date.now() + chat.skew, texts, language);
  const words = once ? texts.linkOnce : texts.linkUntil;
  return html`<div class="card link" part="card card-link">
    <a class="go" href=${chat.server + path} target="_blank" rel="noopener noreferrer" lang=${SPOKEN}>
      ${fileIcon}<span
        >${title}${when ? html`<small lang=${language}>${fill(words, { time: when })}</small>` : nothing}</span
      >
    </a>
  </div>`;
}

/** Folded, as most people want the answer alone; the browser's own element, so it opens by the keyboard as well. */
function sources({ title, lines, path }: SourcesCard, { chat, texts, language }: View): TemplateResult {
  return html`<details class="card sources" part="card card-sources" lang=${SPOKEN}>
    <summary>${title}</summary>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
    <a class="go" href=${chat.server + path} target="_blank" rel="noopener noreferrer" lang=${language}>
      ${fileIcon}<span>${texts.wholeAnswer}</span>
    </a>
  </details>`;
}

function copyButton(number: string, view: View): TemplateResult | typeof nothing {
  const { texts } = view;
  // Missing on pages without HTTPS.
  if (!("clipboard" in navigator)) return nothing;
  const isCopied = view.copied === number;
  return html`<button
    type="button"
    class="copy"
    aria-label="${isCopied ? texts.copied : texts.copy}"
    @click=${() => view.copy(number)}
  >
    ${isCopied ? html`${checkIcon}${texts.copied}` : copyIcon}
  </button>`;
}
