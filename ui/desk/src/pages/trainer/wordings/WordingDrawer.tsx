import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Input } from "antd";
import { useDeferredValue, useState } from "react";

import { ApiError, get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { WordingDetail, WordingKind, WordingProblem } from "../../../api/types";
import { ErrorNote, explain } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { useTexts, type Texts } from "../../../texts/texts";
import { WordingChangeRow } from "./WordingChangeRow";

interface Props {
  kind: WordingKind;
  of: string;
  onClose: () => void;
}

/** One response or article: its texts with their limits, what stands in the way, what was changed before. */
export function WordingDrawer({ kind, of, onClose }: Props) {
  const words = useTexts().trainer.wordings;
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.wordings, "one", kind, of],
    queryFn: () => get<WordingDetail>(`/trainer/wordings/${kind}/${of}`),
  });
  return (
    <Drawer open size="large" title={data?.title ?? of} onClose={onClose}>
      <ErrorNote error={error} retry={() => void refetch()} />
      {!data && !error && <Loading />}
      {data &&
        (data.waiting ? (
          <>
            <Alert type="info" title={words.waitingFor(data.waiting.by_name)} />
            <ul className="trainer-near">
              <WordingChangeRow change={data.waiting} />
            </ul>
          </>
        ) : (
          <Editor detail={data} onDone={onClose} />
        ))}
      {data && data.history.some(({ state }) => state !== "waiting") && (
        <>
          <h2 className="small-head">{words.history}</h2>
          <ul className="trainer-near">
            {data.history
              .filter(({ state }) => state !== "waiting")
              .map((change) => (
                <WordingChangeRow key={change.id} change={change} />
              ))}
          </ul>
        </>
      )}
    </Drawer>
  );
}

function Editor({ detail, onDone }: { detail: WordingDetail; onDone: () => void }) {
  const texts = useTexts();
  const words = texts.trainer.wordings;
  const client = useQueryClient();
  const { message } = App.useApp();
  const path = `/trainer/wordings/${detail.kind}/${detail.key}`;
  const [fields, setFields] = useState<Record<string, string>>({});
  const [why, setWhy] = useState("");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const asked = useDeferredValue(fields);
  const isChanged = Object.keys(fields).length > 0;
  const check = useQuery({
    queryKey: [...keys.wordings, "check", detail.key, asked],
    queryFn: () => post<{ problems: WordingProblem[] }>(`${path}/check`, { fields: asked }),
    enabled: isChanged,
    placeholderData: (before) => before,
  });
  const problems = isChanged ? (check.data?.problems ?? []) : [];
  const propose = useMutation({
    mutationFn: () => post(path, { fields, why, from: moment(from), until: moment(until) }),
    onSuccess: async () => {
      void message.success(words.submitted);
      await client.invalidateQueries({ queryKey: keys.wordings });
      onDone();
    },
  });
  return (
    <>
      {detail.fields.map(({ name, value, shipped, most, placeholders }) => {
        const now = fields[name] ?? value;
        const title = titleOf(name, texts);
        return (
          <div key={name} className="trainer-field">
            <span className="small-head">
              {title} {most !== null && <span className="faint">{words.count([...now].length, most)}</span>}
            </span>
            <Input.TextArea
              aria-label={title}
              rows={Math.min(10, Math.max(2, Math.ceil(now.length / 40)))}
              value={now}
              onChange={({ target }) =>
                setFields((before) => {
                  const { [name]: _, ...others } = before;
                  return target.value === value ? others : { ...others, [name]: target.value };
                })
              }
            />
            {placeholders.length > 0 && (
              <p className="faint">{words.keep(placeholders.map((each) => `{${each}}`).join(" "))}</p>
            )}
            {shipped !== value && (
              <p className="faint">
                {words.shipped}：{shipped}
              </p>
            )}
            {problems
              .filter(({ field }) => field === name)
              .map((problem) => (
                <Alert
                  key={`${problem.reason} ${problem.text}`}
                  type="error"
                  title={explain(new ApiError(422, problem.reason, problem.text), texts)}
                  description={problem.text}
                />
              ))}
          </div>
        );
      })}
      <div className="trainer-field">
        <span className="small-head">{words.why}</span>
        <Input aria-label={words.why} value={why} maxLength={200} onChange={(e) => setWhy(e.target.value)} />
      </div>
      <div className="trainer-row">
        <label>
          {words.from} <Input type="datetime-local" value={from} onChange={(e) => setFrom(e.target.value)} />
        </label>
        <label>
          {words.until} <Input type="datetime-local" value={until} onChange={(e) => setUntil(e.target.value)} />
        </label>
      </div>
      <ErrorNote error={propose.error} />
      <Button
        type="primary"
        disabled={!isChanged || !why.trim() || problems.length > 0}
        loading={propose.isPending}
        onClick={() => propose.mutate()}
      >
        {words.submit}
      </Button>
    </>
  );
}

/** `text_2` is the second variation. */
export function titleOf(name: string, texts: Texts): string {
  const known: Record<string, string> = texts.trainer.wordings.fields;
  const [, base = name, number] = /^([a-z]+)_?(\d+)?$/.exec(name) ?? [];
  return `${known[base] ?? name}${number ? ` ${number}` : ""}`;
}

/** As it is written, in China. */
function moment(written: string): string | null {
  return written ? `${written}:00+08:00` : null;
}
