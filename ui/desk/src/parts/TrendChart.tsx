import { Segmented } from "antd";
import { useState } from "react";

import { useTexts } from "../texts/texts";
import { labelled, type Scale } from "./scale";
import { useIsNarrow } from "./useIsNarrow";

export interface ChartPoint {
  key: string;
  label: string;
  /** null: nothing was counted. */
  value: number | null;
  low?: number;
  high?: number;
  /** What it is made of: 93 / 100. */
  note?: string;
}

interface Props {
  title: string;
  points: readonly ChartPoint[];
  scale: Scale;
  show: (value: number) => string;
  target?: { value: number; text: string } | null;
  /** Head of the first column. */
  when: string;
}

const LEFT = 78;
const RIGHT = 14;
const TOP = 22;
const BOTTOM = 26;

/** Values over time, as a chart or as the table that it is drawn from; who cannot see the chart is read the table. */
export function TrendChart({ title, points, scale, show, target = null, when }: Props) {
  const words = useTexts().board.chart;
  const [as, setAs] = useState<"chart" | "table">("chart");
  return (
    <figure className="trend">
      <Segmented
        size="small"
        aria-label={words.as}
        value={as}
        onChange={setAs}
        options={[
          { value: "chart", label: words.chart },
          { value: "table", label: words.table },
        ]}
      />
      {as === "chart" && <Drawing points={points} scale={scale} show={show} target={target} />}
      <table className={as === "chart" ? "visually-hidden" : "plain-table"}>
        <caption className="visually-hidden">
          {title} {target?.text}
        </caption>
        <thead>
          <tr>
            <th scope="col">{when}</th>
            <th scope="col">{words.value}</th>
            <th scope="col">{words.made}</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ key, label, value, low, high, note }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td>{value === null ? "—" : show(value)}</td>
              <td>
                {low !== undefined && high !== undefined ? words.interval(show(low), show(high), note ?? "") : note}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Drawing({ points, scale, show, target }: Required<Pick<Props, "points" | "scale" | "show" | "target">>) {
  const isNarrow = useIsNarrow();
  const [width, height] = isNarrow ? [340, 210] : [960, 260];
  const x = (at: number): number =>
    LEFT + (points.length > 1 ? at / (points.length - 1) : 0.5) * (width - LEFT - RIGHT - 12) + 6;
  const y = (value: number): number =>
    TOP + (1 - (value - scale.low) / (scale.high - scale.low)) * (height - TOP - BOTTOM);
  const named = labelled(points.length, isNarrow ? 4 : 10);
  const lines = runs(points.map(({ value }, at) => (value === null ? null : `${x(at)},${y(value)}`)));
  return (
    <svg className="trend-drawing" viewBox={`0 0 ${width} ${height}`} aria-hidden focusable="false">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className="trend-grid" />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
            {show(tick)}
          </text>
        </g>
      ))}
      {points.map(({ key, low, high }, at) =>
        low === undefined || high === undefined ? null : (
          <line key={key} x1={x(at)} x2={x(at)} y1={y(low)} y2={y(high)} className="trend-interval" />
        ),
      )}
      {target && (
        <>
          <line x1={LEFT} x2={width - RIGHT} y1={y(target.value)} y2={y(target.value)} className="trend-target" />
          <text x={width - RIGHT} y={y(target.value) - 6} textAnchor="end" className="trend-target-text">
            {target.text}
          </text>
        </>
      )}
      {lines.map((line) => (
        <polyline key={line[0]} points={line.join(" ")} className="trend-line" />
      ))}
      {points.map(({ key, label, value, note }, at) =>
        value === null ? null : (
          <circle key={key} cx={x(at)} cy={y(value)} r={points.length > 60 ? 2.5 : 4} className="trend-point">
            <title>{`${label}: ${show(value)}${note ? ` (${note})` : ""}`}</title>
          </circle>
        ),
      )}
      {points.map(
        ({ key, label }, at) =>
          named.has(at) && (
            <text
              key={key}
              x={x(at)}
              y={height - 6}
              textAnchor={
                at === 0 && points.length > 1 ? "start" : at === points.length - 1 && at > 0 ? "end" : "middle"
              }
            >
              {label}
            </text>
          ),
      )}
    </svg>
  );
}

/** A line breaks where nothing was counted. */
function runs(places: readonly (string | null)[]): string[][] {
  const found: string[][] = [[]];
  for (const place of places) {
    if (place === null) found.push([]);
    else found.at(-1)?.push(place);
  }
  return found.filter(({ length }) => length > 1);
}
