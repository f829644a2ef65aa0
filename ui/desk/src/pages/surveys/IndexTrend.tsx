import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { IndexPoint } from "../../api/types";
import { Block } from "../../parts/Block";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { round, share, standing } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { scaleOf } from "../../parts/scale";
import { Standing } from "../../parts/Standing";
import { TrendChart } from "../../parts/TrendChart";
import { useTexts } from "../../texts/texts";

const show = (value: number): string => String(round(value));

/** The index of each wave with its interval: two that overlap are no difference to speak of. */
export function IndexTrend() {
  const words = useTexts().surveys;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.surveys, "index"],
    queryFn: () => get<{ points: IndexPoint[]; satisfied_target: number }>("/surveys/index"),
  });
  const points = data?.points ?? [];
  const latest = points.at(-1);
  return (
    <Block title={words.tabs.index}>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Loading />}
      {data && !latest && <Empty>{words.noIndex}</Empty>}
      {latest && (
        <>
          <p className="figure-value">{show(latest.value)}</p>
          <p className="figure-line">
            <span>{words.quarter(latest.quarter)}</span>
            <span>{words.interval(show(latest.low), show(latest.high))}</span>
            <span className="faint">{words.answers(latest.answers)}</span>
          </p>
          <p className="figure-line">
            <span>{words.satisfiedOf(share(latest.satisfied, data?.satisfied_target))}</span>
            <Standing stands={standing(latest.satisfied, { target: data?.satisfied_target ?? null, better: "up" })} />
            {data && <span>{words.targetOf(share(data.satisfied_target))}</span>}
          </p>
          <p className="hint">{words.indexHint}</p>
          <TrendChart
            title={words.tabs.index}
            when={words.quarterField}
            points={points.map(({ quarter, value, low, high, answers }) => ({
              key: quarter,
              label: words.quarter(quarter),
              value,
              low,
              high,
              note: words.answers(answers),
            }))}
            scale={scaleOf(
              points.flatMap(({ low, high }) => [low, high]),
              { least: 0, most: 100 },
            )}
            show={show}
          />
        </>
      )}
    </Block>
  );
}
