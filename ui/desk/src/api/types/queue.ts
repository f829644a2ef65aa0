/** Who waits, who works, and how well it goes. */

import type { Presence, Role } from "./session";

export interface QueueState {
  name: string;
  title: string;
  is_open: boolean;
  opens_at: string | null;
  waiting: number;
  oldest_at: string | null;
  ready: number;
  estimate_seconds: number | null;
}

export interface QueueItem {
  handoff: number;
  conversation: string;
  queue: string;
  reason: string;
  reason_title: string;
  priority: number;
  requested_at: string;
  position: number;
  offered_to: string | null;
  offered_until: string | null;
  channel: string;
  /** This agent knows the customer; only in what GET answers. */
  is_mine_before?: boolean;
  label: string;
}

export interface Queue {
  queues: QueueState[];
  items: QueueItem[];
  at: string;
}

export interface TeamMember {
  number: string;
  name: string;
  role: Role;
  skills: string[];
  presence: Presence;
  load: number;
  load_limit: number;
}

export type Target = string | { queue: string };

export interface WallQueue extends QueueState {
  requested: number;
  picked: number;
  pick_up_rate: number | null;
  mean_wait: number | null;
  p90_wait: number | null;
  dropped_rate: number | null;
  abandoned_rate: number | null;
}

export interface WallAgent {
  number: string;
  name: string;
  presence: Presence;
  since: string | null;
  load: number;
  load_limit: number;
  picked: number;
  mean_handling: number | null;
  rating_mean: number | null;
  rated: number;
}

export interface Alarm {
  id: number;
  kind: string;
  title: string;
  subject: string;
  detail: Record<string, unknown>;
  raised_at: string;
  seen_at: string | null;
  seen_by: string | null;
  over_at: string | null;
}

export interface Wall {
  queues: WallQueue[];
  agents: WallAgent[];
  clocks: { missed: number; due_1h: number; due_4h: number; open: number };
  alarms: Alarm[];
  targets: { pick_up_rate: number; mean_wait: number; drop_rate: number };
  at: string;
}

export type MetricsBy = "queue" | "hour" | "agent";

export interface MetricsRow {
  key: string;
  title: string;
  requested: number;
  picked: number;
  abandoned: number;
  dropped: number;
  called_back: number;
  mean_wait: number | null;
  p90_wait: number | null;
  pick_up_rate: number | null;
  within_target: number | null;
}

export interface Metrics {
  rows: MetricsRow[];
  definitions: Record<string, string>;
}
