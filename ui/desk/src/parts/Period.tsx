import { Input, Segmented } from "antd";
import { useState } from "react";

import { useTexts } from "../texts/texts";
import { serverNow } from "./now";
import { isSpan, LONGEST, PRESETS, presetOf, readSpan, spanOf, type Preset, type Span } from "./periods";
import { inChina } from "./times";
import { useUrl } from "./useUrl";

export const today = (): string => inChina(serverNow()).day;

/** The period that the address names, and what it takes to choose another. */
export function usePeriod(): Span {
  const [search] = useUrl();
  return readSpan(search, today());
}

/** This month, the last, a quarter, or days of one's own. */
export function Period() {
  const texts = useTexts();
  const words = texts.board.period;
  const [search, change] = useUrl();
  const span = readSpan(search, today());
  const known = presetOf(span, today());
  const [isOwn, setOwn] = useState(false);
  const [draft, setDraft] = useState<Span | null>(null);
  const written = draft ?? span;
  const choose = (value: Preset | "own"): void => {
    setOwn(value === "own");
    setDraft(null);
    if (value === "own") return;
    // This month is what the page shows by itself, also tomorrow.
    change(value === "month" ? { since: null, until: null } : { ...spanOf(value, today()) });
  };
  const write = (next: Span): void => {
    setDraft(next);
    if (isSpan(next)) change({ ...next });
  };
  const showsOwn = isOwn || known === null;
  return (
    <div className="period">
      <Segmented<Preset | "own">
        aria-label={words.title}
        value={showsOwn ? "own" : known}
        onChange={choose}
        options={[...PRESETS, "own" as const].map((value) => ({ value, label: words[value] }))}
      />
      {showsOwn && (
        <div className="period-own">
          <Input
            type="date"
            aria-label={words.since}
            value={written.since}
            max={written.until}
            status={isSpan(written) ? "" : "error"}
            onChange={({ target }) => write({ ...written, since: target.value })}
          />
          <span aria-hidden>–</span>
          <Input
            type="date"
            aria-label={words.until}
            value={written.until}
            min={written.since}
            status={isSpan(written) ? "" : "error"}
            onChange={({ target }) => write({ ...written, until: target.value })}
          />
          {!isSpan(written) && <span role="alert">{words.wrong(LONGEST)}</span>}
        </div>
      )}
    </div>
  );
}
