import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { InboxGroup, InboxItem, InboxPage, Paged, Why } from "../../../api/types";

/** Of a group, shown and rejected together; the server takes no more. */
export const MOST_AT_ONCE = 200;

export interface Filters {
  as: "list" | "groups";
  why?: Why;
  label?: string;
  state?: "open" | "waiting";
  q?: string;
  group?: number;
}

export type Inbox = ReturnType<typeof useInbox>;

/** The list as it is filtered; what somebody decided is gone from it at once, the server's own list follows. */
export function useInbox({ as, why, label, state = "open", q, group }: Filters) {
  const client = useQueryClient();
  const asked = { why, label, state, q, group, limit: group === undefined ? undefined : MOST_AT_ONCE };
  const queryKey = [...keys.inbox, "list", asked];
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => get<InboxPage>("/trainer/inbox", { ...asked, after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    refetchInterval: 30_000,
  });
  const groups = useInfiniteQuery({
    queryKey: [...keys.inbox, "groups", { why, label, q }],
    queryFn: ({ pageParam }) => get<Paged<InboxGroup>>("/trainer/inbox/groups", { why, label, q, after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    enabled: as === "groups" && group === undefined,
  });
  const items: InboxItem[] = list.data?.pages.flatMap((page) => page.items) ?? [];
  return {
    list,
    groups,
    items,
    counts: list.data?.pages[0]?.counts,
    isEmpty: list.isSuccess && !items.length,
    /** Somebody else has decided some of them. */
    refresh: () => void client.invalidateQueries({ queryKey: [...keys.inbox, "list"] }),
    forget(ids: readonly number[]): void {
      client.setQueryData<typeof list.data>(
        queryKey,
        (now) =>
          now && {
            ...now,
            pages: now.pages.map((page) => ({ ...page, items: page.items.filter((item) => !ids.includes(item.id)) })),
          },
      );
      for (const part of ["list", "groups"]) void client.invalidateQueries({ queryKey: [...keys.inbox, part] });
    },
  };
}
