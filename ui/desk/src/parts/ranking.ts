/** In which order parts of a figure stand. */

import type { Figure, SplitRow } from "../api/types";

/** What has most to mend first; of a plain count, what is most. */
export function worstFirst(rows: readonly SplitRow[], { unit, better }: Pick<Figure, "unit" | "better">): SplitRow[] {
  if (unit === "count") return [...rows].sort((a, b) => b.numerator - a.numerator);
  const badness = ({ rate }: SplitRow): number => (rate === null ? -Infinity : better === "up" ? -rate : rate);
  return [...rows].sort((a, b) => badness(b) - badness(a) || b.denominator - a.denominator);
}
