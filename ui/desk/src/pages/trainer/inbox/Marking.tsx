import { Button } from "antd";
import { useState, type KeyboardEvent, type Ref } from "react";

import type { Token } from "../../../api/types";
import { useTexts } from "../../../texts/texts";
import type { Mark } from "../marking";

interface Props {
  tokens: readonly Token[];
  marks: readonly Mark[];
  entities: readonly string[];
  onMark: (start: number, end: number, entity: string) => void;
  ref?: Ref<HTMLDivElement>;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** The words of a sentence: one is clicked, or several with Shift, then the entity. Arrows and letters do the same. */
export function Marking({ tokens, marks, entities, onMark, ref }: Props) {
  const words = useTexts().trainer.inbox;
  /** Where the choice began, and where it is now. */
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  const [from, to] = chosen ? [Math.min(...chosen), Math.max(...chosen)] : [-1, -2];
  const choose = (at: number, isRange: boolean): void => setChosen((now) => [isRange && now ? now[0] : at, at]);
  const mark = (entity: string): void => {
    const [first, last] = [tokens[from], tokens[to]];
    if (first && last) onMark(first.start, last.end, entity);
    setChosen(null);
  };
  const press = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const letter = entities[LETTERS.indexOf(event.key)];
    if (step) {
      const pieces = [...event.currentTarget.querySelectorAll<HTMLElement>("button.word")];
      const at = pieces.indexOf(document.activeElement as HTMLElement);
      const next = at + step;
      if (at < 0 || !pieces[next]) return;
      pieces[next].focus();
      setChosen((now) => [event.shiftKey ? (now?.[0] ?? at) : next, next]);
    } else if (chosen && letter) {
      mark(letter);
    } else if (chosen && event.key === "Escape") {
      setChosen(null);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    // The keys are those of the buttons in it.
    <div className="marking" role="group" aria-label={words.marking} onKeyDown={press} ref={ref}>
      {tokens.map((token, at) => {
        const over = marks.find((each) => each.start < token.end && token.start < each.end);
        const isChosen = from <= at && at <= to;
        return (
          <button
            key={token.start}
            type="button"
            className={`word ${over ? "word-entity" : ""} ${isChosen ? "word-chosen" : ""}`}
            aria-pressed={isChosen}
            onClick={(event) => choose(at, event.shiftKey)}
          >
            {token.text}
          </button>
        );
      })}
      <p className="faint marking-hint">{chosen ? words.entityHint : words.marking}</p>
      {chosen && (
        <div className="marking-entities">
          {entities.map((entity, at) => (
            <Button key={entity} size="small" onClick={() => mark(entity)}>
              {LETTERS[at] && <kbd aria-hidden>{LETTERS[at]}</kbd>} {entity}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
