import { useQuery } from "@tanstack/react-query";
import { Select, Table } from "antd";
import { useId } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { CounterSamples } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { round, share } from "../../parts/figures";
import { today } from "../../parts/Period";
import { monthsBefore } from "../../parts/periods";
import { TableBox } from "../../parts/TableBox";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";

const MONTHS = 13;

type Sample = CounterSamples["samples"][number];

/** Two samples a month of who was at a counter. */
export function Counter() {
  const words = useTexts().surveys;
  const id = useId();
  const [search, change] = useUrl();
  const months = monthsBefore(today(), MONTHS);
  const month = oneOf(search.get("month"), months);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [...keys.surveys, "counter", month],
    queryFn: () => get<CounterSamples>("/surveys/counter", { month }),
  });
  return (
    <section className="block" aria-labelledby={id}>
      <div className="block-head">
        <h2 id={id}>{words.tabs.counter}</h2>
      </div>
      <div className="filters">
        <Select
          className="filter"
          aria-label={words.month}
          value={month}
          onChange={(value) => change({ month: value })}
          options={months.map((value) => ({ value, label: value }))}
        />
        {data && data.samples.length > 0 && (
          <span>{data.mean === null ? words.few : words.monthMean(String(round(data.mean, 2)))}</span>
        )}
      </div>
      <p className="hint">{words.counterHint}</p>
      <ErrorNote error={error} retry={() => void refetch()} />
      <TableBox titled={id}>
        <Table<Sample>
          size="middle"
          rowKey="day"
          loading={isFetching && !data}
          dataSource={data?.samples ?? []}
          pagination={false}
          locale={{ emptyText: words.noSamples }}
          columns={[
            { title: words.day, dataIndex: "day", rowScope: "row" },
            { title: words.asked, align: "right", dataIndex: "asked" },
            { title: words.answered, align: "right", dataIndex: "answered" },
            {
              title: words.rate,
              align: "right",
              render: (_, { asked, answered }) => (asked ? share(answered / asked) : "—"),
            },
            {
              title: words.mean,
              align: "right",
              render: (_, { mean }) => (mean === null ? <span className="faint">{words.few}</span> : round(mean, 2)),
            },
          ]}
        />
      </TableBox>
    </section>
  );
}
