/** What the pages of tickets read. */

import { keepPreviousData, skipToken, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  Advice,
  Counts,
  Items,
  SavedView,
  Slot,
  TeamMember,
  TicketFilters,
  TicketPage,
  Tickets,
  Vocabulary,
} from "../../api/types";

export const PAGE = 50;

export function useTickets(filters: TicketFilters) {
  return useInfiniteQuery({
    queryKey: [...keys.tickets, filters],
    queryFn: ({ pageParam, signal }) =>
      get<Tickets>("/tickets", { ...filters, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

interface Searched {
  words: string;
  /** The other filters beside which they were searched for, as the address says them. */
  beside: string;
}

/** The words that are searched for, where they must not stand in the address: in the memory of this page, until it is
 *  closed or somebody signs out. */
export function useSearched() {
  const client = useQueryClient();
  const { data } = useQuery<Searched>({ queryKey: keys.searched, queryFn: skipToken, gcTime: Infinity });
  return [data, (searched: Searched) => void client.setQueryData(keys.searched, searched)] as const;
}

export function useTicket(number: string) {
  return useQuery({ queryKey: keys.ticket(number), queryFn: () => get<TicketPage>(ticketPath(number)) });
}

export function useAdvice(number: string) {
  return useQuery({ queryKey: keys.advice(number), queryFn: () => get<Advice>(`${ticketPath(number)}/advice`) });
}

export function useCounts() {
  return useQuery({ queryKey: keys.counts, queryFn: () => get<Counts>("/tickets/counts"), refetchInterval: 60_000 });
}

export function useViews() {
  return useQuery({ queryKey: keys.views, queryFn: () => get<Items<SavedView>>("/views") });
}

/** Words that hardly ever change. */
export function useVocabulary() {
  return useQuery({ queryKey: keys.vocabulary, queryFn: () => get<Vocabulary>("/vocabulary"), staleTime: Infinity });
}

export function useTeam() {
  return useQuery({ queryKey: keys.team, queryFn: () => get<Items<TeamMember>>("/team") });
}

export function ticketPath(number: string): string {
  return `/tickets/${encodeURIComponent(number)}`;
}

/** Free times for a call-back. */
export function useSlots() {
  return useQuery({ queryKey: keys.slots, queryFn: () => get<Items<Slot>>("/callbacks/slots") });
}

interface Option {
  value: string;
  label: string;
}

export function options(words: readonly { name: string; title: string }[] | undefined): Option[] {
  return (words ?? []).map(({ name, title }) => ({ value: name, label: title }));
}

export function teamOptions(team: Items<TeamMember> | undefined): Option[] {
  return (team?.items ?? []).map(({ number, name }) => ({ value: number, label: `${number} ${name}` }));
}
