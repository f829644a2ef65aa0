import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Tag } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Items, Surge } from "../../api/types";
import { Time } from "../../parts/Time";
import { WorkCards } from "../../parts/WorkCards";
import { useTexts } from "../../texts/texts";
import { SurgeDrawer } from "./SurgeDrawer";

const TABS = ["open", "over"] as const;
type Tab = (typeof TABS)[number];

/** Incidents that many customers report. */
export default function SurgesPage() {
  const words = useTexts().surges;
  const [status, setStatus] = useState<Tab>("open");
  const [shown, setShown] = useState<Surge | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.surges, status],
    queryFn: () => get<Items<Surge>>("/surges", { status }),
    refetchInterval: 60_000,
  });
  // The list comes whole.
  const query = { error, isPending, refetch, hasNextPage: false, isFetchingNextPage: false, fetchNextPage: refetch };
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
      <WorkCards query={query} items={data?.items ?? []} none={words.none}>
        {(surge) => {
          const title = `${surge.title ?? surge.category_title} ${surge.area ?? words.everywhere}`;
          return (
            <>
              <div className="card-head">
                <Button
                  type="link"
                  className="card-open"
                  aria-label={words.open(title)}
                  onClick={() => setShown(surge)}
                >
                  {title}
                </Button>
                <Tag color={surge.status === "suspected" ? "warning" : "default"}>{words.statuses[surge.status]}</Tag>
              </div>
              <div className="card-row">
                <span>{words.count(surge.count)}</span>
                <Time at={surge.found_at} />
                <span className="faint">{surge.owner}</span>
              </div>
            </>
          );
        }}
      </WorkCards>
      {shown && <SurgeDrawer key={shown.id} surge={shown} onChange={setShown} onClose={() => setShown(null)} />}
    </div>
  );
}
