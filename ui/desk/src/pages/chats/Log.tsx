import { Button, Spin } from "antd";
import { useLayoutEffect, useRef, useState } from "react";

import type { Thread } from "../../chat/thread";
import type { Row } from "../../chat/timeline";
import { Empty } from "../../parts/Empty";
import { serverNow } from "../../parts/now";
import { inChina } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { MessageBubble } from "./MessageBubble";
import { NoteBubble, PendingBubble, UploadBubble } from "./OtherBubbles";

/** Pixels from an end that still count as being there. */
const NEAR = 80;

interface Props {
  thread: Thread;
  canReveal: boolean;
}

/** What was said, older pages by scrolling up. Stays at the end while one is at the end, and where one is otherwise. */
export function Log({ thread, canReveal }: Props) {
  const texts = useTexts().chat.log;
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const before = useRef<{ first: number | null; height: number }>({ first: null, height: 0 });
  const rows = thread.timeline.rows();
  const { firstId, hasEarlier } = thread.timeline;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { first, height } = before.current;
    // An older page came above: what one reads stays under one's eyes.
    if (first !== null && firstId !== null && firstId < first) element.scrollTop += element.scrollHeight - height;
    else if (isAtEnd) element.scrollTop = element.scrollHeight;
    before.current = { first: firstId, height: element.scrollHeight };
  });

  const toEnd = (): void => {
    setAtEnd(true);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  const scrolled = (): void => {
    const element = box.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR);
    if (element.scrollTop < NEAR && hasEarlier) void thread.earlier().catch(() => undefined);
  };

  return (
    <div className="log-frame">
      <div ref={box} className="log" role="region" aria-label={texts.region} tabIndex={0} onScroll={scrolled}>
        {thread.state === "failed" && <Empty>{texts.failed}</Empty>}
        {thread.state === "empty" && rows.length === 0 && <Spin className="log-wait" />}
        {thread.state === "ready" && (
          <div className="log-start">
            {hasEarlier ? (
              <Button
                size="small"
                type="link"
                loading={thread.isFetchingEarlier}
                onClick={() => void thread.earlier().catch(() => undefined)}
              >
                {texts.earlier}
              </Button>
            ) : (
              texts.atStart
            )}
          </div>
        )}
        {rows.map((row) => (
          <RowOf key={row.key} row={row} thread={thread} canReveal={canReveal} resized={() => isAtEnd && toEnd()} />
        ))}
      </div>
      <p className="log-typing" aria-hidden={!thread.isTyping}>
        {thread.isTyping && texts.typing}
      </p>
      {!isAtEnd && (
        <Button className="log-newest" size="small" shape="round" onClick={toEnd}>
          {texts.newest}
        </Button>
      )}
    </div>
  );
}

interface RowProps extends Props {
  row: Row;
  /** A picture has come and made the log longer. */
  resized: () => void;
}

function RowOf({ row, thread, canReveal, resized }: RowProps) {
  switch (row.kind) {
    case "day":
      return <Day at={row.at} />;
    case "message":
      return <MessageBubble message={row.message} thread={thread} canReveal={canReveal} resized={resized} />;
    case "note":
      return <NoteBubble note={row.note} />;
    case "pending":
      return <PendingBubble pending={row.pending} state={row.state} />;
    case "upload":
      return <UploadBubble upload={row.upload} conversation={thread.id} />;
  }
}

function Day({ at }: { at: string }) {
  const words = useTexts().frame.times;
  const { day } = inChina(Date.parse(at));
  const today = inChina(serverNow()).day;
  const yesterday = inChina(serverNow() - 86_400_000).day;
  return (
    <div className="log-day" role="separator">
      {day === today ? words.today : day === yesterday ? words.yesterday : day}
    </div>
  );
}
