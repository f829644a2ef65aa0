import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented, Tag } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Following, Redress } from "../../api/types";
import { Time } from "../../parts/Time";
import { WorkCards } from "../../parts/WorkCards";
import { useTexts } from "../../texts/texts";
import { RedressDrawer } from "./RedressDrawer";

const TABS = ["open", "decided"] as const;
type Tab = (typeof TABS)[number];

/** What the law gives customers whose line was not repaired, or not installed, in time. */
export default function RedressPage() {
  const words = useTexts().redress;
  const [status, setStatus] = useState<Tab>("open");
  const [shown, setShown] = useState<Redress | null>(null);
  const query = useInfiniteQuery({
    queryKey: [...keys.redress, status],
    queryFn: ({ pageParam }) => get<Following<Redress>>("/redress", { status, after: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
      </div>
      <div className="filters">
        <Segmented<Tab>
          aria-label={words.show}
          value={status}
          onChange={setStatus}
          options={TABS.map((value) => ({ value, label: words.tabs[value] }))}
        />
      </div>
      <WorkCards query={query} items={query.data?.pages.flatMap(({ items }) => items) ?? []} none={words.none}>
        {(each) => (
          <>
            <div className="card-head">
              <Button
                type="link"
                className="card-open"
                aria-label={words.open(each.ticket)}
                onClick={() => setShown(each)}
              >
                {each.ticket}
              </Button>
              <Tag>{each.status_title}</Tag>
            </div>
            <div className="card-row">
              <span>{each.law_title}</span>
              <b>{each.amount_text ?? words.noAmount}</b>
              <Time at={each.proposed_at} />
            </div>
            {each.missing.length > 0 && (
              <div className="faint">{words.missing(each.missing.map(({ title }) => title).join("、"))}</div>
            )}
          </>
        )}
      </WorkCards>
      {shown && <RedressDrawer key={shown.id} redress={shown} onChange={setShown} onClose={() => setShown(null)} />}
    </div>
  );
}
