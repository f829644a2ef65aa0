import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";

import { get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import { useMay } from "../../../api/session";
import type { Items, LabelProposal } from "../../../api/types";
import { Empty } from "../../../parts/Empty";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { ReasonDialog } from "../../../parts/ReasonDialog";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";

/** Labels that trainers miss; a supervisor decides, a developer adds them. */
export function Proposals() {
  const words = useTexts().trainer.examples;
  const client = useQueryClient();
  const may = useMay("override");
  const [deciding, setDeciding] = useState<{ id: number; accept: boolean } | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.labels, "proposals"],
    queryFn: () => get<Items<LabelProposal>>("/trainer/labels/proposals"),
  });
  if (isPending) return <Loading />;
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />;
  if (!data.items.length) return <Empty />;
  return (
    <>
      <ul className="trainer-near">
        {data.items.map((each) => (
          <li key={each.id}>
            <span>
              <strong>{each.label}</strong> {each.about}
              <br />
              <span className="faint">{each.examples.join(" / ")}</span>
              {each.reason && (
                <>
                  <br />
                  {each.reason}
                </>
              )}
            </span>
            <span className="nowrap">
              <Tag>{words.states[each.state]}</Tag>
              {each.by_name} <Time at={each.at} />{" "}
              {may && each.state === "open" && (
                <>
                  <Button size="small" onClick={() => setDeciding({ id: each.id, accept: true })}>
                    {words.acceptLabel}
                  </Button>{" "}
                  <Button size="small" danger onClick={() => setDeciding({ id: each.id, accept: false })}>
                    {words.rejectLabel}
                  </Button>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {deciding && (
        <ReasonDialog
          title={words.decide}
          hint={deciding.accept ? words.acceptLabel : words.rejectLabel}
          onReason={async (reason) => {
            await post(`/trainer/labels/proposals/${deciding.id}/decide`, { accept: deciding.accept, reason });
            await client.invalidateQueries({ queryKey: keys.labels });
          }}
          onClose={() => setDeciding(null)}
        />
      )}
    </>
  );
}
