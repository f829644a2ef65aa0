import { Tag } from "antd";
import { Link } from "wouter";

import type { TicketRow } from "../../api/types";
import { Empty } from "../../parts/Empty";
import { Loading } from "../../parts/Loading";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { Assignee, Marks } from "./marks";
import { NextClock } from "./TicketTable";

interface Props {
  rows: readonly TicketRow[];
  at: number;
  isLoading: boolean;
}

/** The list on a telephone. */
export function TicketCards({ rows, at, isLoading }: Props) {
  const texts = useTexts();
  if (isLoading) return <Loading whole />;
  if (!rows.length) return <Empty>{texts.tickets.list.empty}</Empty>;
  return (
    <ul className="cards">
      {rows.map((row, place) => (
        <li key={row.number} className={place === at ? "card row-at" : "card"}>
          <div className="card-head">
            <Link href={`/tickets/${row.number}`} className="number" data-ticket={row.number}>
              {row.number}
            </Link>
            <Tag>{row.status_title}</Tag>
          </div>
          <div>
            {row.category_title} <span className="faint">{row.kind_title}</span>
          </div>
          <div className="card-row">
            <NextClock ticket={row} />
            <Marks ticket={row} />
          </div>
          <div className="card-row faint">
            <span className="number">{row.line_masked ?? "—"}</span>
            <Assignee number={row.assignee} />
            <Time at={row.created_at} />
          </div>
        </li>
      ))}
    </ul>
  );
}
