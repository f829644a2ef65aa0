import { Button, Slider } from "antd";

import type { ThresholdPoint } from "../../../api/types";
import { Block } from "../../../parts/Block";
import { useTexts } from "../../../texts/texts";
import { percent } from "../Words";

interface Props {
  points: readonly ThresholdPoint[];
  /** null: as the model is configured. */
  chosen: number | null;
  onChoose: (threshold: number | null) => void;
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 220, 40, 24, 10];
type Line = "handed_off" | "wrong" | "current_handed_off" | "current_wrong";

/** What each threshold would do: how much is asked back or handed over, how much is answered wrongly. */
export function Thresholds({ points, chosen, onChoose }: Props) {
  const words = useTexts().trainer.models;
  if (!points.some(({ wrong }) => wrong !== null)) return null;
  const at = points.find(({ threshold }) => threshold === chosen);
  const x = (threshold: number): number => LEFT + threshold * (WIDTH - LEFT - 10);
  const y = (share: number): number => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const line = (name: Line): string => points.map((point) => `${x(point.threshold)},${y(point[name] ?? 0)}`).join(" ");
  return (
    <Block
      title={words.slider}
      extra={
        chosen !== null && (
          <Button size="small" onClick={() => onChoose(null)}>
            {words.asConfigured}
          </Button>
        )
      }
    >
      <p className="faint">{words.sliderHint}</p>
      <svg className="threshold-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden focusable="false">
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={LEFT} x2={WIDTH - 10} y1={y(share)} y2={y(share)} className="trend-grid" />
            <text x={LEFT - 6} y={y(share) + 4} textAnchor="end">
              {share * 100}%
            </text>
          </g>
        ))}
        {points.some((point) => point.current_wrong !== null) && (
          <>
            <polyline points={line("current_handed_off")} className="line-handed line-current" />
            <polyline points={line("current_wrong")} className="line-wrong line-current" />
          </>
        )}
        <polyline points={line("handed_off")} className="line-handed" />
        <polyline points={line("wrong")} className="line-wrong" />
        {chosen !== null && (
          <line x1={x(chosen)} x2={x(chosen)} y1={TOP} y2={HEIGHT - BOTTOM} className="line-chosen" />
        )}
        <text x={x(0.5)} y={HEIGHT - 4} textAnchor="middle">
          {words.slider}
        </text>
        <text x={x(0.97)} y={y(points.at(-1)?.handed_off ?? 0) - 6} textAnchor="end">
          {words.handedOff}
        </text>
        <text x={x(0.02)} y={y(points[0]?.wrong ?? 0) - 6}>
          {words.wrong}
        </text>
      </svg>
      <Slider
        aria-label={words.slider}
        min={0}
        max={0.95}
        step={0.05}
        value={chosen ?? 0.35}
        onChange={(value) => onChoose(Math.round(value * 20) / 20)}
      />
      <p role="status">
        {chosen === null ? words.asConfigured : `${words.threshold(chosen.toFixed(2))}：`}
        {at && words.atThreshold(percent(at.handed_off), percent(at.wrong))}
        {at && at.current_wrong !== null && (
          <span className="faint"> {words.ofCurrent(percent(at.current_handed_off), percent(at.current_wrong))}</span>
        )}
      </p>
    </Block>
  );
}
