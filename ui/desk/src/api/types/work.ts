/** Work beside tickets: calls and apologies, what the law gives customers, incidents that many report. */

export interface TaskOutcome {
  name: string;
  title: string;
  needs_score: boolean;
}

export interface Task {
  id: number;
  kind: string;
  kind_title: string;
  ticket: string | null;
  category_title: string | null;
  customer_masked: string | null;
  /** What was said, where there is no ticket. */
  conversation: string | null;
  department: string;
  department_title: string;
  assignee: string | null;
  due_at: string;
  is_late: boolean;
  tries: number;
  next_try_at: string | null;
  status: string;
  outcome: string | null;
  outcome_title: string | null;
  score: number | null;
  opened_at: string;
  done_at: string | null;
  script: string[];
  outcomes: TaskOutcome[];
  can: ("take" | "tried" | "done")[];
}

/** Of a list: `next` is the id after which the following ones come. */
export interface Following<T> {
  items: T[];
  next: number | null;
}

export interface Tasks extends Following<Task> {
  /** `department`: of one's own, that nobody has taken; `late`: of both. */
  counts: { mine: number; department: number; late: number };
}

export interface Coverage {
  quarter: string;
  segments: {
    segment: string;
    title: string;
    customers: number;
    due: number;
    reached: number;
    opted_out: number;
    percent: number | null;
  }[];
}

export interface RedressFact {
  name: string;
  title: string;
  unit: string;
}

export interface Redress {
  id: number;
  ticket: string;
  law_title: string;
  citation: string | null;
  /** The article, in our words. */
  says: string | null;
  amount_text: string | null;
  basis: { title: string; value: string }[];
  missing: RedressFact[];
  /** What may be typed, also where it is known. */
  facts: RedressFact[];
  /** It is not repaired yet: the amount still grows. */
  lasts: boolean;
  status: "proposed" | "approved" | "declined" | "told";
  status_title: string;
  proposed_at: string;
  decided_by: string | null;
  reason: string | null;
  told_at: string | null;
  can: ("facts" | "approve" | "decline" | "told")[];
}

export interface Surge {
  id: number;
  kind: string;
  status: "suspected" | "confirmed" | "over" | "dismissed";
  /** Words that its customers used; null: its category says it. */
  title: string | null;
  category_title: string;
  area: string | null;
  found_at: string;
  count: number;
  usual: number | null;
  owner: string | null;
  words: string | null;
  repaired_by: string | null;
  tickets: { number: string; category_title: string; created_at: string }[];
  can: ("take" | "confirm" | "dismiss" | "clear")[];
}
