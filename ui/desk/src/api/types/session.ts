/** Who is signed in, and what every answer is made of. */

export type Role = "agent" | "supervisor" | "trainer" | "auditor" | "admin";

export type Permission =
  | "own"
  | "queue"
  | "talk"
  | "reveal"
  | "verify"
  | "tickets"
  | "export"
  | "decide"
  | "supervise"
  | "train"
  | "override"
  | "metrics"
  | "audit"
  | "staff";

export type Presence = "ready" | "away";

export interface Me {
  number: string;
  name: string;
  role: Role;
  permissions: Permission[];
  skills: string[];
  csrf: string;
  must_change: boolean;
  presence: Presence;
  load_limit: number;
}

export interface Items<T> {
  items: T[];
}

/** A page of a longer list; `next` is the cursor of the one after it. */
export interface Paged<T> extends Items<T> {
  next: string | null;
}

export interface Problem {
  reason: string;
  detail: string;
  status: number;
}

/** Words that promise what nobody approved; in a problem with the reason `promise`. */
export interface PromiseWarning {
  words: string;
  why: string;
}
