/** Figures of the queue against their targets. Pure functions. */

export type Verdict = "good" | "near" | "bad" | "none";

/** Part of the target by which a figure may miss it and still be called close. */
const MARGIN = 0.1;

/** `value` must reach `target`, as a rate of what was picked up. */
export function atLeast(value: number | null, target: number): Verdict {
  if (value === null) return "none";
  if (value >= target) return "good";
  return value >= target * (1 - MARGIN) ? "near" : "bad";
}

/** `value` must stay within `target`, as a wait or a rate of what was dropped. */
export function atMost(value: number | null, target: number): Verdict {
  if (value === null) return "none";
  if (value <= target) return "good";
  return value <= target * (1 + MARGIN) ? "near" : "bad";
}

/** 0.953 → 95.3%; small rates with two digits: 0.0048 → 0.48%, 0.005 → 0.5%. */
export function percent(value: number | null): string {
  if (value === null) return "—";
  const digits = value > 0 && value < 0.01 ? 2 : 1;
  return `${Number((value * 100).toFixed(digits))}%`;
}
