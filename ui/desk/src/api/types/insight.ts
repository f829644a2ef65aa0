/** Figures of the service: what each counts, what it was in a period, over time, split, and the tickets behind it. */

export type Unit = "share" | "seconds" | "score" | "count" | "change" | "per_million" | "per_10000";
export type Dimension = "department" | "category" | "channel" | "region" | "agent" | "reason";

export interface Figure {
  key: string;
  group: string;
  title: string;
  definition: string;
  numerator: string;
  denominator: string;
  unit: Unit;
  /** In the unit; null: nothing is promised. */
  target: number | null;
  better: "up" | "down";
  source: string;
  by: Dimension[];
  /** Single tickets can be shown. */
  tickets: boolean;
}

export interface Figures {
  groups: { key: string; title: string }[];
  figures: Figure[];
}

export interface FigureValue {
  key: string;
  numerator: number;
  denominator: number;
  value: number | null;
  /** Of the period of the same length before. */
  before: number | null;
  median: number | null;
  p90: number | null;
  /** Why there is no value. */
  missing: string | null;
  /** Of what the operator tells: where it comes from, and of which period. */
  told_by: string | null;
  period: string | null;
}

export interface Board {
  since: string;
  until: string;
  counted_at: string | null;
  figures: FigureValue[];
}

export type TrendStep = "day" | "week" | "month";

export interface TrendPoint {
  from: string;
  numerator: number;
  denominator: number;
  value: number | null;
}

export interface SplitRow {
  value: string;
  title: string;
  numerator: number;
  denominator: number;
  rate: number | null;
}

export interface TicketBehind {
  number: string;
  category_title: string;
  department_title: string;
  status_title: string;
  at: string;
  missed: boolean;
  late_minutes: number | null;
}
