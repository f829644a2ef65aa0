import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useState, type ReactNode } from "react";

import { get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Models, Talk as Told, TalkTurn } from "../../../api/types";
import { ErrorNote } from "../../../parts/ErrorNote";
import { useTexts } from "../../../texts/texts";
import { full } from "../LabelPicker";
import { percent, Ranking, Words } from "../Words";

const LOADING = 1_500;
const MOST = 20;

/** A conversation that nobody has, with any model: every step of every turn. */
export function Talk() {
  const words = useTexts().trainer.talk;
  const [model, setModel] = useState<string>("");
  const [texts, setTexts] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const models = useQuery({ queryKey: keys.models, queryFn: () => get<Models>("/trainer/models") });
  const names = [
    ...new Set(
      [
        ...(models.data?.runs.filter(({ state }) => state === "done") ?? []),
        ...(models.data?.publications ?? []),
      ].flatMap(({ model: name }) => name ?? []),
    ),
  ];
  const told = useQuery({
    queryKey: ["trainer", "talk", model, texts],
    queryFn: () => post<Told>("/trainer/talk", { model: model || null, texts }),
    enabled: texts.length > 0,
    staleTime: Infinity,
    retry: false,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => (state.data?.state === "loading" ? LOADING : false),
  });
  const send = (): void => {
    const text = typed.trim();
    if (!text) return;
    setTexts((before) => [...before, text].slice(0, MOST));
    setTyped("");
  };
  return (
    <>
      <p className="faint">{words.hint}</p>
      <div className="filters">
        <Select<string>
          aria-label={words.model}
          className="label-picker"
          value={model}
          onChange={setModel}
          options={[{ value: "", label: words.serving }, ...names.map((name) => ({ value: name, label: name }))]}
        />
        {texts.length > 0 && <Button onClick={() => setTexts([])}>{words.again}</Button>}
      </div>
      <div aria-live="polite">
        {told.data?.state === "loading" && <p role="status">{words.loading}</p>}
        {told.data?.state === "done" &&
          texts.length > 0 &&
          told.data.turns.map((turn, at) => <Turn key={`${at} ${turn.text}`} turn={turn} />)}
      </div>
      <ErrorNote error={told.error} retry={() => void told.refetch()} />
      <div className="trainer-row">
        <Input
          autoFocus
          aria-label={words.say}
          placeholder={words.say}
          maxLength={500}
          value={typed}
          disabled={texts.length >= MOST}
          onChange={({ target }) => setTyped(target.value)}
          onPressEnter={(event) => !event.nativeEvent.isComposing && send()}
        />
        <Button type="primary" loading={told.isFetching} disabled={!typed.trim()} onClick={send}>
          {words.send}
        </Button>
      </div>
    </>
  );
}

function Turn({ turn }: { turn: TalkTurn }) {
  const words = useTexts().trainer.talk;
  const signals = Object.entries(turn.signals).filter(([, share]) => share >= 0.5);
  const slots = Object.entries(turn.slots);
  return (
    <section className="talk-turn" aria-label={turn.text}>
      <p className="talk-said">{turn.text}</p>
      {turn.steps.flatMap((step) =>
        step.says.map((text) => (
          <p key={`${step.action} ${text}`} className="judged-answer">
            {text}
          </p>
        )),
      )}
      <details open>
        <summary>
          {words.intent} {full(turn.intent)} {percent(turn.intent.confidence)}
        </summary>
        <dl className="talk-trace">
          <Row title={words.normalised}>{turn.normalised}</Row>
          <Row title={words.tokens}>
            <Words text={turn.text} tokens={turn.tokens} entities={turn.entities} />
          </Row>
          <Row title={words.entities}>
            {turn.entities.map(({ entity, start, end }) => `${turn.text.slice(start, end)} ${entity}`).join("，") ||
              words.nothing}
          </Row>
          <Row title={words.intent}>
            <Ranking ranking={turn.ranking} />
          </Row>
          {signals.length > 0 && (
            <Row title={words.signals}>{signals.map(([name, share]) => `${name} ${percent(share)}`).join("，")}</Row>
          )}
          {turn.matters.length > 1 && (
            <Row title={words.matters}>{turn.matters.map(({ text, label }) => `${text} ${label}`).join("；")}</Row>
          )}
          {turn.articles.length > 0 && (
            <Row title={words.articles}>
              {turn.articles.map(({ id, score }) => `${id} ${percent(score)}`).join("，")}
            </Row>
          )}
          <Row title={words.steps}>
            <ol>
              {turn.steps.map((step) => (
                <li key={step.action}>
                  <code>{step.action}</code> {!step.runs && words.notRun}{" "}
                  <span className="faint">
                    {step.policy} {percent(step.confidence)} {step.rule && `${words.rule}：${step.rule}`}
                  </span>
                </li>
              ))}
            </ol>
          </Row>
          <Row title={words.slots}>
            {slots.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("，") || words.nothing}
          </Row>
        </dl>
      </details>
    </section>
  );
}

function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}
