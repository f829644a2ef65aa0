import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";

import { get } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { ExampleChange, InboxDetail } from "../../../api/types";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";
import { full } from "../LabelPicker";
import { Ranking, Words } from "../Words";
import { Opinion } from "./Opinion";
import { Writing } from "./Writing";

interface Props {
  id: number;
  /** Of the group that is shown. */
  members: readonly number[];
  onAccepted: (changes: ExampleChange[]) => void;
  onRejected: (ids: readonly number[]) => void;
  onGroup: (group: number) => void;
  /** Somebody else was faster. */
  onStale: () => void;
}

export function Message({ id, members, onAccepted, onRejected, onGroup, onStale }: Props) {
  const words = useTexts().trainer.inbox;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.inbox, "one", id],
    queryFn: () => get<InboxDetail>(`/trainer/inbox/${id}`),
  });
  if (isPending) return <Loading whole />;
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />;
  const isHidden = data.opinion !== null && data.opinion.label === null;
  return (
    <>
      <Words text={data.text} tokens={data.tokens} entities={data.entities} />
      {data.group && data.group.size > 1 && members.length === 0 && (
        <Button className="trainer-group" size="small" onClick={() => data.group && onGroup(data.group.id)}>
          {words.wholeGroup(data.group.size)}
        </Button>
      )}
      {data.matters.length > 1 && (
        <Alert
          type="info"
          title={`${words.matters}${data.matters.map(({ text, label }) => `“${text}” ${label}`).join("；")}`}
        />
      )}
      {data.opinion && (
        <Opinion item={data} isHidden={isHidden} onAgreed={() => onRejected([id])} onDiffered={() => void refetch()} />
      )}
      {!isHidden && (
        <Writing
          item={data}
          members={members}
          onAccepted={onAccepted}
          onRejected={onRejected}
          onStale={onStale}
          onChanged={() => void refetch()}
        />
      )}
      <div className="trainer-columns">
        <div>
          {!isHidden && (
            <Block title={words.thought}>
              {data.ranking.length ? <Ranking ranking={data.ranking} numbered /> : <p>{words.notAsked}</p>}
            </Block>
          )}
          {!isHidden && (
            <Block title={words.nearest}>
              {data.nearest.length ? (
                <ul className="trainer-near">
                  {data.nearest.map((near) => (
                    <li key={near.key}>
                      <span>{near.text}</span>
                      <span className="faint">
                        {full(near)} {near.similarity.toFixed(2)}
                      </span>
                    </li>
                  ))}
                </ul>
              ) : (
                <p className="faint">{words.noNearest}</p>
              )}
            </Block>
          )}
          {data.history.length > 0 && (
            <Block title={words.history}>
              <ul className="trainer-near">
                {data.history.map((step) => (
                  <li key={`${step.at} ${step.kind}`}>
                    <span>
                      {words.kinds[step.kind as keyof typeof words.kinds] ?? step.kind}{" "}
                      {step.label && full({ ...step })} {step.words}
                    </span>
                    <span className="faint">
                      {step.by_name} <Time at={step.at} />
                    </span>
                  </li>
                ))}
              </ul>
            </Block>
          )}
        </div>
        <Block title={words.talk}>
          <ol className="trainer-talk">
            {data.conversation.map((said) => (
              <li key={said.id} className={said.is_this ? "trainer-this" : ""}>
                <span className="faint">
                  {words.authors[said.author as keyof typeof words.authors] ?? said.author} <Time at={said.at} />
                </span>
                <p>{said.text || words.button}</p>
              </li>
            ))}
          </ol>
        </Block>
      </div>
    </>
  );
}
