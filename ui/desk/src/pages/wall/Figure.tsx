import { CheckCircleOutlined, MinusCircleOutlined, WarningOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

import type { Verdict } from "../../chat/verdicts";
import { useTexts } from "../../texts/texts";

const SIGNS: Record<Verdict, ReactNode> = {
  good: <CheckCircleOutlined aria-hidden />,
  near: <WarningOutlined aria-hidden />,
  bad: <WarningOutlined aria-hidden />,
  none: <MinusCircleOutlined aria-hidden />,
};

interface Props {
  value: string;
  verdict: Verdict;
}

/** A figure against its target: by colour, by sign, and in a word. */
export function Figure({ value, verdict }: Props) {
  const words = useTexts().wall.verdicts;
  return (
    <span className={`verdict verdict-${verdict}`}>
      <b>{value}</b>
      <span className="verdict-word">
        {SIGNS[verdict]} {words[verdict]}
      </span>
    </span>
  );
}
