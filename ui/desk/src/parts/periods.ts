/** Periods as days of China, both ends among them. Pure functions. */

import type { TrendStep } from "../api/types";

export interface Span {
  since: string;
  until: string;
}

export const PRESETS = ["month", "last", "quarter", "lastQuarter"] as const;
export type Preset = (typeof PRESETS)[number];

/** Days of one look, as the server takes them. */
export const LONGEST = 366;
const DAY = 86_400_000;
const WRITTEN = /^20\d\d-\d\d-\d\d$/;

/** `today` 2026-11-23. What is not over ends today: it is compared with as many days before. */
export function spanOf(preset: Preset, today: string): Span {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7)) - 1;
  const quarter = month - (month % 3);
  switch (preset) {
    case "month":
      return { since: first(year, month), until: today };
    case "last":
      return { since: first(year, month - 1), until: last(year, month - 1) };
    case "quarter":
      return { since: first(year, quarter), until: today };
    case "lastQuarter":
      return { since: first(year, quarter - 3), until: last(year, quarter - 1) };
  }
}

/** As the address names it; this month where it names none, or none that can be looked at. */
export function readSpan(search: URLSearchParams, today: string): Span {
  const since = search.get("since") ?? "";
  const until = search.get("until") ?? "";
  return isSpan({ since, until }) ? { since, until } : spanOf("month", today);
}

export function isSpan({ since, until }: Span): boolean {
  if (!WRITTEN.test(since) || !WRITTEN.test(until)) return false;
  const days = daysOf({ since, until });
  return days > 0 && days <= LONGEST;
}

/** NaN: there is no such day. */
export function daysOf({ since, until }: Span): number {
  return Math.round((Date.parse(until) - Date.parse(since)) / DAY) + 1;
}

/** null: somebody's own. On the first of a quarter's first month both are the same: the month it is. */
export function presetOf(span: Span, today: string): Preset | null {
  return (
    PRESETS.find((preset) => {
      const known = spanOf(preset, today);
      return known.since === span.since && known.until === span.until;
    }) ?? null
  );
}

/** As many points as can be told apart. */
export function stepFor(span: Span): TrendStep {
  const days = daysOf(span);
  if (days <= 31) return "day";
  return days <= 120 ? "week" : "month";
}

/** "2026-10", the newest first; the month of `today` is the first. */
export function monthsBefore(today: string, count: number): string[] {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
  return Array.from({ length: count }, (_, back) => first(year, month - back).slice(0, 7));
}

/** "2026Q3", the newest first; the quarter of `today` is the first. */
export function quartersBefore(today: string, count: number): string[] {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
  return Array.from({ length: count }, (_, back) => quarterOf(first(year, month - 3 * back)));
}

/** "2026Q4" of a day. */
export function quarterOf(day: string): string {
  return `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

/** 2026Q4 → 2027Q1. */
export function quarterAfter(quarter: string): string {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(5))];
  return number === 4 ? `${year + 1}Q1` : `${year}Q${number + 1}`;
}

function first(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

function last(year: number, month: number): string {
  return new Date(Date.UTC(year, month + 1, 0)).toISOString().slice(0, 10);
}
