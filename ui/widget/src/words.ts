import type { Card } from "./protocol.js";

/** Characters that a message may have: `MAX_TEXT` of `care/conversations/rules.py`. */
export const MAX_TEXT = 12_000;

/** Characters that a text has too many, counted as the server does: 😀 is one. 0: it fits. */
export function excess(text: string): number {
  if (text.length <= MAX_TEXT) return 0;
  return Math.max(0, [...text.trim()].length - MAX_TEXT);
}

/**
 * What of a text its card does not say. A summary says all of it; a ticket the lines "number … stage" and "clock: when",
 * figures and receipts each line with the label and the value of a row, a link the line with its address, sources the
 * line that begins with their title. Where a text says more than a ticket's card ("filed; this department; ask me any
 * time"), all of it is shown.
 */
export function beside(text: string, card: Card): string {
  if (card.kind === "summary") return "";
  const lines = text.trim().split("\n");
  if (card.kind === "link") return lines.filter((line) => !line.includes(card.path)).join("\n");
  if (card.kind === "sources") return lines.filter((line) => !line.startsWith(`${card.title}：`)).join("\n");
  if (card.kind === "figures" || card.kind === "receipt") {
    const rows = card.kind === "figures" && card.total ? [...card.rows, card.total] : card.rows;
    return lines.filter((line) => !rows.some((row) => line.includes(row.label) && line.includes(row.value))).join("\n");
  }
  const { number, stage, clocks } = card;
  const repeats = lines.every(
    (line) =>
      (line.includes(number) && stage !== "" && line.replace(/[。.]$/, "").endsWith(stage)) ||
      clocks.some(({ label }) => line.startsWith(`${label}：`)),
  );
  return repeats ? "" : text;
}
