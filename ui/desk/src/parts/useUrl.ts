/** What a page shows stands in its address, so that it can be shared and the back button leads to what was there. */

import { useSearchParams } from "wouter";

export type Changes = Record<string, string | null>;

/** `changes` in a search part: null and "" are taken away. */
export function changed(before: URLSearchParams, changes: Changes): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}

/** One of the words that are known, or the first of them. */
export function oneOf<T extends string>(value: string | null, known: readonly T[]): T {
  return known.find((each) => each === value) ?? (known[0] as T);
}

export function useUrl(): [URLSearchParams, (changes: Changes) => void] {
  const [search, setSearch] = useSearchParams();
  return [search, (changes) => setSearch((before) => changed(before, changes))];
}
