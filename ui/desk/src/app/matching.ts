/** Which shortcut a pressed key completes. Pure functions. */

/** "j", "?", "Enter", "g t": keys after one another, as `KeyboardEvent.key` names them. */
export type Keys = string;

/** Longer between two keys, and they do not belong together. */
export const PAUSE = 1_000;

/** What was pressed so far, with this key: the start of a shortcut, or nothing. */
export function pressed(before: string, key: string, shortcuts: readonly Keys[]): { keys: string; hit: Keys | null } {
  for (const typed of before ? [`${before} ${key}`, key] : [key]) {
    const hit = shortcuts.find((each) => each === typed);
    if (hit) return { keys: "", hit };
    if (shortcuts.some((each) => each.startsWith(`${typed} `))) return { keys: typed, hit: null };
  }
  return { keys: "", hit: null };
}
