import { Button, Input, Segmented, Select, Tag } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "wouter";

import type { InboxItem, Why } from "../../../api/types";
import { Empty } from "../../../parts/Empty";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";
import { full, useLabels } from "../LabelPicker";
import { percent } from "../Words";
import type { Filters, Inbox } from "./useInbox";

const WHY: readonly Why[] = ["misunderstood", "unsure", "corrected", "not_meant", "no_article", "audit"];

interface Props {
  inbox: Inbox;
  filters: Filters;
  onFilter: (filters: Filters) => void;
  here: number | null;
}

export function MessageList({ inbox, filters, onFilter, here }: Props) {
  const texts = useTexts();
  const words = texts.trainer.inbox;
  const { counts } = inbox;
  const shown = filters.as === "groups" && filters.group === undefined ? inbox.groups : inbox.list;
  const { group, ...ungrouped } = filters;
  const labels = useLabels().data?.labels ?? [];
  return (
    <div className="trainer-list">
      <h1 className="page-title">{words.title}</h1>
      <p className="faint">{words.hint}</p>
      <div className="filters">
        <Segmented<string>
          aria-label={texts.trainer.inbox.open}
          value={filters.state ?? "open"}
          onChange={(state) => onFilter({ ...ungrouped, as: "list", state: state as "open" | "waiting" })}
          options={[
            { value: "open", label: `${words.open} ${counts?.open ?? ""}` },
            { value: "waiting", label: `${words.waiting} ${counts?.waiting ?? ""}` },
          ]}
        />
        <Segmented<"list" | "groups">
          aria-label={words.as}
          value={filters.as}
          onChange={(as) => onFilter({ ...ungrouped, as, state: "open" })}
          options={[
            { value: "list", label: words.list },
            { value: "groups", label: words.groups },
          ]}
        />
        <Select<Why | "">
          aria-label={words.filter}
          value={filters.why ?? ""}
          onChange={(why) => onFilter(without({ ...filters, why: why || undefined }))}
          options={[
            { value: "", label: words.all },
            ...WHY.map((why) => ({ value: why, label: `${words.why[why]} ${counts?.[why] ?? ""}` })),
          ]}
        />
        <Select<string>
          showSearch
          popupMatchSelectWidth={false}
          aria-label={words.taken}
          value={filters.label ?? ""}
          onChange={(label) => onFilter(without({ ...filters, label: label || undefined }))}
          options={[{ value: "", label: words.anyLabel }, ...labels.map(({ label }) => ({ value: label, label }))]}
        />
        <Input.Search
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          onSearch={(q) => onFilter(without({ ...filters, q: q.trim() || undefined }))}
        />
        {group !== undefined && (
          <Button onClick={() => onFilter({ ...ungrouped, as: "groups" })}>{words.leaveGroup}</Button>
        )}
      </div>
      <ErrorNote error={shown.error} retry={() => void shown.refetch()} />
      {shown.isPending && <Loading />}
      {shown === inbox.groups ? (
        <ul className="trainer-items">
          {inbox.groups.data?.pages.flatMap((page) =>
            page.items.map((each) => (
              <li key={each.id}>
                <button type="button" onClick={() => onFilter({ ...filters, group: each.id })}>
                  <span className="trainer-text">{each.text}</span>
                  <span className="faint">
                    {words.size(each.size)} · {full(each)} · <Time at={each.newest_at} relative />
                  </span>
                </button>
              </li>
            )),
          )}
        </ul>
      ) : (
        <ul className="trainer-items">
          {inbox.items.map((item) => (
            <Row key={item.id} item={item} isHere={item.id === here} />
          ))}
        </ul>
      )}
      {shown.isSuccess && !shown.data.pages.some((page) => page.items.length) && <Empty>{words.empty}</Empty>}
      {shown.hasNextPage && (
        <Button block loading={shown.isFetchingNextPage} onClick={() => void shown.fetchNextPage()}>
          {texts.frame.parts.more}
        </Button>
      )}
    </div>
  );
}

function Row({ item, isHere }: { item: InboxItem; isHere: boolean }) {
  const words = useTexts().trainer.inbox;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isHere) row.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  return (
    <li ref={row}>
      <Link href={`/inbox/${item.id}`} aria-current={isHere ? "true" : undefined}>
        <span className="trainer-text">{item.text}</span>
        <span className="faint">
          {item.why.map((why) => (
            <Tag key={why}>{words.why[why]}</Tag>
          ))}
          {full(item)} {percent(item.confidence)} · <Time at={item.at} relative />
          {item.group && item.group.size > 1 && ` · ${words.size(item.group.size)}`}
        </span>
      </Link>
    </li>
  );
}

/** A filter that is not set is not there. */
function without(filters: { [K in keyof Filters]: Filters[K] | undefined }): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as unknown as Filters;
}
