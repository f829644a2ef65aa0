import type { Clock } from "./protocol.js";

/** `done`: the promise is kept; `over`: its time has passed; `soon`: under an hour is left. */
export type Standing = "done" | "over" | "soon" | "running";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

export function standing(clock: Clock, now: number): Standing {
  if (clock.met || clock.due === null) return "done";
  const left = Date.parse(clock.due) - now;
  if (left <= 0) return "over";
  return left < HOUR ? "soon" : "running";
}

export interface Left {
  hours: number;
  minutes: number;
  seconds: number;
}

/** Whole hours, minutes and seconds until `due`, never below zero; a begun second counts. */
export function left(due: string, now: number): Left {
  const seconds = Math.max(0, Math.ceil((Date.parse(due) - now) / SECOND));
  return { hours: Math.floor(seconds / 3600), minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 };
}
