/**
 * Whether anybody sits here. A page that reads again by itself, because of a hint or the time, must not keep its session
 * alive: requests say when nobody has touched anything for a while.
 */

/** Somebody who reads along touches nothing for longer than one would think. */
export const UNATTENDED_AFTER = 10 * 60_000;

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

let touchedAt = Date.now();

export function touch(): void {
  touchedAt = Date.now();
}

export function isUnattended(now = Date.now()): boolean {
  return now - touchedAt > UNATTENDED_AFTER;
}

export function attend(page: Pick<EventTarget, "addEventListener">): void {
  for (const sign of SIGNS) page.addEventListener(sign, touch, { passive: true, capture: true });
}
