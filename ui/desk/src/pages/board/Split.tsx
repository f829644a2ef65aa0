import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Table, type TableColumnsType } from "antd";
import { useId } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Dimension, Figure, SplitRow } from "../../api/types";
import { Bar } from "../../parts/Bar";
import { ErrorNote } from "../../parts/ErrorNote";
import { shown, standing, thousands } from "../../parts/figures";
import type { Span } from "../../parts/periods";
import { worstFirst } from "../../parts/ranking";
import { TableBox } from "../../parts/TableBox";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { fraction } from "./said";

interface Props {
  figure: Figure;
  span: Span;
}

/** `by` null: nothing is asked. */
export function useSplit(figure: Figure, by: Dimension | null, span: Span) {
  const asked = { figure: figure.key, by, ...span };
  return useQuery({
    queryKey: [...keys.insight, "split", asked],
    queryFn: () => get<{ rows: SplitRow[] }>("/insight/split", asked),
    enabled: by !== null,
  });
}

/** By department, category, channel, region or agent. */
export function Split({ figure, span }: Props) {
  const texts = useTexts();
  const words = texts.board;
  const id = useId();
  const [search, change] = useUrl();
  const by = oneOf(search.get("by"), figure.by);
  const { data, error, isFetching, refetch } = useSplit(figure, by, span);
  const rows = worstFirst(data?.rows ?? [], figure);
  const valueOf = (row: SplitRow): number | null => (figure.unit === "count" ? row.numerator : row.rate);
  const most = figure.unit === "share" ? 1 : Math.max(1e-9, ...rows.map((row) => valueOf(row) ?? 0));
  const columns: TableColumnsType<SplitRow> = [
    { title: words.dimensions[by], dataIndex: "title", rowScope: "row" },
    {
      title: words.chart.value,
      render: (_, row) => (
        <div className="split-value">
          <span>{shown(valueOf(row), figure.unit, texts, figure.target)}</span>
          <Bar part={(valueOf(row) ?? 0) / most} isBad={standing(row.rate, figure) === "missed"} />
        </div>
      ),
    },
    {
      title: words.chart.made,
      align: "right",
      render: (_, row) =>
        figure.unit === "share" ? fraction(row.numerator, row.denominator) : thousands(row.denominator),
    },
    {
      title: words.filters.missed,
      align: "right",
      hidden: figure.unit !== "share" || figure.better !== "up",
      render: (_, row) => thousands(row.denominator - row.numerator),
    },
    {
      title: words.tickets,
      hidden: !figure.tickets,
      render: (_, row) => (
        <Button
          size="small"
          aria-label={words.ticketsOf(row.title)}
          onClick={() => change({ by, value: row.value })}
          aria-pressed={search.get("value") === row.value}
        >
          {words.look}
        </Button>
      ),
    },
  ];
  return (
    <section className="block" aria-labelledby={id}>
      <div className="block-head">
        <h2 id={id}>{words.split}</h2>
        <div className="sideways">
          <Segmented
            size="small"
            aria-label={words.split}
            value={by}
            onChange={(next) => change({ by: next, value: null })}
            options={figure.by.map((each) => ({ value: each, label: words.dimensions[each] }))}
          />
        </div>
      </div>
      <ErrorNote error={error} retry={() => void refetch()} />
      <TableBox titled={id}>
        <Table<SplitRow>
          size="middle"
          rowKey="value"
          loading={isFetching && !data}
          dataSource={rows}
          columns={columns}
          pagination={false}
          locale={{ emptyText: words.noParts }}
        />
      </TableBox>
    </section>
  );
}
