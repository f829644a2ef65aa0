/** How urgent a wait is; each has its word besides its colour. */
export type Urgency = "fine" | "soon" | "late";

/** Seconds: the promise that a person answers (REQUIREMENTS A5), and the half of it. */
const PROMISE = 30;

export function seconds(from: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(from)) / 1000));
}

/** Of somebody who waits in the queue for `waited` seconds. */
export function urgency(waited: number): Urgency {
  return waited > PROMISE ? "late" : waited > PROMISE / 2 ? "soon" : "fine";
}

/** Seconds for which a customer may wait for an agent's next words before it shows. */
const ANSWER_SOON = 60;
const ANSWER_LATE = 180;

export function answerUrgency(waited: number): Urgency {
  return waited > ANSWER_LATE ? "late" : waited > ANSWER_SOON ? "soon" : "fine";
}

/** 45 → 0:45, 3725 → 1:02:05. */
export function clock(total: number): string {
  const parts = [Math.floor(total / 60) % 60, total % 60].map((each) => String(each).padStart(2, "0"));
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}
