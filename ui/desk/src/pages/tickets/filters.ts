/** The list's filters and the address that says them. Pure functions. */

import type { TicketFilters } from "../../api/types";

export const FILTERS = [
  "status",
  "kind",
  "category",
  "department",
  "assignee",
  "channel",
  "due",
  "q",
  "created_from",
  "created_to",
  "sort",
] as const satisfies readonly (keyof TicketFilters)[];

export const TABS = ["all", "mine", "unassigned", "missed", "due_1h"] as const;
export type Tab = (typeof TABS)[number];

/** What each tab shows; the others can be narrowed further. */
const OF_TAB: Record<Tab, TicketFilters> = {
  all: {},
  mine: { assignee: "me", status: "open" },
  unassigned: { assignee: "none", status: "open" },
  missed: { due: "missed", status: "open" },
  due_1h: { due: "1h", status: "open" },
};

export function readFilters(search: string): TicketFilters {
  const words = new URLSearchParams(search);
  const said = FILTERS.flatMap((name) => {
    const value = words.get(name)?.trim();
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(said);
}

/** Without `?`; always in the same order, so that the same filters have the same address. */
export function writeFilters(filters: TicketFilters): string {
  const words = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value) words.set(name, value);
  }
  return words.toString();
}

/** As care/tickets/rules.py writes them, with or without the hyphen; whatever else is searched for may be somebody's. */
const TICKET_NUMBER = /^(TS|BZ|YS|FK|HD|SS)\d{6}-?[0-9A-Z]{6}$/i;

/** What of the filters stands in the address, and so in the history of a shared computer: of what is searched for, the
 *  numbers of tickets only. */
export function forAddress(filters: TicketFilters): TicketFilters {
  const { q, ...rest } = filters;
  return q && TICKET_NUMBER.test(q) ? filters : rest;
}

export function changed(filters: TicketFilters, change: Partial<Record<keyof TicketFilters, string | undefined>>) {
  return readFilters(writeFilters({ ...filters, ...change } as TicketFilters));
}

/** The tab that these filters belong to: the one that says most of them. */
export function tabOf(filters: TicketFilters): Tab {
  const fits = (tab: Tab): boolean =>
    Object.entries(OF_TAB[tab]).every(([name, value]) => filters[name as keyof TicketFilters] === value);
  return TABS.findLast((tab) => tab !== "all" && fits(tab)) ?? "all";
}

/** Another tab, with what was chosen besides. */
export function withTab(filters: TicketFilters, tab: Tab): TicketFilters {
  const rest = { ...filters };
  for (const name of Object.keys(OF_TAB[tabOf(filters)])) delete rest[name as keyof TicketFilters];
  return { ...rest, ...OF_TAB[tab] };
}

export function areSame(one: TicketFilters, other: TicketFilters): boolean {
  return writeFilters(one) === writeFilters(other);
}
