import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useLocation, useSearch } from "wouter";

import { useMay } from "../../api/session";
import type { TicketFilters } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { ErrorNote } from "../../parts/ErrorNote";
import { useIsNarrow } from "../../parts/useIsNarrow";
import { useTexts } from "../../texts/texts";
import { BulkBar } from "./BulkBar";
import { useSearched, useTickets } from "./data";
import { ExportButton } from "./ExportButton";
import { FilterBar } from "./FilterBar";
import { forAddress, readFilters, writeFilters } from "./filters";
import { TicketCards } from "./TicketCards";
import { TicketTable } from "./TicketTable";
import { TicketTabs } from "./TicketTabs";
import { Views } from "./Views";

export default function TicketList() {
  const texts = useTexts();
  const words = texts.tickets.list;
  const [, navigate] = useLocation();
  const [searched, setSearched] = useSearched();
  const said = forAddress(readFilters(useSearch()));
  const q = said.q ?? (searched?.beside === writeFilters(said) ? searched.words : "");
  const filters: TicketFilters = q ? { ...said, q } : said;
  const isNarrow = useIsNarrow();
  const decides = useMay("decide");
  const exports = useMay("export");
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useTickets(filters);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [at, setAt] = useState(-1);
  const search = useRef<HTMLInputElement | null>(null);
  const list = useRef<HTMLDivElement | null>(null);

  const keep = (next: TicketFilters): string => {
    const shown = forAddress(next);
    const beside = writeFilters(shown);
    setSearched({ words: shown.q ? "" : (next.q ?? ""), beside });
    return beside;
  };
  const show = (next: TicketFilters): void => {
    const address = keep(next);
    setChosen([]);
    setAt(-1);
    navigate(address ? `/tickets?${address}` : "/tickets", { replace: true });
  };
  const open = (number: string): void => navigate(`/tickets/${number}`);
  const move = (step: number): void => setAt((now) => Math.min(Math.max(now + step, 0), rows.length - 1));
  // With the focus on it, Enter opens it as any link, and a screen reader says where one is.
  useEffect(() => {
    if (at >= 0) list.current?.querySelectorAll<HTMLElement>("[data-ticket]")[at]?.focus();
  }, [at]);
  const here = rows[at];
  useShortcuts([
    { keys: "/", title: texts.frame.keys.search, run: () => search.current?.focus() },
    { keys: "j", title: words.next, run: () => move(1) },
    { keys: "k", title: words.previous, run: () => move(-1) },
    { keys: "Enter", title: words.openChosen, run: () => here && open(here.number) },
    { keys: "n", title: words.new, run: () => navigate("/tickets/new") },
  ]);

  const total = data?.pages[0]?.total_capped;
  const shown = { rows, at, isLoading: !data && !error };

  return (
    <div className="page" ref={list}>
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
        <div className="push head-actions">
          <Views filters={filters} onShow={show} />
          {exports && <ExportButton filters={filters} />}
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => navigate("/tickets/new")}>
            {words.new}
          </Button>
        </div>
      </div>
      <TicketTabs filters={filters} onLeave={keep} />
      <FilterBar filters={filters} onChange={show} search={search} />
      {chosen.length > 0 && <BulkBar chosen={chosen} onDone={() => setChosen([])} />}
      <ErrorNote error={error} retry={() => void refetch()} />
      {isNarrow ? (
        <TicketCards {...shown} />
      ) : (
        <TicketTable
          {...shown}
          onOpen={open}
          chosen={decides ? chosen : null}
          onChoose={setChosen}
          sort={filters.sort}
          onSort={(sort) => show({ ...filters, sort })}
        />
      )}
      {data && rows.length > 0 && (
        <div className="list-foot">
          <span className="faint">{words.shown(rows.length, String(total ?? rows.length))}</span>
          {hasNextPage && (
            <Button loading={isFetching} onClick={() => void fetchNextPage()}>
              {texts.frame.parts.more}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
