import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tag } from "antd";
import { useState } from "react";

import { post } from "../../../api/client";
import { keys } from "../../../api/keys";
import { useMe } from "../../../api/session";
import type { WordingChange } from "../../../api/types";
import { ErrorNote } from "../../../parts/ErrorNote";
import { ReasonDialog } from "../../../parts/ReasonDialog";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";
import { titleOf } from "./WordingDrawer";

type Step = "approve" | "reject" | "withdraw" | "roll-back";

/** A change with what was before it, and what may be done with it now. */
export function WordingChangeRow({ change, isNamed = false }: { change: WordingChange; isNamed?: boolean }) {
  const texts = useTexts();
  const words = texts.trainer.wordings;
  const me = useMe();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [asking, setAsking] = useState<"reject" | "roll-back" | null>(null);
  const step = useMutation({
    mutationFn: ({ name, body = {} }: { name: Step; body?: unknown }) =>
      post(`/trainer/wordings/changes/${change.id}/${name}`, body),
    onSuccess: async (_, { name }) => {
      void message.success(name === "approve" ? words.approved : words.done);
      await client.invalidateQueries({ queryKey: keys.wordings });
    },
  });
  const isOwn = change.by === me.number;
  return (
    <li>
      <div>
        {isNamed && (
          <strong>
            {words.kinds[change.kind]} {change.key}
          </strong>
        )}{" "}
        <Tag>{words.states[change.state]}</Tag>
        {Object.entries(change.fields).map(([name, text]) => (
          <div key={name}>
            <span className="small-head">{titleOf(name, texts)}</span>
            <p>
              <del>{change.before[name]}</del>
            </p>
            <p>
              <ins>{text}</ins>
            </p>
          </div>
        ))}
        <p className="faint">
          {change.why} {change.reason}
        </p>
        <ErrorNote error={step.error} />
      </div>
      <div>
        <p className="faint">
          {words.by(change.by_name, change.decided_by_name)} <Time at={change.decided_at ?? change.at} />
          {change.from && (
            <>
              <br />
              <Time at={change.from} /> – {change.until ? <Time at={change.until} /> : "∞"}
            </>
          )}
        </p>
        {change.state === "waiting" &&
          (isOwn ? (
            <>
              <span className="faint">{words.own}</span>{" "}
              <Button size="small" onClick={() => step.mutate({ name: "withdraw" })}>
                {words.withdraw}
              </Button>
            </>
          ) : (
            <>
              <Button size="small" type="primary" onClick={() => step.mutate({ name: "approve" })}>
                {words.approve}
              </Button>{" "}
              <Button size="small" danger onClick={() => setAsking("reject")}>
                {words.reject}
              </Button>
            </>
          ))}
        {(change.state === "live" || change.state === "approved") && (
          <Button size="small" onClick={() => setAsking("roll-back")}>
            {words.rollBack}
          </Button>
        )}
      </div>
      {asking && (
        <ReasonDialog
          title={asking === "reject" ? words.reject : words.rollBack}
          hint={asking === "reject" ? words.rejectHint : words.rollBackHint}
          onReason={(reason) =>
            step.mutateAsync({ name: asking, body: asking === "reject" ? { reason } : { why: reason } })
          }
          onClose={() => setAsking(null)}
        />
      )}
    </li>
  );
}
