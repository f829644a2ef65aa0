/** Answers that are judged blind, and what came of each week. */

export type Verdict = "right" | "wrong" | "unclear";

/** Shares are 0 to 1; `low` and `high` are the 95 % interval; null: nothing was judged. */
export interface Rated {
  frame: number;
  drawn: number;
  right: number;
  judged: number;
  unclear: number;
  skipped: number;
  left: number;
  rate: number | null;
  low: number | null;
  high: number | null;
  strict: { rate: number; low: number; high: number } | null;
  standing: "above" | "inside" | "below" | null;
  standing_title: string | null;
}

export interface AccuracyWeek {
  week: string;
  target: number;
  closed: boolean;
  /** To judge, of both. */
  left: number;
  /** null while it is judged: who judges is not to learn whose the next answer is. */
  bot: Rated | null;
  agent: Rated | null;
  twice: number;
  kappa: number | null;
}

export interface Accuracy {
  target: number;
  instructions: string[];
  verdicts: Record<Verdict, string>;
  reasons: { key: string; title: string }[];
  weeks: AccuracyWeek[];
  together: { weeks: number; bot: Rated; agent: Rated };
}

/** `id` null: nothing is left for this judge. */
export interface ToJudge {
  id: number | null;
  question: string[];
  answer: string;
  left: number;
}

export interface WrongAnswer {
  id: number;
  author: "bot" | "agent";
  staff: string | null;
  reason_title: string | null;
  question: string[];
  answer: string;
}
