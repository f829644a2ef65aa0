import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import { useState } from "react";

import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Accuracy, AccuracyWeek, ToJudge, Verdict } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { Block } from "../../parts/Block";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";

/** In the order of the keys 1, 2, 3. */
const VERDICTS: readonly Verdict[] = ["right", "wrong", "unclear"];

interface Props {
  week: AccuracyWeek;
  told: Accuracy;
}

interface Choice {
  name: string;
  title: string;
  run: () => void;
}

/** One answer after the other; the keys 1, 2, 3 choose, and then why it is wrong. */
export function Judging({ week, told }: Props) {
  const texts = useTexts();
  const words = texts.accuracy;
  const client = useQueryClient();
  const [isWrong, setWrong] = useState(false);
  /** The last one that was judged: a slip can be mended. */
  const [last, setLast] = useState<ToJudge | null>(null);
  const [again, setAgain] = useState<ToJudge | null>(null);
  const next = useQuery({
    queryKey: [...keys.accuracy, "next", week.week],
    queryFn: () => get<ToJudge>("/accuracy/next", { week: week.week }),
    enabled: !week.closed,
    // Asking for it keeps it from others: only when it is needed.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const shown = again ?? next.data;
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ verdict, reason }: { verdict: Verdict; reason: string | null }) =>
      post(`/accuracy/${shown?.id ?? 0}`, { verdict, reason }),
    onSuccess: async () => {
      setLast(shown ?? null);
      setAgain(null);
      setWrong(false);
      await client.invalidateQueries({ queryKey: keys.accuracy });
    },
  });
  const isBusy = isPending || next.isFetching;
  const judge = (verdict: Verdict, reason: string | null = null): void => {
    if (!isBusy) mutate({ verdict, reason });
  };
  const choices: readonly Choice[] = isWrong
    ? told.reasons.map(({ key, title }) => ({ name: key, title, run: () => judge("wrong", key) }))
    : VERDICTS.map((verdict) => ({
        name: verdict,
        title: told.verdicts[verdict],
        run: () => (verdict === "wrong" ? setWrong(true) : judge(verdict)),
      }));
  const isShown = Boolean(shown?.id);
  useShortcuts(
    isShown
      ? [
          ...choices.map(({ title, run }, index) => ({ keys: String(index + 1), title, run })),
          ...(isWrong ? [{ keys: "0", title: words.back, run: () => setWrong(false) }] : []),
        ]
      : [],
  );
  return (
    <Block
      name="judging"
      title={words.judge(week.week)}
      extra={shown?.id ? <span role="status">{words.left(shown.left)}</span> : null}
    >
      <ErrorNote error={next.error} retry={() => void next.refetch()} />
      {week.closed && <p className="hint">{words.closed}</p>}
      {next.isLoading && <Spin aria-label={texts.frame.parts.loading} />}
      {shown?.id === null && <p role="status">{words.finished}</p>}
      {shown?.id && (
        <>
          <div className="judged" aria-live="polite">
            {shown.question.map((text, index) => (
              <Said key={`${shown.id} ${index}`} who={words.customer} text={text} />
            ))}
            <Said who={words.answer} text={shown.answer} isAnswer />
          </div>
          <ErrorNote error={error} />
          <div className="judging-choices" role="group" aria-label={isWrong ? words.why : words.how}>
            {isWrong && <span className="small-head">{words.why}</span>}
            {choices.map(({ name, title, run }, index) => (
              <Button key={name} disabled={isBusy} onClick={run}>
                <kbd aria-hidden>{index + 1}</kbd> {title}
              </Button>
            ))}
            {isWrong && (
              <Button type="text" onClick={() => setWrong(false)}>
                <kbd aria-hidden>0</kbd> {words.back}
              </Button>
            )}
          </div>
        </>
      )}
      {last && !again && (
        <Button
          type="link"
          className="judging-undo"
          onClick={() => {
            setAgain(last);
            setWrong(false);
          }}
        >
          {words.undo}
        </Button>
      )}
      {!week.closed && (
        <details className="judging-how">
          <summary>{words.how}</summary>
          <ul>
            {told.instructions.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </details>
      )}
    </Block>
  );
}

function Said({ who, text, isAnswer = false }: { who: string; text: string; isAnswer?: boolean }) {
  return (
    <div className={isAnswer ? "judged-said judged-answer" : "judged-said"}>
      <span className="faint">{who}</span>
      <p>{text}</p>
    </div>
  );
}
