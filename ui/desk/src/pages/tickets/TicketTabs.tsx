import { Link } from "wouter";

import type { TicketFilters } from "../../api/types";
import { useTexts } from "../../texts/texts";
import { useCounts } from "./data";
import { forAddress, TABS, tabOf, withTab, writeFilters } from "./filters";

interface Props {
  filters: TicketFilters;
  /** Before another tab is shown: with what. */
  onLeave: (next: TicketFilters) => void;
}

/** What most often is looked for, with how many there are. */
export function TicketTabs({ filters, onLeave }: Props) {
  const words = useTexts().tickets.list;
  const counts = useCounts().data;
  const here = tabOf(filters);
  return (
    <nav className="tabs" aria-label={words.title}>
      {TABS.map((tab) => (
        <Link
          key={tab}
          href={`/tickets?${writeFilters(forAddress(withTab(filters, tab)))}`}
          onClick={() => onLeave(withTab(filters, tab))}
          aria-current={tab === here ? "page" : undefined}
          className={tab === here ? "tab tab-here" : "tab"}
        >
          {words.tabs[tab]} {tab !== "all" && counts && <span className="tab-count">{counts[tab]}</span>}
        </Link>
      ))}
    </nav>
  );
}
