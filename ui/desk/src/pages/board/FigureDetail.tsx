import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { Link, useSearch } from "wouter";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Figure, FigureValue, TrendPoint, TrendStep } from "../../api/types";
import { Block } from "../../parts/Block";
import { ErrorNote } from "../../parts/ErrorNote";
import { shown, standing } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { stepFor, type Span } from "../../parts/periods";
import { limitsOf, scaleOf } from "../../parts/scale";
import { Standing } from "../../parts/Standing";
import { TrendChart } from "../../parts/TrendChart";
import { changed, oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { Definition } from "./Explained";
import { Change, fraction, Made } from "./said";
import { Split } from "./Split";
import { TicketsBehind } from "./TicketsBehind";

interface Props {
  figure: Figure;
  value: FigureValue;
  span: Span;
}

/** One figure: over time, split, and the tickets that missed it. */
export function FigureDetail({ figure, value, span }: Props) {
  const texts = useTexts();
  const words = texts.board;
  const back = changed(new URLSearchParams(useSearch()), { by: null, value: null, step: null, all: null });
  return (
    <>
      <p className="figure-back">
        <Link href={`/board${back.size ? `?${back.toString()}` : ""}`}>← {words.back}</Link>
      </p>
      <section className="panel figure-now" aria-label={figure.title}>
        <div>
          {value.value === null ? (
            <p className="figure-missing">{value.missing ?? words.standings.few}</p>
          ) : (
            <p className="figure-value">{shown(value.value, figure.unit, texts, figure.target)}</p>
          )}
          <p className="figure-line">
            <Standing stands={standing(value.value, figure)} />
            {figure.target !== null && <span>{words.target(shown(figure.target, figure.unit, texts))}</span>}
          </p>
          <p className="figure-line faint">
            <Made figure={figure} value={value} />
            <Change figure={figure} value={value} />
          </p>
        </div>
        <Definition figure={figure} />
      </section>
      {figure.group !== "told" && <Trend figure={figure} span={span} />}
      {figure.by.length > 0 && <Split figure={figure} span={span} />}
      {figure.tickets && <TicketsBehind figure={figure} span={span} />}
    </>
  );
}

const STEPS: readonly TrendStep[] = ["day", "week", "month"];

function Trend({ figure, span }: Omit<Props, "value">) {
  const texts = useTexts();
  const words = texts.board;
  const [search, change] = useUrl();
  const step = search.has("step") ? oneOf(search.get("step"), STEPS) : stepFor(span);
  const asked = { figure: figure.key, step, ...span };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.insight, "trend", asked],
    queryFn: () => get<{ points: TrendPoint[] }>("/insight/trend", asked),
    placeholderData: keepPreviousData,
  });
  const points = data?.points ?? [];
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const show = (value: number): string => shown(value, figure.unit, texts, figure.target);
  const all = figure.target === null ? values : [...values, figure.target];
  return (
    <Block
      title={words.trend}
      extra={
        <Segmented<TrendStep>
          size="small"
          aria-label={words.step}
          value={step}
          onChange={(next) => change({ step: next })}
          options={STEPS.map((each) => ({ value: each, label: words.steps[each] }))}
        />
      }
    >
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Loading />}
      {data && (
        <TrendChart
          title={figure.title}
          when={words.steps[step]}
          points={points.map(({ from, value, numerator, denominator }) => ({
            key: from,
            label: step === "month" ? from.slice(0, 7) : from.slice(5),
            value,
            note: figure.unit === "count" ? "" : fraction(numerator, denominator),
          }))}
          scale={scaleOf(all, limitsOf(figure.unit, Math.max(0, ...all)))}
          show={show}
          target={figure.target === null ? null : { value: figure.target, text: words.target(show(figure.target)) }}
        />
      )}
    </Block>
  );
}
