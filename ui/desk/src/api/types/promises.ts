/** What was promised on a ticket, and what became of it. */

export interface Answer {
  id: number;
  kind: string;
  staff: string;
  at: string;
  is_substantive: boolean;
  /** Why it is none. */
  lacks: string[];
  reached_at: string | null;
  reached_by: string | null;
  reached_by_title: string | null;
}

export interface Pause {
  asked_at: string;
  began_at: string | null;
  until: string | null;
}

export interface Escalated {
  level: string;
  level_title: string;
  clock_title: string;
  at: string;
}

export interface TaskOfTicket {
  id: number;
  kind_title: string;
  assignee: string | null;
  due_at: string;
  outcome_title: string | null;
  score: number | null;
}

export interface RedressOfTicket {
  id: number;
  law_title: string;
  status_title: string;
  amount_text: string | null;
}

export interface Promises {
  severity: string;
  severity_title: string | null;
  segment: string | null;
  segment_title: string | null;
  answers: Answer[];
  pause: Pause | null;
  escalations: Escalated[];
  justified: boolean | null;
  cause: string | null;
  cause_title: string | null;
  prevention: string | null;
  /** It is closed with findings, and has none. */
  needs_findings: boolean;
  tasks: TaskOfTicket[];
  redresses: RedressOfTicket[];
}
