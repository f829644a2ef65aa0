import { useMutation } from "@tanstack/react-query";
import { App, Button, type RefSelectProps } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef, useState } from "react";

import { ApiError, post } from "../../../api/client";
import type { ExampleChange, InboxDetail, Meaning } from "../../../api/types";
import { useShortcuts } from "../../../app/keyboard";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";
import { meaningOf } from "../LabelPicker";
import { read, write, type Marked } from "../marking";
import { ProposeDialog } from "./ProposeDialog";
import { RejectDialog } from "./RejectDialog";
import { SentenceField } from "./SentenceField";

interface Props {
  item: InboxDetail;
  members: readonly number[];
  onAccepted: (changes: ExampleChange[]) => void;
  onRejected: (ids: readonly number[]) => void;
  onStale: () => void;
  onChanged: () => void;
}

interface Sentence {
  marked: Marked;
  meaning: Meaning | null;
}

const MOST = 5;
/** Reasons: it is no longer to be decided. */
const GONE = ["decided", "inbox"];

/** The trainer's own sentence, or one for each matter, under a label each. */
export function Writing({ item, members, onAccepted, onRejected, onStale, onChanged }: Props) {
  const words = useTexts().trainer.inbox;
  const { message } = App.useApp();
  const known = item.corrected ?? (item.label && item.label !== "nlu_fallback" ? meaningOf(item.label) : null);
  const [sentences, setSentences] = useState<Sentence[]>([{ marked: read(item.draft ?? ""), meaning: known }]);
  const [dialog, setDialog] = useState<"reject" | "group" | "propose" | null>(null);
  /** Which sentence the keys are for. */
  const [here, setHere] = useState(0);
  const field = useRef<TextAreaRef>(null);
  const picker = useRef<RefSelectProps>(null);
  const tokens = useRef<HTMLDivElement>(null);
  const change = (at: number, now: Partial<Sentence>): void =>
    setSentences((all) => all.map((each, index) => (index === at ? { ...each, ...now } : each)));
  const isReady = sentences.every(({ marked, meaning }) => marked.text.trim() && meaning);

  const accept = useMutation({
    mutationFn: () =>
      post<{ changes: ExampleChange[]; waits_for_opinion: boolean }>(`/trainer/inbox/${item.id}/accept`, {
        sentences: sentences.map(({ marked, meaning }) => ({ words: write(marked), ...meaning })),
      }),
    onSuccess: ({ changes, waits_for_opinion }) => {
      void message.success(waits_for_opinion ? words.waits : words.accepted);
      onAccepted(changes);
    },
    onError: (error) => {
      if (error instanceof ApiError && GONE.includes(error.reason)) onStale();
    },
  });
  const step = useMutation({
    mutationFn: ({ name, body }: { name: "draft" | "ask-opinion"; body: unknown }) =>
      post(`/trainer/inbox/${item.id}/${name}`, body),
    onSuccess: (_, { name }) => {
      void message.success(name === "draft" ? words.kept : words.asked);
      onChanged();
    },
  });
  const split = (): void => {
    setSentences((all) => [...all, { marked: read(""), meaning: null }]);
    setHere(sentences.length);
  };
  const drop = (at: number): void => {
    setSentences((all) => all.filter((_, index) => index !== at));
    setHere(0);
  };
  const mark = (): void => {
    const first = tokens.current?.querySelector("button");
    first?.focus();
    first?.click();
  };
  const tryAccept = (): void => {
    if (isReady && !accept.isPending) accept.mutate();
  };
  useShortcuts([
    ...item.ranking.slice(0, MOST).map(([label], at) => ({
      keys: String(at + 1),
      title: words.keys.rank(at + 1),
      run: () => change(here, { meaning: meaningOf(label) }),
    })),
    { keys: "l", title: words.keys.label, run: () => picker.current?.focus() },
    { keys: "w", title: words.keys.write, run: () => field.current?.focus() },
    { keys: "m", title: words.keys.mark, run: mark },
    { keys: "s", title: words.keys.split, run: () => sentences.length < MOST && split() },
    { keys: "r", title: words.keys.reject, run: () => setDialog("reject") },
    { keys: "Enter", title: words.keys.accept, run: tryAccept },
  ]);
  const first = sentences[0];
  return (
    <Block title={words.write}>
      <p className="faint">{words.writeHint}</p>
      {sentences.map((sentence, at) => (
        <SentenceField
          key={at}
          number={at + 1}
          {...sentence}
          likely={item.ranking.map(([label]) => label)}
          {...(at === here ? { field, picker, tokens } : {})}
          {...(at ? { onDrop: () => drop(at) } : {})}
          onHere={() => setHere(at)}
          onChange={(now) => change(at, now)}
          onAccept={tryAccept}
        />
      ))}
      <ErrorNote error={accept.error ?? step.error} />
      <div className="trainer-row">
        <Button type="primary" disabled={!isReady} loading={accept.isPending} onClick={tryAccept}>
          {words.accept}
        </Button>
        <Button
          disabled={!first?.marked.text.trim()}
          onClick={() => first && step.mutate({ name: "draft", body: { words: write(first.marked) } })}
        >
          {words.keep}
        </Button>
        {sentences.length < MOST && <Button onClick={split}>{words.addSentence}</Button>}
        <Button
          disabled={!first?.meaning}
          onClick={() => first?.meaning && step.mutate({ name: "ask-opinion", body: first.meaning })}
        >
          {words.ask}
        </Button>
        <Button danger onClick={() => setDialog("reject")}>
          {words.reject}
        </Button>
        {members.length > 1 && (
          <Button danger onClick={() => setDialog("group")}>
            {words.rejectGroup(members.length)}
          </Button>
        )}
        <Button type="link" onClick={() => setDialog("propose")}>
          {words.propose}
        </Button>
      </div>
      {(dialog === "reject" || dialog === "group") && (
        <RejectDialog
          ids={dialog === "group" ? members : [item.id]}
          onDone={onRejected}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "propose" && <ProposeDialog onClose={() => setDialog(null)} />}
    </Block>
  );
}
