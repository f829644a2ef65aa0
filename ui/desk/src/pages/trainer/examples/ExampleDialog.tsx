import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Modal } from "antd";
import { useState } from "react";

import { ApiError, get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Checked, Example, ExampleChanged, ExampleDetail, Meaning } from "../../../api/types";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";
import { full, LabelPicker } from "../LabelPicker";
import { useSettled } from "../useSettled";

interface Props {
  /** null: a new one. */
  example: Example | null;
  meaning: Meaning | null;
  onSaved: () => Promise<void>;
  /** What somebody else wrote stays. */
  onLeft: () => Promise<void>;
  onClose: () => void;
}

/** An example is written: what stands in its way and what is near it is told while it is typed. */
export function ExampleDialog({ example, meaning, onSaved, onLeft, onClose }: Props) {
  const texts = useTexts();
  const words = texts.trainer.examples;
  const [typed, setTyped] = useState(example?.words ?? "");
  const [under, setUnder] = useState<Meaning | null>(example ?? meaning);
  /** Somebody else has changed it meanwhile: what it is now, null where it is deleted. */
  const [theirs, setTheirs] = useState<{ now: Example | null; by: string } | null>(null);
  const asked = useSettled(typed.trim());
  const body = { words: typed.trim(), label: under?.label, sub: under?.sub ?? null };
  const check = useQuery({
    queryKey: [...keys.examples, "check", asked, under, example?.key],
    queryFn: () =>
      post<Checked>("/trainer/examples/check", {
        words: asked,
        label: under?.label,
        sub: under?.sub ?? null,
        key: example?.key ?? null,
      }),
    enabled: asked !== "" && under !== null,
    placeholderData: (before) => before,
  });
  const save = useMutation({
    mutationFn: (key: string | null) =>
      post<ExampleChanged>(key === null ? "/trainer/examples" : `/trainer/examples/${key}`, body),
    onSuccess: onSaved,
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.reason !== "changed" || !example) return;
      const seen = await get<ExampleDetail>(`/trainer/examples/${example.key}`);
      if (seen.gone) setTheirs({ now: seen.now, by: seen.change.by_name });
    },
  });
  const found = check.data;
  const isReady = Boolean(typed.trim()) && under !== null && theirs === null;
  return (
    <Modal
      open
      width={720}
      title={example ? words.edit : words.add}
      okText={texts.frame.parts.save}
      cancelText={texts.frame.parts.cancel}
      okButtonProps={{ disabled: !isReady, loading: save.isPending }}
      onOk={() => save.mutate(example?.key ?? null)}
      onCancel={onClose}
    >
      <div className="trainer-field">
        <Input.TextArea
          autoFocus
          rows={3}
          maxLength={600}
          aria-label={words.words}
          placeholder={words.words}
          value={typed}
          onChange={({ target }) => setTyped(target.value.replaceAll("\n", ""))}
          onPressEnter={(event) => {
            event.preventDefault();
            if (isReady && !save.isPending && !event.nativeEvent.isComposing) save.mutate(example?.key ?? null);
          }}
        />
      </div>
      <LabelPicker value={under} onChoose={setUnder} />
      {found && asked && (
        <div className="trainer-field" role="status">
          {found.problems.map((problem) => (
            <ErrorNote key={problem.reason} error={new ApiError(422, problem.reason, problem.text)} />
          ))}
          {found.cut.map((each) => (
            <Alert key={each.start} type="warning" title={words.cut(each.tokens.join(" "))} />
          ))}
          {!found.problems.length && !found.cut.length && !found.near.length && <p className="faint">{words.fine}</p>}
          {found.near.length > 0 && (
            <>
              <p className="small-head">{words.near}</p>
              <ul className="trainer-near">
                {found.near.map((near) => (
                  <li key={near.key}>
                    <span>{near.text}</span>
                    <span className={under && near.label !== under.label ? "trainer-worse" : "faint"}>
                      {full(near)} {near.similarity.toFixed(2)}
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      {theirs ? (
        <Alert
          type="warning"
          showIcon
          title={words.conflictTitle}
          description={
            <>
              <p>
                {theirs.now
                  ? `${words.conflictNow} “${theirs.now.words}” ${full(theirs.now)}（${theirs.by}）`
                  : `${words.conflictGone}（${theirs.by}）`}
              </p>
              <p>
                {words.conflictMine} “{typed}”
              </p>
              <Button
                type="primary"
                loading={save.isPending}
                onClick={() => {
                  const key = theirs.now?.key ?? null;
                  setTheirs(null);
                  save.mutate(key);
                }}
              >
                {words.mineOnTop}
              </Button>{" "}
              <Button onClick={() => void onLeft()}>{words.leave}</Button>
            </>
          }
        />
      ) : (
        <ErrorNote error={save.error} />
      )}
    </Modal>
  );
}
