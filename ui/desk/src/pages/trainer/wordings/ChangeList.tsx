import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";

import { get } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Paged, WordingChange } from "../../../api/types";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { useTexts } from "../../../texts/texts";
import { WordingChangeRow } from "./WordingChangeRow";

/** Changes of every wording, the newest first. */
export function ChangeList({ state }: { state?: "waiting" }) {
  const texts = useTexts();
  const words = texts.trainer.wordings;
  const list = useInfiniteQuery({
    queryKey: [...keys.wordings, "changes", state],
    queryFn: ({ pageParam }) => get<Paged<WordingChange>>("/trainer/wordings/changes", { state, after: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <ErrorNote error={list.error} retry={() => void list.refetch()} />
      {list.isPending && <Loading />}
      {list.isSuccess && !items.length && <p className="faint">{words.none}</p>}
      <ul className="trainer-near">
        {items.map((change) => (
          <WordingChangeRow key={change.id} change={change} isNamed />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {texts.frame.parts.more}
        </Button>
      )}
    </>
  );
}
