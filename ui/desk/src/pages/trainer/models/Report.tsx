import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm } from "antd";
import { useId, useState } from "react";

import { get, post } from "../../../api/client";
import { keys } from "../../../api/keys";
import { useMay } from "../../../api/session";
import type { Run, RunReport } from "../../../api/types";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { ReasonDialog } from "../../../parts/ReasonDialog";
import { TableBox } from "../../../parts/TableBox";
import { useTexts } from "../../../texts/texts";
import { percent } from "../Words";
import { Log } from "./Log";
import { Thresholds } from "./Thresholds";

/** A candidate beside the model in use: whether it may be published, and what would change. */
export function Report({ run }: { run: Run | undefined }) {
  const words = useTexts().trainer.models;
  const id = run?.id ?? 0;
  const isDone = run?.state === "done";
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [...keys.models, "report", id],
    queryFn: () => get<RunReport>(`/trainer/runs/${id}/report`),
    enabled: isDone,
    staleTime: Infinity,
  });
  if (!run) return null;
  return (
    <>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isFetching && !data && <Loading />}
      {data && <Judged run={run} report={data} />}
      {!isDone && (
        <Block title={`${words.run(id)} · ${words.log}`}>
          <Log run={id} />
        </Block>
      )}
    </>
  );
}

function Judged({ run, report }: { run: Run; report: RunReport }) {
  const texts = useTexts();
  const words = texts.trainer.models;
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayOverride = useMay("override");
  const [threshold, setThreshold] = useState<number | null>(null);
  const [isAsked, setAsked] = useState(false);
  const publish = useMutation({
    mutationFn: (reason: string | null) =>
      post(
        `/trainer/runs/${run.id}/${reason === null ? "publish" : "publish-anyway"}`,
        reason === null ? { threshold } : { threshold, reason },
      ),
    onSuccess: async () => {
      void message.success(words.published);
      await client.invalidateQueries({ queryKey: keys.models });
    },
  });
  const { state, reasons } = report.gate;
  const passed = state === "passed";
  const known: Record<string, string> = words.reasons;
  return (
    <Block
      title={`${words.run(run.id)} · ${report.model}`}
      extra={
        passed ? (
          <Popconfirm title={words.publishAsk} onConfirm={() => publish.mutate(null)}>
            <Button type="primary" loading={publish.isPending}>
              {words.publish}
            </Button>
          </Popconfirm>
        ) : (
          mayOverride && (
            <Button danger onClick={() => setAsked(true)}>
              {words.publishAnyway}
            </Button>
          )
        )
      }
    >
      <Alert
        type={passed ? "success" : "warning"}
        showIcon
        title={words.gates[state]}
        description={reasons.map(({ reason, text }) => (
          <p key={reason}>
            {known[reason] ?? reason}：{text}
          </p>
        ))}
      />
      <p>{words.stories(report.stories.passed, report.stories.passed + report.stories.failed.length)}</p>
      <ErrorNote error={publish.error} />
      <Thresholds points={report.thresholds} chosen={threshold} onChoose={setThreshold} />
      <Table
        caption={words.figures}
        head={[words.figure.name, words.figure.value, words.figure.current, words.figure.change]}
        rows={report.figures
          .filter(({ value, current }) => value !== null || current !== null)
          .map(({ name, title, value, current, is_ceiling }) => ({
            key: name,
            cells: [title, percent(value), percent(current)],
            change: value !== null && current !== null ? value - current : 0,
            isGood: (change) => change > 0 !== is_ceiling,
          }))}
      />
      {report.labels.length > 0 && (
        <Table
          caption={words.perLabel}
          head={[texts.trainer.label, words.figure.value, words.figure.current, words.figure.change]}
          rows={[...report.labels]
            .sort((a, b) => Math.abs(b.f1 - b.current) - Math.abs(a.f1 - a.current))
            .map(({ label, f1, current, support }) => ({
              key: label,
              cells: [`${label}（${support}）`, f1.toFixed(2), current.toFixed(2)],
              change: f1 - current,
              isGood: (change) => change > 0,
            }))}
        />
      )}
      <Block title={words.changed}>
        <ul className="trainer-near">
          {report.changed.map((each) => (
            <li key={each.text}>
              <span>{each.text}</span>
              <span className={each.better ? "trainer-better" : "trainer-worse"}>
                {each.better ? words.better : words.worse} {each.was} → {each.is}
              </span>
            </li>
          ))}
        </ul>
        <p className="faint">{words.hidden(report.hidden.better, report.hidden.worse)}</p>
      </Block>
      {isAsked && (
        <ReasonDialog
          title={words.publishAnyway}
          hint={words.publishAnywayHint}
          onReason={(reason) => publish.mutateAsync(reason)}
          onClose={() => setAsked(false)}
        />
      )}
    </Block>
  );
}

interface Row {
  key: string;
  cells: string[];
  change: number;
  isGood: (change: number) => boolean;
}

function Table({ caption, head, rows }: { caption: string; head: readonly string[]; rows: readonly Row[] }) {
  const id = useId();
  return (
    <Block title={caption}>
      <TableBox titled={id}>
        <table className="plain-table">
          <caption id={id} className="visually-hidden">
            {caption}
          </caption>
          <thead>
            <tr>
              {head.map((each) => (
                <th key={each} scope="col">
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells: [first, ...others], change, isGood }) => (
              <tr key={key}>
                <th scope="row">{first}</th>
                {others.map((cell, at) => (
                  <td key={at}>{cell}</td>
                ))}
                <td className={Math.abs(change) < 5e-5 ? "faint" : isGood(change) ? "trainer-better" : "trainer-worse"}>
                  {Math.abs(change) < 5e-5 ? "=" : `${change > 0 ? "+" : ""}${(change * 100).toFixed(1)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Block>
  );
}
