/** Accounts of staff, and the audit. */

import type { Role } from "./session";

export interface StaffMember {
  number: string;
  name: string;
  role: Role;
  skills: string[];
  load_limit: number;
  department: string | null;
  is_head: boolean;
  must_change: boolean;
  left_at: string | null;
  created_at: string;
}

/** The password is told once, here. */
export interface GivenPassword {
  password: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  action_title: string;
  subject: string;
  detail: Record<string, unknown> | null;
  reason: string | null;
}

export interface AuditVerified {
  ok: boolean;
  entries: number;
  first_bad: number | null;
  why: string;
  head: string | null;
}
