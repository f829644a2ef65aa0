/** The axis of a chart. Pure functions. */

import type { Unit } from "../api/types";

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

interface Limits {
  /** No value lies below or above. */
  least?: number | undefined;
  most?: number | undefined;
  /** Ticks are round in this: minutes and hours for seconds. */
  base?: number | undefined;
}

const STEPS = [1, 2, 2.5, 5, 10];
const ABOUT = 4;

/** From a round value below the smallest to one above the largest, with three to six ticks. */
export function scaleOf(values: readonly number[], { least, most, base = 1 }: Limits = {}): Scale {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (!values.length) [low, high] = [0, base];
  if (high === low) {
    const room = Math.abs(high) * 0.1 || base;
    low -= room;
    high += room;
  }
  const step = stepOf((high - low) / ABOUT / base) * base;
  low = Math.max(Math.floor(low / step + 1e-9) * step, least ?? -Infinity);
  high = Math.min(Math.ceil(high / step - 1e-9) * step, most ?? Infinity);
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-6; at += 1) {
    ticks.push(Number((at * step).toPrecision(10)));
  }
  return { low, high, ticks };
}

function stepOf(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((each) => each * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

/** What the values of a unit can be. */
export function limitsOf(unit: Unit, largest: number): Limits {
  if (unit === "share") return { least: 0, most: 1 };
  if (unit === "score") return { least: 0, most: 10 };
  if (unit === "change") return {};
  if (unit !== "seconds") return { least: 0 };
  return { least: 0, base: largest > 7_200 ? 3_600 : largest > 120 ? 60 : 1 };
}

/** Which of so many names have room. */
export function labelled(count: number, room: number): Set<number> {
  if (count <= room) return new Set(Array.from({ length: count }, (_, at) => at));
  const every = Math.ceil((count - 1) / (room - 1));
  // From the last one back: the newest is always named.
  return new Set(Array.from({ length: room }, (_, at) => count - 1 - at * every).filter((at) => at >= 0));
}
