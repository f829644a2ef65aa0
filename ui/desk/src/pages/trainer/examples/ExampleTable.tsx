import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Select, Tag } from "antd";
import { useId, useState } from "react";

import { get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Example, ExampleChanged, ExamplesPage } from "../../../api/types";
import { Empty } from "../../../parts/Empty";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { TableBox } from "../../../parts/TableBox";
import { useUrl } from "../../../parts/useUrl";
import { useTexts } from "../../../texts/texts";
import { full, LabelPicker, meaningOf } from "../LabelPicker";
import { ExampleDialog } from "./ExampleDialog";

const MARKED = ["any", "changed", "conflict", "twice"] as const;

/** Every example, found by its words, label and what is odd about it. */
export function ExampleTable() {
  const texts = useTexts();
  const words = texts.trainer.examples;
  const titled = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [url, setUrl] = useUrl();
  const [q, label, marked] = [url.get("q") ?? "", url.get("label"), url.get("marked")];
  const [open, setOpen] = useState<Example | "new" | null>(null);
  const meaning = label ? meaningOf(label) : null;
  const asked = { q, label: meaning?.label, sub: meaning?.sub, marked };
  const list = useInfiniteQuery({
    queryKey: [...keys.examples, asked],
    queryFn: ({ pageParam }) => get<ExamplesPage>("/trainer/examples", { ...asked, after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  const refresh = () => client.invalidateQueries({ queryKey: ["trainer"] });
  const undo = useMutation({
    mutationFn: (id: number) => post(`/trainer/changes/${id}/undo`),
    onSuccess: async () => {
      message.destroy();
      void message.success(words.undone);
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (key: string) => post<ExampleChanged>(`/trainer/examples/${key}/delete`),
    onSuccess: async ({ change }) => {
      void message.success({
        duration: 8,
        content: (
          <>
            {words.removed}{" "}
            <Button type="link" onClick={() => undo.mutate(change.id)}>
              {words.undo}
            </Button>
          </>
        ),
      });
      await refresh();
    },
    // Somebody has changed it: it is shown as it is now.
    onError: refresh,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="filters trainer-filters">
        <Input.Search
          key={q}
          allowClear
          aria-label={words.search}
          placeholder={words.search}
          defaultValue={q}
          onSearch={(value) => setUrl({ q: value.trim() })}
        />
        <LabelPicker value={meaning} onChoose={(chosen) => setUrl({ label: full(chosen) })} />
        {label && <Button onClick={() => setUrl({ label: "" })}>{texts.trainer.inbox.all}</Button>}
        <Select<string>
          aria-label={texts.trainer.inbox.filter}
          value={marked ?? "any"}
          onChange={(value) => setUrl({ marked: value === "any" ? "" : value })}
          options={MARKED.map((value) => ({ value, label: words.marked[value] }))}
        />
        <Button type="primary" onClick={() => setOpen("new")}>
          {words.add}
        </Button>
        <span className="faint" role="status">
          {list.data && words.total((list.data.pages[0]?.total ?? 0).toLocaleString())}
        </span>
      </div>
      <ErrorNote error={list.error ?? remove.error ?? undo.error} retry={() => void list.refetch()} />
      {list.isPending && <Loading />}
      {items.length > 0 && (
        <TableBox titled={titled}>
          <table className="plain-table trainer-table">
            <caption id={titled} className="visually-hidden">
              {words.title}
            </caption>
            <thead>
              <tr>
                <th scope="col">{words.columns.words}</th>
                <th scope="col">{words.columns.label}</th>
                <th scope="col">{words.columns.where}</th>
                <th scope="col">
                  <span className="visually-hidden">{words.edit}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.key}>
                  <td className="trainer-words">
                    {each.words}{" "}
                    {each.marks.map((mark) => (
                      <Tag key={mark} color="warning">
                        {words.marks[mark]}
                      </Tag>
                    ))}
                  </td>
                  <td>{full(each)}</td>
                  <td className="faint">
                    {each.change ? words.changedBy(each.change.by_name) : `${each.file ?? ""}:${each.line ?? ""}`}
                  </td>
                  <td className="nowrap">
                    <Button size="small" aria-label={`${words.edit} ${each.text}`} onClick={() => setOpen(each)}>
                      {words.edit}
                    </Button>{" "}
                    <Button
                      size="small"
                      danger
                      aria-label={`${words.remove} ${each.text}`}
                      onClick={() => remove.mutate(each.key)}
                    >
                      {words.remove}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {list.isSuccess && !items.length && <Empty />}
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.frame.parts.more}
        </Button>
      )}
      {open && (
        <ExampleDialog
          example={open === "new" ? null : open}
          meaning={meaning}
          onSaved={async () => {
            setOpen(null);
            void message.success(words.saved);
            await refresh();
          }}
          onLeft={async () => {
            setOpen(null);
            await refresh();
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
