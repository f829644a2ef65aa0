/** Tickets. */

import type { Paged } from "./session";
import type { Attachment } from "./conversations";
import type { Promises } from "./promises";

export interface TicketClock {
  name: string;
  title: string;
  kind: string;
  starts_at: string;
  due_at: string;
  met_at: string | null;
  missed_at: string | null;
  /** Stands still since. */
  paused_at: string | null;
  /** A later time that the customer was told instead of a promise. */
  renews: boolean;
}

export interface TicketRow {
  number: string;
  kind: string;
  kind_title: string;
  status: string;
  status_title: string;
  category: string;
  category_title: string;
  department: string;
  department_title: string;
  priority: number;
  assignee: string | null;
  channel: string;
  partner: string | null;
  created_at: string;
  line_masked: string | null;
  clocks: TicketClock[];
  next_due: string | null;
  is_missed: boolean;
  repeat: boolean;
  appeal: boolean;
}

export interface TicketEvent {
  at: string;
  actor: string;
  actor_title: string;
  kind: string;
  kind_title: string;
  status: string;
  note: string | null;
}

export interface TicketLink {
  number: string;
  kind: string;
  status: string;
}

export interface Appeal {
  authority: string;
  title: string;
  external_number: string;
  dated: string | null;
  received_on: string;
  due_on: string;
  complaint: string | null;
  /** Complaints that it may go back to, while none is named. */
  offered: { number: string; category_title: string }[];
  reply: string | null;
  replied_at: string | null;
  outcome: string | null;
  outcome_title: string | null;
}

export type Step =
  | "take"
  | "assign"
  | "feedback"
  | "result"
  | "note"
  | "pause"
  | "resume"
  | "reopen"
  | "close"
  | "complexity"
  | "department"
  | "priority"
  | "urge"
  | "link"
  | "merge"
  | "reveal"
  | "told"
  | "asked"
  | "renew"
  | "reply"
  | "outcome";

export interface TicketPage extends Omit<TicketRow, "appeal">, Promises {
  description: string;
  since: string | null;
  wish: string | null;
  contact_masked: string | null;
  address_masked: string | null;
  area: string | null;
  speed_test: string | null;
  complexity: string | null;
  outcome: string | null;
  conversation: string | null;
  entered_by: string | null;
  threatens_appeal: boolean;
  is_told_by_sms: boolean;
  merged_into: string | null;
  repeat_of: string | null;
  links: TicketLink[];
  evidence: Attachment[];
  events: TicketEvent[];
  appeal: Appeal | null;
  callback: Slot | null;
  can: Step[];
  version: number;
}

export interface Tickets extends Paged<TicketRow> {
  total_capped: number;
}

/** Words of the list's address; what is not said does not filter. */
export interface TicketFilters {
  status?: string;
  kind?: string;
  category?: string;
  department?: string;
  /** `me`, `none` or a number. */
  assignee?: string;
  channel?: string;
  due?: "missed" | "1h" | "4h" | "today";
  q?: string;
  created_from?: string;
  created_to?: string;
  sort?: string;
}

export type TicketKind = "complaint" | "fault" | "appeal" | "callback";

export interface NewTicket {
  /** Chosen by the browser: sent again, it is the same ticket. */
  entry_id: string;
  kind: TicketKind;
  channel: string;
  /** Of the customer in the chat whom it is for. */
  conversation?: string;
  category?: string;
  line?: string;
  contact?: string;
  description?: string;
  since?: string;
  wish?: string;
  address?: string;
  area?: string;
  speed_test?: string;
  partner?: string;
  /** The contact was read back to the caller: messages may go there. */
  is_read_back?: boolean;
  /** For staff, for example where a post was found. */
  note?: string;
  appeal?: {
    authority: string;
    external_number: string;
    dated: string;
    received_on: string;
    due_on: string;
    complaint?: string;
  };
  callback?: { starts_at: string };
}

export interface Slot {
  starts_at: string;
  ends_at: string;
}

export interface Advice {
  similar: { number: string; category_title: string; outcome: string; closed_at: string; days: number }[];
  articles: { id: string; title: string; short: string; url: string }[];
}

export type BulkAction = "assign" | "department" | "priority" | "close";

export interface BulkDone {
  done: string[];
  refused: { number: string; reason: string }[];
}

export interface Counts {
  mine: number;
  unassigned: number;
  missed: number;
  due_1h: number;
}

export interface SavedView {
  id: number;
  name: string;
  filters: TicketFilters;
}

export interface Word {
  name: string;
  title: string;
}

export interface Vocabulary {
  kinds: Word[];
  statuses: Word[];
  categories: Word[];
  departments: Word[];
  channels: Word[];
  authorities: Word[];
  outcomes: Word[];
  causes: Word[];
  task_kinds: Word[];
  queues: Word[];
  skills: Word[];
  reasons: Word[];
}
