import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Select, Tag } from "antd";
import { useState } from "react";

import { get } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Paged, WordingKind, WordingRow } from "../../../api/types";
import { Empty } from "../../../parts/Empty";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { useUrl } from "../../../parts/useUrl";
import { useTexts } from "../../../texts/texts";
import { WordingDrawer } from "./WordingDrawer";

const SHOWN = ["all", "changed", "waiting"] as const;
const KINDS: readonly WordingKind[] = ["response", "article"];

export function WordingList() {
  const texts = useTexts();
  const words = texts.trainer.wordings;
  const [url, setUrl] = useUrl();
  const [q, kind, state] = [url.get("q") ?? "", url.get("kind") ?? "response", url.get("state") ?? "all"];
  const [open, setOpen] = useState<WordingRow | null>(null);
  const list = useInfiniteQuery({
    queryKey: [...keys.wordings, "list", q, kind, state],
    queryFn: ({ pageParam }) => get<Paged<WordingRow>>("/trainer/wordings", { q, kind, state, after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="filters">
        <Segmented<string>
          aria-label={words.title}
          value={kind}
          onChange={(value) => setUrl({ kind: value })}
          options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
        />
        <Select<string>
          aria-label={texts.trainer.inbox.filter}
          value={state}
          onChange={(value) => setUrl({ state: value === "all" ? "" : value })}
          options={SHOWN.map((value) => ({ value, label: words.shown[value] }))}
        />
        <Input.Search
          key={q}
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          defaultValue={q}
          onSearch={(value) => setUrl({ q: value.trim() })}
        />
      </div>
      <ErrorNote error={list.error} retry={() => void list.refetch()} />
      {list.isPending && <Loading />}
      <ul className="trainer-near">
        {items.map((row) => (
          <li key={`${row.kind} ${row.key}`}>
            <span>
              <Button type="link" className="card-open" aria-label={row.key} onClick={() => setOpen(row)}>
                {row.title || row.key}
              </Button>{" "}
              {row.state === "changed" && <Tag color="processing">{words.changed}</Tag>}
              {row.waiting && <Tag color="warning">{words.states.waiting}</Tag>}
              <br />
              {row.text}
            </span>
            <span className="faint">{row.file}</span>
          </li>
        ))}
      </ul>
      {list.isSuccess && !items.length && <Empty />}
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.frame.parts.more}
        </Button>
      )}
      {open && <WordingDrawer key={open.key} kind={open.kind} of={open.key} onClose={() => setOpen(null)} />}
    </>
  );
}
