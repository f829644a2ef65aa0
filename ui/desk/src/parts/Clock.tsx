import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  ExclamationCircleOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { Tooltip } from "antd";
import type { ReactNode } from "react";

import type { TicketClock } from "../api/types";
import { useTexts } from "../texts/texts";
import { urgency, type Urgency } from "./countdown";
import { useNow } from "./now";
import { duration, fullTime } from "./times";

const ICONS: Record<Urgency, ReactNode> = {
  met: <CheckCircleOutlined aria-hidden />,
  late: <CheckCircleOutlined aria-hidden />,
  missed: <WarningOutlined aria-hidden />,
  urgent: <ExclamationCircleOutlined aria-hidden />,
  soon: <ClockCircleOutlined aria-hidden />,
  calm: <ClockCircleOutlined aria-hidden />,
};

interface Props {
  clock: Pick<TicketClock, "due_at" | "met_at" | "missed_at"> & { title?: string };
}

/** A clock that counts down: by colour, by its sign, and in words. */
export function Clock({ clock }: Props) {
  const texts = useTexts();
  const now = useNow();
  const state = urgency(clock, now);
  const words = texts.frame.clock;
  const away = duration(Math.abs(Date.parse(clock.due_at) - now), texts);
  const said = { met: words.met, late: words.metLate, missed: words.over(away) };
  return (
    <Tooltip title={fullTime(clock.due_at)}>
      <span className={`clock clock-${state}`}>
        {ICONS[state]}
        {clock.title && <span className="clock-title">{clock.title}</span>}
        <span className="clock-left">{state in said ? said[state as keyof typeof said] : words.left(away)}</span>
      </span>
    </Tooltip>
  );
}
