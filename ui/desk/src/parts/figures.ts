/** Figures in their units, against their targets and the period before. Pure functions. */

import type { Figure, Unit } from "../api/types";
import type { Texts } from "../texts/texts";
import { duration } from "./times";

export type Standing = "met" | "missed" | "few" | "none";

/** `none`: nothing is promised. */
export function standing(value: number | null, { target, better }: Pick<Figure, "target" | "better">): Standing {
  if (target === null) return "none";
  if (value === null) return "few";
  return (better === "up" ? value >= target : value <= target) ? "met" : "missed";
}

/** `target`: as many digits as it takes not to be taken for it: 0.9996 of 1 is 99.96%, not 100%. */
export function share(value: number, target: number | null = null): string {
  const percent = value * 100;
  for (let digits = value !== 0 && Math.abs(value) < 0.01 ? 2 : 1; ; digits += 1) {
    const rounded = Number(percent.toFixed(digits));
    if (value === target || target === null || digits > 3 || rounded !== round(target * 100)) return `${rounded}%`;
  }
}

/** In its unit. */
export function shown(value: number | null, unit: Unit, texts: Texts, target: number | null = null): string {
  if (value === null) return "—";
  const words = texts.board.units;
  switch (unit) {
    case "share":
      return share(value, target);
    case "change":
      return signed(value, share(Math.abs(value)));
    case "seconds":
      return seconds(value, texts);
    case "score":
      return words.score(round(value, 2));
    case "count":
      return thousands(value);
    case "per_million":
      return words.perMillion(round(value, 2));
    case "per_10000":
      return words.per10000(round(value, 2));
  }
}

export function seconds(value: number, texts: Texts): string {
  return value < 60 ? texts.frame.clock.seconds(round(value)) : duration(value * 1_000, texts);
}

export interface Change {
  text: string;
  turn: "better" | "worse" | "same";
}

/** Against the period before; null: there is nothing to compare. */
export function change(
  value: number | null,
  before: number | null,
  { unit, better }: Pick<Figure, "unit" | "better">,
  texts: Texts,
): Change | null {
  if (value === null || before === null) return null;
  const difference = value - before;
  const text = told(difference, before, unit, texts);
  if (!/[1-9]/.test(text)) return { text: texts.board.same, turn: "same" };
  return { text, turn: difference > 0 === (better === "up") ? "better" : "worse" };
}

function told(difference: number, before: number, unit: Unit, texts: Texts): string {
  const size = Math.abs(difference);
  if (unit === "seconds") return signed(difference, seconds(size, texts));
  if (unit === "count") {
    const relative = before ? ` (${signed(difference, share(size / before))})` : "";
    return signed(difference, thousands(size)) + relative;
  }
  if (unit === "share" || unit === "change") {
    const points = size * 100;
    return texts.board.units.points(signed(difference, String(round(points, points < 0.1 ? 2 : 1))));
  }
  return signed(difference, String(round(size, 2)));
}

/** 12,345. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

function signed(value: number, size: string): string {
  return `${value < 0 ? "−" : "+"}${size}`;
}
