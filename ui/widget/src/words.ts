import type { Card } from "./protocol.js";

/** Characters that a message may have: `MAX_TEXT` of `care/conversations/rules.py`. */
export const MAX_TEXT = 12_000;

/** Characters that a text has too many, counted as the server does: 😀 is one. 0: it fits. */
export function excess(text: string): number {
  if (text.length <= MAX_TEXT) return 0;
  return Math.max(0, [...text.trim()].length - MAX_TEXT);
}

/**
 * Whether a text says nothing that its card does not say: every summary; of a ticket the lines "number … stage" and
 * "clock: when". Where a text says more ("filed; this department; ask me any time"), both are shown.
 */
export function repeats(text: string, card: Card): boolean {
  if (card.kind === "summary") return true;
  const { number, stage, clocks } = card;
  return text
    .trim()
    .split("\n")
    .every(
      (line) =>
        (line.includes(number) && stage !== "" && line.replace(/[。.]$/, "").endsWith(stage)) ||
        clocks.some(({ label }) => line.startsWith(`${label}：`)),
    );
}
