import { useState } from "react";
import { Button } from "antd";

import type { TicketEvent } from "../../api/types";
import { Block } from "../../parts/Block";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";

const FIRST = 30;

/** What happened, the latest first. */
export function Timeline({ events }: { events: readonly TicketEvent[] }) {
  const texts = useTexts();
  const [all, setAll] = useState(false);
  const latest = [...events].reverse();
  const shown = all ? latest : latest.slice(0, FIRST);
  return (
    <Block name="timeline" title={texts.tickets.page.timeline}>
      <ol className="timeline">
        {shown.map((event, place) => (
          <li key={latest.length - place}>
            <div className="timeline-head">
              <strong>{event.kind_title}</strong>
              <span>{event.actor_title}</span>
              <Time at={event.at} />
            </div>
            {event.note && <div className="words">{event.note}</div>}
          </li>
        ))}
      </ol>
      {shown.length < latest.length && <Button onClick={() => setAll(true)}>{texts.frame.parts.more}</Button>}
    </Block>
  );
}
