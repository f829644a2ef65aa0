import { ArrowLeftOutlined, IdcardOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";

import type { Summary } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { useTexts } from "../../texts/texts";
import { EmotionMark } from "./CardList";

interface Props {
  summary: Summary | undefined;
  back: () => void;
  areDetailsShown: boolean;
  onDetails: () => void;
  /** What can be done with it. */
  children: ReactNode;
}

export function TalkHead({ summary, back, areDetailsShown, onDetails, children }: Props) {
  const texts = useTexts().chat;
  useShortcuts([{ keys: "Escape", title: texts.keys.back, run: back }]);
  return (
    <header className="talk-head">
      <Button
        className="talk-back"
        type="text"
        icon={<ArrowLeftOutlined aria-hidden />}
        aria-label={texts.actions.back}
        onClick={back}
      />
      <div className="talk-who">
        <h2 id="talk-title" className="talk-title">
          {summary?.label ?? "…"}
          {summary && <EmotionMark emotion={summary.emotion} />}
        </h2>
        {summary && (
          <p className="talk-sub">
            {texts.channels[summary.channel] ?? summary.channel} · {summary.reason_title}
            {summary.staff && ` · ${texts.log.authors.agent} ${summary.staff}`}
          </p>
        )}
      </div>
      <div className="talk-steps">
        {children}
        <Button
          className="talk-details"
          size="small"
          icon={<IdcardOutlined aria-hidden />}
          aria-expanded={areDetailsShown}
          onClick={onDetails}
        >
          {texts.actions.details}
        </Button>
      </div>
    </header>
  );
}
