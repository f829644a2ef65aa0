/** Trainers: the inbox, examples, models, rehearsals. Texts are masked, or a trainer's own. */

export interface Meaning {
  label: string;
  sub: string | null;
}

/** A sentence annotated as Rasa writes it: [八十块](amount). */
export interface Sentence extends Meaning {
  words: string;
}

export interface Token {
  text: string;
  start: number;
  end: number;
}

export interface Span {
  entity: string;
  start: number;
  end: number;
  value: string | null;
}

export type Why = "misunderstood" | "unsure" | "corrected" | "not_meant" | "no_article" | "audit";

export interface InboxItem {
  id: number;
  text: string;
  at: string;
  why: Why[];
  label: string | null;
  sub: string | null;
  confidence: number | null;
  group: { id: number; size: number } | null;
  corrected: (Meaning & { by: string }) | null;
  draft: string | null;
  waits_for_opinion: boolean;
}

export interface InboxPage {
  items: InboxItem[];
  next: string | null;
  counts: Record<Why | "open" | "waiting", number>;
}

export interface InboxGroup {
  id: number;
  size: number;
  newest_at: string;
  text: string;
  label: string | null;
  sub: string | null;
}

export interface Opinion {
  label: string | null;
  sub: string | null;
  by: string;
  by_name: string;
  at: string;
}

export interface Near extends Meaning {
  key: string;
  text: string;
  similarity: number;
}

export interface InboxDetail extends InboxItem {
  ranking: [string, number][];
  tokens: Token[];
  entities: Span[];
  matters: { text: string; label: string; sub: string | null }[];
  conversation: { id: number; author: string; text: string; at: string; is_this: boolean }[];
  nearest: Near[];
  history: {
    kind: string;
    label: string | null;
    sub: string | null;
    words: string | null;
    by_name: string;
    at: string;
  }[];
  /** Of the first trainer; its label is null until one has given one's own. */
  opinion: Opinion | null;
  others: Opinion[];
}

export interface LabelInfo {
  label: string;
  subs: string[];
  count: number;
  least: number;
  second_opinion: boolean;
}

export interface Labels {
  labels: LabelInfo[];
  entities: string[];
}

export interface LabelProposal {
  id: number;
  label: string;
  about: string;
  examples: string[];
  by_name: string;
  at: string;
  state: "open" | "accepted" | "rejected";
  reason: string | null;
}

export interface ExampleChange {
  id: number;
  kind: "add" | "edit" | "delete";
  before: Sentence | null;
  after: Sentence | null;
  by: string;
  by_name: string;
  at: string;
  undone: boolean;
  exported: string | null;
}

export interface Example extends Sentence {
  key: string;
  text: string;
  file: string | null;
  line: number | null;
  change: { id: number; by_name: string; at: string } | null;
  marks: ("conflict" | "twice")[];
}

export interface ExamplesPage {
  items: Example[];
  next: string | null;
  total: number;
}

export interface ExampleChanged {
  change: ExampleChange;
  example: Example | null;
}

export type ExampleDetail =
  | { gone: false; example: Example; near: Near[]; history: ExampleChange[] }
  | { gone: true; change: ExampleChange; now: Example | null };

export interface Checked {
  problems: { reason: string; text: string }[];
  near: Near[];
  tokens: Token[];
  entities: Span[];
  cut: { start: number; end: number; tokens: string[] }[];
}

export interface ChangesStanding {
  pending: number;
  git: boolean;
  branch: string | null;
  last: { commit: string; by_name: string; at: string; changes: number } | null;
}

export interface Health {
  labels: {
    label: string;
    count: number;
    least: number;
    f1: number | null;
    support: number;
    confused_with: { label: string; count: number }[];
    advice: ("too_few" | "unbalanced" | "weak" | "confused")[];
  }[];
  pairs: { labels: [string, string]; wrong: number }[];
  model: string | null;
  measured_at: string | null;
}

export type RunState = "waiting" | "training" | "judging" | "done" | "failed" | "cancelled";

export interface Run {
  id: number;
  state: RunState;
  by: string;
  by_name: string;
  at: string;
  ended_at: string | null;
  model: string | null;
  data_version: number | null;
  step: "prepare" | "train" | "read" | "measure" | "stories" | null;
  share: number | null;
  error: string | null;
  gate: "passed" | "failed" | "not_judged" | null;
  published: boolean;
}

export interface Process {
  name: string;
  model: string | null;
  state: "serving" | "loading" | "failed" | "away";
  error: string | null;
}

export interface Publication {
  id: number;
  model: string;
  run: number | null;
  by_name: string;
  at: string;
  reason: string | null;
  override: boolean;
  threshold: number | null;
  state: "swapping" | "live" | "failed" | "past";
  processes: Process[];
}

export interface Models {
  current: { name: string | null; published_at: string | null; by_name: string | null; threshold: number | null };
  processes: Process[];
  runs: Run[];
  publications: Publication[];
  data: { version: number; changes_since: number };
}

export interface RunLog {
  lines: string[];
  next: number;
  over: boolean;
}

export interface ThresholdPoint {
  threshold: number;
  handed_off: number | null;
  wrong: number | null;
  current_handed_off: number | null;
  current_wrong: number | null;
}

export interface RunReport {
  model: string;
  current: string | null;
  figures: {
    name: string;
    title: string;
    unit: string;
    is_ceiling: boolean;
    value: number | null;
    current: number | null;
  }[];
  labels: { label: string; f1: number; current: number; support: number }[];
  changed: { text: string; label: string; was: string; is: string; better: boolean }[];
  hidden: { better: number; worse: number };
  thresholds: ThresholdPoint[];
  stories: { passed: number; failed: string[] };
  gate: { state: "passed" | "failed" | "not_judged"; reasons: { reason: string; text: string }[] };
}

export interface TalkTurn {
  text: string;
  normalised: string;
  tokens: Token[];
  entities: Span[];
  intent: { label: string; sub: string | null; confidence: number };
  ranking: [string, number][];
  signals: Record<string, number>;
  matters: { text: string; label: string }[];
  articles: { id: string; score: number }[];
  steps: {
    action: string;
    policy: string;
    rule: string | null;
    confidence: number;
    says: string[];
    runs: boolean;
  }[];
  slots: Record<string, unknown>;
}

export type Talk = { state: "loading"; model: string } | { state: "done"; model: string; turns: TalkTurn[] };

export interface ExamList {
  topics: { topic: string; title: string; questions: number }[];
  /** YYYY-MM, newest first. */
  months: string[];
}

export interface GoldenNights {
  nights: { day: string; is_whole: boolean; asked: number; right: number; differing: number }[];
  failed: { question: string; topic: string; channel: string; expected: string; got: string }[];
}

export type WordingKind = "response" | "article";
export type WordingState = "waiting" | "approved" | "live" | "past" | "rejected" | "withdrawn";

/** A change of one response or article; only the texts that it changes. */
export interface WordingChange {
  id: number;
  kind: WordingKind;
  key: string;
  fields: Record<string, string>;
  before: Record<string, string>;
  why: string;
  state: WordingState;
  by: string;
  by_name: string;
  at: string;
  decided_by_name: string | null;
  decided_at: string | null;
  reason: string | null;
  from: string | null;
  until: string | null;
  rolls_back: number | null;
}

export interface WordingRow {
  kind: WordingKind;
  key: string;
  title: string;
  text: string;
  file: string;
  state: "shipped" | "changed";
  waiting: WordingChange | null;
}

export interface WordingDetail {
  kind: WordingKind;
  key: string;
  title: string;
  fields: { name: string; value: string; shipped: string; most: number | null; placeholders: string[] }[];
  history: WordingChange[];
  waiting: WordingChange | null;
}

export interface WordingProblem {
  field: string;
  reason: string;
  text: string;
}
