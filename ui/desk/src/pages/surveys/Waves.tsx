import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Table, Tag } from "antd";
import { useId, useState } from "react";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import type { Stratum, Wave } from "../../api/types";
import { Bar } from "../../parts/Bar";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { Facts } from "../../parts/Facts";
import { share, thousands } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { TableBox } from "../../parts/TableBox";
import { fullTime } from "../../parts/times";
import { useTexts, type Texts } from "../../texts/texts";
import { useWaves } from "./data";
import { PlanDialog } from "./PlanDialog";

/** Waves: planned, open, closed; each with how many of each stratum have answered. */
export function Waves() {
  const words = useTexts().surveys;
  const mayPlan = useMay("decide");
  const [isPlanning, setPlanning] = useState(false);
  const { data, error, isPending, refetch } = useWaves();
  return (
    <>
      {mayPlan && (
        <div className="filters">
          <Button type="primary" onClick={() => setPlanning(true)}>
            {words.plan}
          </Button>
        </div>
      )}
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Loading whole />}
      {data?.items.length === 0 && <Empty>{words.noWaves}</Empty>}
      {data?.items.map((wave) => (
        <Shown key={wave.id} wave={wave} mayDecide={mayPlan} />
      ))}
      {isPlanning && <PlanDialog onClose={() => setPlanning(false)} />}
    </>
  );
}

function Shown({ wave, mayDecide }: { wave: Wave; mayDecide: boolean }) {
  const texts = useTexts();
  const words = texts.surveys;
  const id = useId();
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const { mutateAsync, error } = useMutation({
    mutationFn: (step: "open" | "close") => post<Wave>(`/surveys/waves/${wave.id}/${step}`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.surveys });
      void message.success(words.done);
    },
  });
  const ask = (step: "open" | "close"): void => {
    void modal.confirm({
      title: words.sure[step](words.quarter(wave.quarter)),
      content: words.sureHint[step](thousands(wave.sample)),
      okText: words.steps[step],
      cancelText: texts.frame.parts.cancel,
      // Its error is shown on the page.
      onOk: () => mutateAsync(step).catch(() => undefined),
    });
  };
  const rate = wave.invited ? wave.answered / wave.invited : null;
  return (
    <section className="block wave" aria-labelledby={id}>
      <div className="block-head wave-head">
        <h2 id={id}>{words.waveOf(words.quarter(wave.quarter))}</h2>
        <Tag color={wave.status === "open" ? "processing" : "default"}>{words.statuses[wave.status]}</Tag>
        {mayDecide && wave.status === "planned" && (
          <Button className="push" type="primary" size="small" onClick={() => ask("open")}>
            {words.steps.open}
          </Button>
        )}
        {mayDecide && wave.status === "open" && (
          <Button className="push" size="small" onClick={() => ask("close")}>
            {words.steps.close}
          </Button>
        )}
      </div>
      <ErrorNote error={error} />
      <Facts
        facts={[
          [words.opens, wave.opens_at && fullTime(wave.opens_at)],
          [words.closes, wave.closes_at && fullTime(wave.closes_at)],
          [words.frame, wave.frame > 0 ? thousands(wave.frame) : null],
          [words.sample, thousands(wave.sample)],
          [words.invited, wave.status === "planned" ? null : thousands(wave.invited)],
          [
            words.answered,
            wave.status === "planned" ? null : `${thousands(wave.answered)}${rate === null ? "" : ` (${share(rate)})`}`,
          ],
          [words.declined, wave.status === "planned" ? null : thousands(wave.declined)],
        ]}
      />
      {rate !== null && <Progress percent={Math.round(rate * 100)} showInfo={false} aria-label={words.rate} />}
      {wave.strata.length > 0 && (
        <details className="strata" open={wave.status === "open"}>
          <summary>{words.strata(wave.strata.length)}</summary>
          <TableBox titled={id}>
            <Table<Stratum>
              size="small"
              rowKey="name"
              dataSource={wave.strata}
              pagination={false}
              columns={[
                { title: words.stratum, rowScope: "row", render: (_, { name }) => stratum(name, texts) },
                { title: words.frame, align: "right", render: (_, each) => thousands(each.frame) },
                { title: words.asked, align: "right", render: (_, each) => thousands(each.sample) },
                { title: words.answered, align: "right", render: (_, each) => thousands(each.answered) },
                {
                  title: words.rate,
                  render: (_, each) => (
                    <div className="split-value">
                      <span>{each.sample ? share(each.answered / each.sample) : "—"}</span>
                      <Bar part={each.sample ? each.answered / each.sample : 0} />
                    </div>
                  ),
                },
              ]}
            />
          </TableBox>
        </details>
      )}
    </section>
  );
}

/** 浙江/key as 浙江 · 大客. */
export function stratum(name: string, texts: Texts): string {
  const known: Record<string, string> = texts.surveys.segments;
  return name
    .split("/")
    .map((each) => (each === "-" ? texts.surveys.unknown : (known[each] ?? each)))
    .join(" · ");
}
