/** How pressing a clock is. Pure functions. */

import type { TicketClock } from "../api/types";

export type Urgency = "met" | "late" | "missed" | "urgent" | "soon" | "calm";

const URGENT = 3_600_000;
const SOON = 4 * URGENT;

export function urgency(clock: Pick<TicketClock, "due_at" | "met_at" | "missed_at">, now: number): Urgency {
  const due = Date.parse(clock.due_at);
  if (clock.met_at) return clock.missed_at || Date.parse(clock.met_at) > due ? "late" : "met";
  const left = due - now;
  if (clock.missed_at || left < 0) return "missed";
  if (left <= URGENT) return "urgent";
  return left <= SOON ? "soon" : "calm";
}

/** The one that is to be looked at first: of those still running, the next to be due. */
export function nextClock(clocks: readonly TicketClock[]): TicketClock | null {
  const running = clocks.filter((clock) => !clock.met_at && !clock.paused_at);
  return running.reduce<TicketClock | null>(
    (first, each) => (first && Date.parse(first.due_at) <= Date.parse(each.due_at) ? first : each),
    null,
  );
}
