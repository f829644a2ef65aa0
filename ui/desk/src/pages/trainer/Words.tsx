import type { Span, Token } from "../../api/types";

interface Props {
  text: string;
  tokens: readonly Token[];
  entities: readonly Pick<Span, "start" | "end" | "entity">[];
}

/** A text with its words apart and its entities drawn on them. */
export function Words({ text, tokens, entities }: Props) {
  const pieces = tokens.length ? tokens : [{ text, start: 0, end: text.length }];
  return (
    <p className="words">
      {pieces.map((token) => {
        const entity = entities.find(({ start, end }) => start < token.end && token.start < end);
        return (
          <span key={token.start} className={entity ? "word word-entity" : "word"} title={entity?.entity}>
            {token.text}
            {entity && entity.start >= token.start && <small>{entity.entity}</small>}
          </span>
        );
      })}
    </p>
  );
}

/** The labels that a model thought of, the likeliest first. */
export function Ranking({ ranking, numbered = false }: { ranking: readonly [string, number][]; numbered?: boolean }) {
  return (
    <ol className="ranking">
      {ranking.map(([label, share], at) => (
        <li key={label}>
          {numbered && <kbd aria-hidden>{at + 1}</kbd>}
          <span className="ranking-label">{label}</span>
          <span className="ranking-bar" aria-hidden>
            <span style={{ width: `${Math.round(share * 100)}%` }} />
          </span>
          <span className="ranking-share">{percent(share)}</span>
        </li>
      ))}
    </ol>
  );
}

export const percent = (share: number | null): string => (share === null ? "—" : `${(share * 100).toFixed(1)}%`);
