import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Progress, Tag } from "antd";
import { useState } from "react";

import { get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Models, Publication, Run } from "../../../api/types";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";
import { Log } from "./Log";
import { Report } from "./Report";

const UNDER_WAY: readonly Run["state"][] = ["waiting", "training", "judging"];
const COLOURS = { passed: "success", failed: "error", not_judged: "warning" } as const;

/** The model in use, the training that runs, and all before it. */
export function Training() {
  const words = useTexts().trainer.models;
  const client = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState<number | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.models,
    queryFn: () => get<Models>("/trainer/models"),
    refetchInterval: 3_000,
  });
  const step = useMutation({
    mutationFn: (path: string) => post(path),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.models }),
  });
  if (isPending) return <Loading whole />;
  if (!data) return <ErrorNote error={error} retry={() => void refetch()} />;
  const running = data.runs.find((run) => UNDER_WAY.includes(run.state));
  const { current } = data;
  return (
    <>
      <ErrorNote error={error ?? step.error} />
      <Block
        title={words.current}
        extra={
          <>
            {data.publications.length > 0 && (
              <Popconfirm
                title={words.rollBackAsk}
                onConfirm={() =>
                  step.mutate("/trainer/publications/roll-back", {
                    onSuccess: () => void message.success(words.published),
                  })
                }
              >
                <Button>{words.rollBack}</Button>
              </Popconfirm>
            )}
            <Button type="primary" disabled={Boolean(running)} onClick={() => step.mutate("/trainer/runs")}>
              {words.train}
            </Button>
          </>
        }
      >
        <p>
          <strong>{current.name ?? words.own}</strong>{" "}
          {current.published_at ? (
            <span className="faint">
              {current.by_name} <Time at={current.published_at} />
            </span>
          ) : (
            <span className="faint">{words.own}</span>
          )}{" "}
          {current.threshold !== null && <Tag>{words.threshold(current.threshold.toFixed(2))}</Tag>}
        </p>
        <p>{words.since(data.data.changes_since)}</p>
        <Processes of={data.processes} />
      </Block>
      {running && (
        <Block
          title={`${words.run(running.id)} · ${words.states[running.state]}`}
          extra={
            <Button danger onClick={() => step.mutate(`/trainer/runs/${running.id}/cancel`)}>
              {words.cancel}
            </Button>
          }
        >
          <p role="status">
            {running.step && words.steps[running.step]} {running.by_name}
          </p>
          {running.share !== null && <Progress percent={Math.round(running.share * 100)} aria-label={words.training} />}
          <Log run={running.id} />
        </Block>
      )}
      <Block title={words.runs}>
        {!data.runs.length && <p className="faint">{words.noRuns}</p>}
        <ul className="trainer-near">
          {data.runs.map((run) => (
            <li key={run.id}>
              <span>
                {words.run(run.id)} <Tag>{words.states[run.state]}</Tag>
                {run.gate && <Tag color={COLOURS[run.gate]}>{words.gates[run.gate]}</Tag>} {run.model}
                {run.error && <span className="trainer-worse"> {run.error}</span>}
              </span>
              <span className="nowrap">
                {run.by_name} <Time at={run.at} />{" "}
                <Button
                  size="small"
                  aria-expanded={open === run.id}
                  aria-label={`${words.open} ${run.id}`}
                  onClick={() => setOpen(open === run.id ? null : run.id)}
                >
                  {open === run.id ? words.close : words.open}
                </Button>
              </span>
            </li>
          ))}
        </ul>
      </Block>
      {open !== null && <Report key={open} run={data.runs.find(({ id }) => id === open)} />}
      <Block title={words.history}>
        {!data.publications.length && <p className="faint">{words.noHistory}</p>}
        <ul className="trainer-near">
          {data.publications.map((each) => (
            <Published key={each.id} publication={each} />
          ))}
        </ul>
      </Block>
    </>
  );
}

function Published({ publication }: { publication: Publication }) {
  const words = useTexts().trainer.models;
  return (
    <li>
      <span>
        {publication.model} <Tag>{words.published_states[publication.state]}</Tag>
        {publication.threshold !== null && <Tag>{words.threshold(publication.threshold.toFixed(2))}</Tag>}
        {publication.override && <Tag color="error">{words.override}</Tag>} {publication.reason}
      </span>
      <span className="nowrap">
        {publication.by_name} <Time at={publication.at} />
      </span>
    </li>
  );
}

function Processes({ of }: { of: Models["processes"] }) {
  const words = useTexts().trainer.models;
  return (
    <ul className="trainer-near">
      {of.map((each) => (
        <li key={each.name}>
          <span>Rasa {each.name}</span>
          <span>
            {each.model} <Tag>{words.process_states[each.state]}</Tag> {each.error}
          </span>
        </li>
      ))}
    </ul>
  );
}
