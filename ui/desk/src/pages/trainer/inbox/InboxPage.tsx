import { useEffect, useState } from "react";
import { useLocation, useParams } from "wouter";

import type { ExampleChange } from "../../../api/types";
import { useShortcuts } from "../../../app/keyboard";
import { useTexts } from "../../../texts/texts";
import { Message } from "./Message";
import { MessageList } from "./MessageList";
import { UndoBar } from "./UndoBar";
import { MOST_AT_ONCE, useInbox, type Filters } from "./useInbox";

/** Messages that were understood badly, one after the other: what 小益 thought, and what a trainer makes of it. */
export default function InboxPage() {
  const words = useTexts().trainer.inbox;
  const [, go] = useLocation();
  const id = Number(useParams<{ id?: string }>().id) || null;
  const [filters, setFilters] = useState<Filters>({ as: "list" });
  const inbox = useInbox(filters);
  /** The last one that was accepted: a slip can be undone. */
  const [last, setLast] = useState<ExampleChange[]>([]);
  const { items, list } = inbox;
  const areGroups = filters.as === "groups" && filters.group === undefined;
  const at = items.findIndex((item) => item.id === id);
  const open = (index: number): void => {
    const item = items[index];
    if (item) go(`/inbox/${item.id}`, { replace: true });
  };
  const isNearEnd = at >= 0 && at >= items.length - 2;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  /** These are decided: the first after them that is not. */
  const leave = (ids: readonly number[]): void => {
    const isLeft = (item: { id: number }): boolean => item.id !== id && !ids.includes(item.id);
    const item = items.slice(at + 1).find(isLeft) ?? items.slice(0, Math.max(at, 0)).findLast(isLeft);
    inbox.forget(ids);
    go(item ? `/inbox/${item.id}` : "/inbox", { replace: true });
  };
  useShortcuts(
    areGroups
      ? []
      : [
          { keys: "j", title: words.keys.next, run: () => open(at + 1) },
          { keys: "k", title: words.keys.previous, run: () => open(Math.max(at - 1, 0)) },
        ],
  );
  return (
    <div className="page trainer-inbox">
      <MessageList inbox={inbox} filters={filters} onFilter={setFilters} here={id} />
      <section className="trainer-message" aria-label={words.title}>
        {last.length > 0 && <UndoBar last={last} onUndone={() => setLast([])} />}
        {id === null ? (
          <p className="faint">{inbox.isEmpty ? words.empty : words.pick}</p>
        ) : (
          <Message
            key={id}
            id={id}
            onAccepted={(changes) => {
              setLast(changes);
              leave([id]);
            }}
            onRejected={leave}
            onGroup={(group) => setFilters({ as: "groups", group })}
            onStale={inbox.refresh}
            members={filters.group === undefined ? [] : items.slice(0, MOST_AT_ONCE).map((item) => item.id)}
          />
        )}
      </section>
    </div>
  );
}
