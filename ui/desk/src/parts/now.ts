/** The time by the server's clock, and a tick each second for everything that counts down. */

import { useSyncExternalStore } from "react";

let skew = 0;
let second = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const observers = new Set<() => void>();

/** From the header `Date`, which is cut to the second: a clock that is right within two is left alone. */
export function learnServerTime(date: string | null): void {
  const told = date ? Date.parse(date) : NaN;
  if (Number.isNaN(told)) return;
  const found = told + 500 - Date.now();
  skew = Math.abs(found) > 2_000 ? found : 0;
}

/** Milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** The same, and the component is drawn again each second. */
export function useNow(): number {
  return useSyncExternalStore(observe, current);
}

function current(): number {
  if (!second) second = floor();
  return second;
}

function observe(observer: () => void): () => void {
  observers.add(observer);
  timer ??= setInterval(tick, 1_000);
  return () => {
    observers.delete(observer);
    if (observers.size) return;
    clearInterval(timer);
    timer = undefined;
    second = 0;
  };
}

function tick(): void {
  second = floor();
  for (const observer of observers) observer();
}

const floor = (): number => Math.floor(serverNow() / 1_000) * 1_000;
