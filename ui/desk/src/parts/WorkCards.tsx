import { Button } from "antd";
import type { ReactNode } from "react";

import { useTexts } from "../texts/texts";
import { Empty } from "./Empty";
import { ErrorNote } from "./ErrorNote";
import { Loading } from "./Loading";

interface Query {
  error: unknown;
  isPending: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query;
  items: readonly T[];
  none: string;
  /** What a card shows. */
  children: (item: T) => ReactNode;
}

/** A list of things to work on, a card each, and a button for more of them. */
export function WorkCards<T extends { id: number }>({ query, items, none, children }: Props<T>) {
  const texts = useTexts();
  if (query.isPending) return <Loading whole />;
  return (
    <>
      <ErrorNote error={query.error} retry={() => void query.refetch()} />
      {!items.length && !query.error && <Empty>{none}</Empty>}
      <ul className="cards">
        {items.map((item) => (
          <li key={item.id} className="card">
            {children(item)}
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
    </>
  );
}
