import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented, Tag } from "antd";
import { Link } from "wouter";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import type { Figure, Paged, TicketBehind } from "../../api/types";
import { Block } from "../../parts/Block";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { Loading } from "../../parts/Loading";
import type { Span } from "../../parts/periods";
import { Time } from "../../parts/Time";
import { duration } from "../../parts/times";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { useSplit } from "./Split";

interface Props {
  figure: Figure;
  span: Span;
}

/** Those that missed, or all; of one part, where one is chosen above. */
export function TicketsBehind({ figure, span }: Props) {
  const texts = useTexts();
  const words = texts.board;
  const [search, change] = useUrl();
  const mayOpen = useMay("tickets");
  const value = search.get("value");
  const by = value ? oneOf(search.get("by"), figure.by) : null;
  const part = useSplit(figure, by, span).data?.rows.find((row) => row.value === value);
  // What has no target and is no share misses nothing.
  const canMiss = figure.unit === "share";
  const isAll = !canMiss || search.get("all") === "1";
  const asked = { figure: figure.key, ...span, by, value, missed: !isAll };
  const query = useInfiniteQuery({
    queryKey: [...keys.insight, "tickets", asked],
    queryFn: ({ pageParam }) => get<Paged<TicketBehind>>("/insight/tickets", { ...asked, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Block
      name="behind"
      title={words.tickets}
      extra={
        canMiss && (
          <Segmented
            size="small"
            aria-label={words.tickets}
            value={isAll ? "all" : "missed"}
            onChange={(next) => change({ all: next === "all" ? "1" : null })}
            options={[
              { value: "missed", label: words.filters.missed },
              { value: "all", label: words.filters.all },
            ]}
          />
        )
      }
    >
      {value && by && (
        <p>
          <Tag
            closable={{ closeIcon: true, "aria-label": words.withoutFilter }}
            onClose={(event) => {
              event.preventDefault();
              change({ value: null });
            }}
          >
            {words.dimensions[by]}：{part?.title ?? value}
          </Tag>
        </p>
      )}
      <ErrorNote error={query.error} retry={() => void query.refetch()} />
      {query.isPending && <Loading />}
      {query.data && !items.length && <Empty>{isAll ? texts.frame.parts.none : words.noneMissed}</Empty>}
      <ul className="plain behind">
        {items.map(({ number, category_title, department_title, status_title, at, missed, late_minutes }) => (
          <li key={number}>
            {mayOpen ? <Link href={`/tickets/${number}`}>{number}</Link> : <strong>{number}</strong>}
            <span>{category_title}</span>
            <span>{department_title}</span>
            <span>{status_title}</span>
            <span className="faint">
              <Time at={at} />
            </span>
            {missed && (
              <Tag color="error">
                {late_minutes === null
                  ? words.filters.missed
                  : texts.frame.clock.over(duration(Math.max(1, late_minutes) * 60_000, texts))}
              </Tag>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="list-foot">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {texts.frame.parts.more}
          </Button>
        </div>
      )}
    </Block>
  );
}
