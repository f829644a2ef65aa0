import type { MetricsRow } from "../../api/types";
import { useTexts } from "../../texts/texts";

const HEIGHT = 132;
const WIDTH = 24;
const GAP = 44;
const TOP = 18;

/** Requests, and how many of them were picked up. The table below says the same in figures. */
export function Bars({ rows }: { rows: readonly MetricsRow[] }) {
  const words = useTexts().metrics;
  if (rows.length === 0) return null;
  const most = Math.max(1, ...rows.map((row) => row.requested));
  const scale = (value: number): number => (value / most) * (HEIGHT - TOP);
  const width = Math.max(rows.length * (WIDTH + GAP), 200);
  return (
    <figure className="bars">
      <div className="bars-scroll" tabIndex={0} role="group" aria-label={words.chart}>
        <svg width={width} height={HEIGHT + 26} role="img" aria-label={words.chart}>
          {rows.map((row, index) => {
            const x = index * (WIDTH + GAP) + GAP / 2;
            return (
              <g key={row.key}>
                <rect
                  x={x}
                  y={HEIGHT - scale(row.requested)}
                  width={WIDTH}
                  height={scale(row.requested)}
                  className="bar-all"
                />
                <rect
                  x={x}
                  y={HEIGHT - scale(row.picked)}
                  width={WIDTH}
                  height={scale(row.picked)}
                  className="bar-picked"
                />
                <text x={x + WIDTH / 2} y={HEIGHT - scale(row.requested) - 5} textAnchor="middle" className="bar-value">
                  {row.picked}/{row.requested}
                </text>
                <text x={x + WIDTH / 2} y={HEIGHT + 18} textAnchor="middle" className="bar-name">
                  {row.title.length > 6 ? `${row.title.slice(0, 5)}…` : row.title}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption>
        <span className="bar-key bar-key-all" aria-hidden /> {words.columns.requested}
        <span className="bar-key bar-key-picked" aria-hidden /> {words.columns.picked}
      </figcaption>
    </figure>
  );
}
