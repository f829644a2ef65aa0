import { useQuery } from "@tanstack/react-query";
import { Segmented, Table, type TableColumnsType } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Metrics, MetricsBy, MetricsRow } from "../../api/types";
import { percent } from "../../chat/verdicts";
import { ErrorNote } from "../../parts/ErrorNote";
import { serverNow } from "../../parts/now";
import { inChina } from "../../parts/times";
import { TableBox } from "../../parts/TableBox";
import { useTexts } from "../../texts/texts";
import { Bars } from "./Bars";

const DAY = 86_400_000;
const SPANS = { today: 1, week: 7, month: 30 } as const;
type Span = keyof typeof SPANS;

const COUNTS = ["requested", "picked", "abandoned", "dropped", "called_back"] as const;
const WAITS = ["mean_wait", "p90_wait"] as const;
const RATES = ["pick_up_rate", "within_target"] as const;

/** When the day of `at` begins in China, which knows no summer time. */
const midnight = (at: number): string => `${inChina(at).day}T00:00:00+08:00`;

/** How well the queue was served, by queue, hour or agent, with what each figure means. */
export default function MetricsPage() {
  const words = useTexts().metrics;
  const [span, setSpan] = useState<Span>("today");
  const [by, setBy] = useState<MetricsBy>("queue");
  const now = serverNow();
  const query = { from: midnight(now - (SPANS[span] - 1) * DAY), to: midnight(now + DAY), by };
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: [...keys.metrics, query],
    queryFn: () => get<Metrics>("/metrics", query),
  });
  const rows = data?.rows ?? [];
  const columns: TableColumnsType<MetricsRow> = [
    { title: words.bys[by], dataIndex: "title", key: "title", rowScope: "row" },
    ...COUNTS.map((name) => ({
      title: words.columns[name],
      dataIndex: name,
      align: "right" as const,
    })),
    ...WAITS.map((name) => ({
      title: words.columns[name],
      key: name,
      align: "right" as const,
      render: (_: unknown, row: MetricsRow) => {
        const value = row[name];
        return value === null ? "—" : words.seconds(Math.round(value));
      },
    })),
    ...RATES.map((name) => ({
      title: words.columns[name],
      key: name,
      align: "right" as const,
      render: (_: unknown, row: MetricsRow) => percent(row[name]),
    })),
  ];
  return (
    <div className="page">
      <header className="page-head">
        <h1 id="metrics-title" className="page-title">
          {words.title}
        </h1>
        <Segmented
          className="push"
          aria-label={words.from}
          value={span}
          onChange={setSpan}
          options={(["today", "week", "month"] as const).map((value) => ({ value, label: words.days[value] }))}
        />
        <Segmented
          aria-label={words.by}
          value={by}
          onChange={setBy}
          options={(["queue", "hour", "agent"] as const).map((value) => ({ value, label: words.bys[value] }))}
        />
      </header>
      <ErrorNote error={error} retry={() => void refetch()} />
      <section className="panel">
        <Bars rows={rows} />
        <TableBox titled="metrics-title">
          <Table
            size="middle"
            rowKey="key"
            loading={isFetching && !data}
            columns={columns}
            dataSource={rows}
            pagination={false}
            locale={{ emptyText: words.none }}
          />
        </TableBox>
      </section>
      {data && (
        <section className="panel" aria-labelledby="definitions">
          <h2 id="definitions">{words.definitions}</h2>
          <dl className="definitions">
            {Object.entries(data.definitions).map(([name, text]) => (
              <div key={name}>
                <dt>{(words.columns as Record<string, string>)[name] ?? name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}
