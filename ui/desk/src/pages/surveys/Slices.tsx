import { useQuery } from "@tanstack/react-query";
import { Segmented, Table } from "antd";
import { useId } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Slice, SliceBy } from "../../api/types";
import { Bar } from "../../parts/Bar";
import { ErrorNote } from "../../parts/ErrorNote";
import { round, share, thousands } from "../../parts/figures";
import { Period, usePeriod } from "../../parts/Period";
import { TableBox } from "../../parts/TableBox";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";

const BY: readonly SliceBy[] = ["busy", "age", "region", "channel"];

/** How content customers of a kind are; of fewer than five nothing is told. */
export function Slices() {
  const words = useTexts().surveys;
  const id = useId();
  const [search, change] = useUrl();
  const by = oneOf(search.get("by"), BY);
  const asked = { by, ...usePeriod() };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [...keys.surveys, "slices", asked],
    queryFn: () => get<{ rows: Slice[] }>("/surveys/slices", asked),
  });
  const channels: Record<string, string> = words.channels;
  const few = <span className="faint">{words.few}</span>;
  return (
    <section className="block" aria-labelledby={id}>
      <div className="block-head">
        <h2 id={id}>{words.tabs.slices}</h2>
      </div>
      <div className="filters">
        <Segmented
          aria-label={words.by}
          value={by}
          onChange={(next) => change({ by: next })}
          options={BY.map((value) => ({ value, label: words.bys[value] }))}
        />
        <Period />
      </div>
      <ErrorNote error={error} retry={() => void refetch()} />
      <TableBox titled={id}>
        <Table<Slice>
          size="middle"
          rowKey="value"
          loading={isFetching && !data}
          dataSource={data?.rows ?? []}
          pagination={false}
          locale={{ emptyText: words.noMarks }}
          columns={[
            { title: words.bys[by], rowScope: "row", render: (_, { title }) => channels[title] ?? title },
            {
              title: words.satisfied,
              render: (_, { satisfied }) =>
                satisfied === null ? (
                  few
                ) : (
                  <div className="split-value">
                    <span>{share(satisfied)}</span>
                    <Bar part={satisfied} />
                  </div>
                ),
            },
            { title: words.mean, align: "right", render: (_, { mean }) => (mean === null ? few : round(mean, 2)) },
            {
              title: words.marks,
              align: "right",
              render: (_, { marks, mean }) => (mean === null ? few : thousands(marks)),
            },
          ]}
        />
      </TableBox>
    </section>
  );
}
