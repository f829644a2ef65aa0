import { Segmented } from "antd";
import { Link, useSearch } from "wouter";

import type { Figure, FigureValue, Figures } from "../../api/types";
import { Empty } from "../../parts/Empty";
import { shown, standing, type Standing as Stands } from "../../parts/figures";
import { Standing } from "../../parts/Standing";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { Explained } from "./Explained";
import { Change, Made } from "./said";

interface Props {
  of: Figures;
  values: readonly FigureValue[];
}

const FILTERS = ["all", "missed", "met", "few"] as const;

/** A card each, by groups; those that miss their target alone, if somebody wants that. */
export function Cards({ of, values }: Props) {
  const words = useTexts().board;
  const [search, change] = useUrl();
  const filter = oneOf(search.get("show"), FILTERS);
  const by = new Map(values.map((value) => [value.key, value]));
  const stands = (figure: Figure): Stands => standing(by.get(figure.key)?.value ?? null, figure);
  const count = (which: (typeof FILTERS)[number]): number =>
    of.figures.filter((figure) => which === "all" || stands(figure) === which).length;
  const listed = of.figures.filter((figure) => filter === "all" || stands(figure) === filter);
  return (
    <>
      <div className="filters">
        <Segmented
          aria-label={words.show}
          value={filter}
          onChange={(value) => change({ show: value === "all" ? null : value })}
          options={FILTERS.map((value) => ({ value, label: `${words.filters[value]} ${count(value)}` }))}
        />
      </div>
      {!listed.length && <Empty>{words.noneOf}</Empty>}
      {of.groups.map(({ key, title }) => {
        const figures = listed.filter(({ group }) => group === key);
        if (!figures.length) return null;
        return (
          <section key={key} className="figure-group" aria-labelledby={`group-${key}`}>
            <h2 id={`group-${key}`}>{title}</h2>
            <ul className="figure-cards">
              {figures.map((figure) => {
                const value = by.get(figure.key);
                return value && <Card key={figure.key} figure={figure} value={value} />;
              })}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function Card({ figure, value }: { figure: Figure; value: FigureValue }) {
  const texts = useTexts();
  const words = texts.board;
  const search = new URLSearchParams(useSearch());
  search.delete("show");
  const stands = standing(value.value, figure);
  return (
    <li className={`figure-card figure-${stands}`}>
      <div className="figure-head">
        <h3>
          <Link href={`/board/${figure.key}${search.size ? `?${search.toString()}` : ""}`}>{figure.title}</Link>
        </h3>
        <Explained figure={figure} />
      </div>
      {value.value === null ? (
        <p className="figure-missing">{value.missing ?? words.standings.few}</p>
      ) : (
        <p className="figure-value">{shown(value.value, figure.unit, texts, figure.target)}</p>
      )}
      <p className="figure-line">
        <Standing stands={stands} />
        {figure.target !== null && <span>{words.target(shown(figure.target, figure.unit, texts))}</span>}
      </p>
      <p className="figure-line faint">
        <Made figure={figure} value={value} />
        <Change figure={figure} value={value} />
      </p>
    </li>
  );
}
