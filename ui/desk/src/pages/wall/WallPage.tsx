import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Wall } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { Agents } from "./Agents";
import { Alarms } from "./Alarms";
import { TicketClocks } from "./TicketClocks";
import { Queues } from "./Queues";
import { Talks } from "./Talks";

/** Milliseconds: rates and means change without a hint. */
const EVERY = 10_000;

/** How well customers are served now, and where somebody has to step in. */
export default function WallPage() {
  const words = useTexts().wall;
  const { data, error, refetch } = useQuery({
    queryKey: keys.wall,
    queryFn: () => get<Wall>("/wall"),
    refetchInterval: EVERY,
  });
  return (
    <div className="page wall">
      <header className="page-head">
        <h1 className="page-title">{words.title}</h1>
        {data && (
          <span className="faint push">
            <Time at={data.at} />
          </span>
        )}
      </header>
      <ErrorNote error={error} retry={() => void refetch()} />
      {data && (
        <>
          <Queues wall={data} />
          <div className="wall-pair">
            <TicketClocks clocks={data.clocks} />
            <Alarms alarms={data.alarms} queues={data.queues} />
          </div>
          <Agents agents={data.agents} />
          <Talks />
        </>
      )}
    </div>
  );
}
