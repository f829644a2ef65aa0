/** What is said of a figure beside its value. */

import type { Figure, FigureValue } from "../../api/types";
import { change, seconds, thousands } from "../../parts/figures";
import { useTexts } from "../../texts/texts";

interface Props {
  figure: Figure;
  value: FigureValue;
}

/** The numbers behind the value. */
export function Made({ figure, value }: Props) {
  const texts = useTexts();
  const words = texts.board;
  if (value.told_by) return <span>{words.toldBy(value.told_by, value.period ?? "")}</span>;
  if (value.value === null || figure.unit === "count") return null;
  if (figure.unit === "seconds") {
    return (
      <span>
        {words.times(thousands(value.denominator))}
        {value.median !== null && ` · ${words.median(seconds(value.median, texts))}`}
        {value.p90 !== null && ` · ${words.p90(seconds(value.p90, texts))}`}
      </span>
    );
  }
  if (figure.unit === "score") return <span>{words.times(thousands(value.denominator))}</span>;
  return <span>{fraction(value.numerator, value.denominator)}</span>;
}

export function Change({ figure, value }: Props) {
  const texts = useTexts();
  const words = texts.board;
  const found = change(value.value, value.before, figure, texts);
  if (!found) return null;
  if (found.turn === "same") return <span>{words.since(found.text)}</span>;
  return (
    <span>
      {words.since(found.text)} <span className={`turn-${found.turn}`}>{words.turns[found.turn]}</span>
    </span>
  );
}

export function fraction(numerator: number, denominator: number): string {
  return `${numerator < 0 ? "−" : ""}${thousands(Math.abs(numerator))} / ${thousands(denominator)}`;
}
