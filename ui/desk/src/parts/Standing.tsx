import { useTexts } from "../texts/texts";
import type { Standing as Stands } from "./figures";

const MARKS: Record<Stands, string> = { met: "✓", missed: "✗", few: "–", none: "" };

/** In words; the colour only repeats them. */
export function Standing({ stands }: { stands: Stands }) {
  const words = useTexts().board.standings;
  return (
    <span className={`standing standing-${stands}`}>
      {MARKS[stands] && <span aria-hidden>{MARKS[stands]} </span>}
      {words[stands]}
    </span>
  );
}
