/** What a frame makes the page read again. */

import type { QueryClient } from "@tanstack/react-query";

import { keys } from "./keys";
import { become } from "./session";
import type { Queue, ServerFrame } from "./types";

export function takeHint(frame: ServerFrame, client: QueryClient): void {
  const stale = (key: readonly unknown[]) => void client.invalidateQueries({ queryKey: key });
  switch (frame.type) {
    case "hello":
      // Whatever happened while nobody listened: everything that is on the screen is read again.
      void client.invalidateQueries();
      break;
    case "queue":
      client.setQueryData<Queue>(keys.queue, (before) => withAcquaintances(frame.queue, before));
      break;
    case "mine":
      stale(keys.conversations);
      break;
    case "conversation":
      stale(keys.conversation(frame.id));
      break;
    case "ticket":
      stale(keys.ticket(frame.number));
      stale(keys.tickets);
      stale(keys.counts);
      break;
    case "alarm":
      stale(keys.alarms);
      stale(keys.wall);
      break;
    case "insight":
      stale(keys.insight);
      stale(keys.reports);
      stale(keys.surveys);
      break;
    case "signed_out":
      become(client, null);
      break;
    case "alive":
    case "offer":
    case "typing":
      break;
  }
}

/** A frame is the same for everybody; whom this agent knows stands only in what was read. */
function withAcquaintances(queue: Queue, before: Queue | undefined): Queue {
  const known = new Set(before?.items.filter((each) => each.is_mine_before).map((each) => each.handoff));
  return { ...queue, items: queue.items.map((each) => ({ ...each, is_mine_before: known.has(each.handoff) })) };
}
