import { Table, Tag } from "antd";
import { Link } from "wouter";

import type { TicketRow } from "../../api/types";
import { Clock } from "../../parts/Clock";
import { nextClock } from "../../parts/countdown";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { Assignee, Marks } from "./marks";

interface Props {
  rows: readonly TicketRow[];
  /** Place of the row that the keyboard is at. */
  at: number;
  isLoading: boolean;
  onOpen: (number: string) => void;
  /** null: rows cannot be chosen. */
  chosen: readonly string[] | null;
  onChoose: (numbers: readonly string[]) => void;
  sort: string | undefined;
  onSort: (sort: string) => void;
}

export function TicketTable({ rows, at, isLoading, onOpen, chosen, onChoose, sort, onSort }: Props) {
  const texts = useTexts();
  const words = texts.tickets.columns;
  const ascending = "ascend" as const;
  const descending = "descend" as const;
  return (
    <Table<TicketRow>
      size="medium"
      rowKey="number"
      dataSource={rows as TicketRow[]}
      loading={isLoading}
      pagination={false}
      scroll={{ x: 960 }}
      rowClassName={(_, place) => (place === at ? "row-at" : "")}
      onRow={(row) => ({ onDoubleClick: () => onOpen(row.number) })}
      locale={{ emptyText: isLoading ? " " : texts.tickets.list.empty }}
      {...(chosen && {
        rowSelection: {
          selectedRowKeys: chosen as string[],
          onChange: (numbers: React.Key[]) => onChoose(numbers.map(String)),
          getCheckboxProps: (row: TicketRow) => ({ "aria-label": texts.tickets.list.select(row.number) }),
        },
      })}
      onChange={(_, __, order) => {
        const { columnKey, order: way } = Array.isArray(order) ? (order[0] ?? {}) : order;
        if (columnKey === "clock") onSort(way ? "due" : "newest");
        else onSort(way === "ascend" ? "oldest" : "newest");
      }}
      columns={[
        {
          key: "number",
          title: words.number,
          render: (_, row) => (
            <>
              <Link href={`/tickets/${row.number}`} className="number" data-ticket={row.number}>
                {row.number}
              </Link>
              <Marks ticket={row} />
            </>
          ),
        },
        {
          key: "category",
          title: words.category,
          render: (_, row) => (
            <>
              {row.category_title}
              <div className="faint">{row.kind_title}</div>
            </>
          ),
        },
        {
          key: "line",
          title: words.line,
          render: (_, row) => <span className="number">{row.line_masked ?? "—"}</span>,
        },
        { key: "status", title: words.status, render: (_, row) => <Tag>{row.status_title}</Tag> },
        { key: "department", title: words.department, dataIndex: "department_title" },
        { key: "assignee", title: words.assignee, render: (_, row) => <Assignee number={row.assignee} /> },
        {
          key: "clock",
          title: words.clock,
          sorter: true,
          sortDirections: [ascending],
          sortOrder: sort === "due" ? ascending : null,
          render: (_, row) => <NextClock ticket={row} />,
        },
        {
          key: "created",
          title: words.created,
          sorter: true,
          sortDirections: [descending, ascending],
          sortOrder: sort === "oldest" ? ascending : !sort || sort === "newest" ? descending : null,
          render: (_, row) => <Time at={row.created_at} />,
        },
      ]}
    />
  );
}

export function NextClock({ ticket }: { ticket: TicketRow }) {
  const clock = nextClock(ticket.clocks);
  return clock ? <Clock clock={clock} /> : <span className="faint">—</span>;
}
