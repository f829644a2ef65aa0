import { useEffect, useState } from "react";

import { useMe } from "../../api/session";
import type { Summary } from "../../api/types";
import { useSummary } from "../../chat/data";
import { useRoom } from "../../chat/Duty";
import { ErrorNote } from "../../parts/ErrorNote";
import { Composer, type Standing } from "./Composer";
import { Log } from "./Log";
import { Steps } from "./Steps";
import { SummaryPanel } from "./SummaryPanel";
import { TalkHead } from "./TalkHead";

interface Props {
  id: string;
  /** Just taken: the next thing is to write. */
  isTaken: boolean;
  back: () => void;
}

/** The talk in the middle, and who it is with at the side. */
export function Conversation({ id, isTaken, back }: Props) {
  const room = useRoom();
  const thread = room.thread(id);
  const { data: summary, error, refetch } = useSummary(id);
  const [areDetailsShown, showDetails] = useState(false);
  const me = useMe();
  useReading(id, summary?.staff === me.number ? thread.readTo : 0);

  return (
    <>
      <section className={areDetailsShown ? "talk talk-behind" : "talk"} aria-labelledby="talk-title">
        <TalkHead
          summary={summary}
          back={back}
          areDetailsShown={areDetailsShown}
          onDetails={() => showDetails(!areDetailsShown)}
        >
          {summary && <Steps summary={summary} left={back} />}
        </TalkHead>
        <ErrorNote error={error} retry={() => void refetch()} />
        <Log thread={thread} canReveal={summary?.can.reveal ?? false} />
        <Composer thread={thread} state={standing(summary)} isTaken={isTaken} />
      </section>
      <aside className={areDetailsShown ? "details details-shown" : "details"} aria-labelledby="details-title">
        {summary && <SummaryPanel summary={summary} close={() => showDetails(false)} />}
      </aside>
    </>
  );
}

function standing(summary: Summary | undefined): Standing {
  if (!summary) return "unknown";
  if (summary.can.write) return "open";
  if (summary.status !== "closed") return "listening";
  // An agent's, and no hand-off is open: somebody serves the customer in WeCom.
  return summary.owner === "agent" ? "wecom" : "closed";
}

/** What is on the screen of the one who has the conversation, and looks at it, has been read. */
function useReading(id: string, readTo: number): void {
  const room = useRoom();
  useEffect(() => {
    const read = (): void => {
      if (!document.hidden && readTo > 0) room.markRead(id);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [room, id, readTo]);
}
