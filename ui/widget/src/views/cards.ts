import { html, nothing, type TemplateResult } from "lit";

import { checkIcon, copyIcon, listIcon, ticketIcon } from "../icons.js";
import type { Card, SummaryCard, TicketCard } from "../protocol.js";
import { SPOKEN } from "../texts/index.js";
import type { View } from "./view.js";

export function card(shown: Card, view: View): TemplateResult {
  if (shown.kind === "summary") return summary(shown, view);
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
