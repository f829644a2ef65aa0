import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useId, useState } from "react";

import { download, get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { ChangesStanding, ExampleChange, Paged, Sentence } from "../../../api/types";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { ReasonDialog } from "../../../parts/ReasonDialog";
import { save } from "../../../parts/saving";
import { TableBox } from "../../../parts/TableBox";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";
import { full } from "../LabelPicker";

/** Who changed what; taken back, committed to the branch, or taken along as a patch. */
export function Changes() {
  const texts = useTexts();
  const words = texts.trainer.examples;
  const titled = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [isCommitting, setCommitting] = useState(false);
  const standing = useQuery({
    queryKey: [...keys.changes, "standing"],
    queryFn: () => get<ChangesStanding>("/trainer/changes/standing"),
  });
  const list = useInfiniteQuery({
    queryKey: [...keys.changes, "list"],
    queryFn: ({ pageParam }) => get<Paged<ExampleChange>>("/trainer/changes", { after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  const refresh = () => client.invalidateQueries({ queryKey: ["trainer"] });
  const undo = useMutation({
    mutationFn: (id: number) => post(`/trainer/changes/${id}/undo`),
    onSuccess: async () => {
      void message.success(words.undone);
      await refresh();
    },
  });
  const patch = useMutation({
    mutationFn: () => download("/trainer/changes/patch"),
    onSuccess: ({ blob, name }) => save(blob, name),
  });
  const commit = async (told: string): Promise<void> => {
    const done = await post<{ commit: string }>("/trainer/changes/commit", { message: told });
    void message.success(words.committed(done.commit.slice(0, 8)));
    await refresh();
  };
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="filters trainer-filters">
        <span role="status">{standing.data && words.pending(standing.data.pending)}</span>
        {standing.data?.last && (
          <span className="faint">
            {words.committed(standing.data.last.commit.slice(0, 8))} {standing.data.last.by_name}{" "}
            <Time at={standing.data.last.at} />
          </span>
        )}
        {standing.data?.git && (
          <Button type="primary" disabled={!standing.data.pending} onClick={() => setCommitting(true)}>
            {words.commit}
          </Button>
        )}
        <Button loading={patch.isPending} onClick={() => patch.mutate()}>
          {words.patch}
        </Button>
      </div>
      <ErrorNote error={list.error ?? standing.error ?? undo.error ?? patch.error} retry={() => void list.refetch()} />
      {list.isPending && <Loading />}
      <TableBox titled={titled}>
        <table className="plain-table trainer-table">
          <caption id={titled} className="visually-hidden">
            {words.tabs.changes}
          </caption>
          <thead>
            <tr>
              <th scope="col">{words.columns.what}</th>
              <th scope="col">{words.columns.words}</th>
              <th scope="col">{words.columns.who}</th>
              <th scope="col">{words.columns.when}</th>
              <th scope="col">
                <span className="visually-hidden">{words.undo}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((each) => (
              <tr key={each.id}>
                <td>{words.kinds[each.kind]}</td>
                <td className="trainer-words">
                  <Side sentence={each.before} isBefore />
                  <Side sentence={each.after} />
                </td>
                <td>{each.by_name}</td>
                <td>
                  <Time at={each.at} />
                </td>
                <td className="nowrap">
                  {each.exported && <span className="faint">{words.exported(each.exported.slice(0, 8))} </span>}
                  {each.undone ? (
                    <span className="faint">{words.undone}</span>
                  ) : (
                    <Button
                      size="small"
                      aria-label={`${words.undo} ${each.after?.words ?? each.before?.words ?? ""}`}
                      onClick={() => undo.mutate(each.id)}
                    >
                      {words.undo}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.frame.parts.more}
        </Button>
      )}
      {isCommitting && (
        <ReasonDialog
          title={words.commit}
          hint={`${words.commitHint(standing.data?.branch ?? "")} ${words.message}`}
          onReason={commit}
          onClose={() => setCommitting(false)}
        />
      )}
    </>
  );
}

function Side({ sentence, isBefore = false }: { sentence: Sentence | null; isBefore?: boolean }) {
  if (!sentence) return null;
  return (
    <div>
      {isBefore ? <del>{sentence.words}</del> : <ins>{sentence.words}</ins>}{" "}
      <span className="faint">{full(sentence)}</span>
    </div>
  );
}
