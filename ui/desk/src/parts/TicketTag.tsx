import { Tag } from "antd";
import { Link } from "wouter";

import type { TicketRow } from "../api/types";

interface Props {
  ticket: Pick<TicketRow, "number" | "status_title" | "kind_title"> & { is_missed?: boolean };
}

/** A ticket in one line: its number leads to its page. */
export function TicketTag({ ticket }: Props) {
  return (
    <span className="ticket-tag">
      <Link href={`/tickets/${ticket.number}`}>{ticket.number}</Link>
      <Tag>{ticket.kind_title}</Tag>
      <Tag color={ticket.is_missed ? "error" : "default"}>{ticket.status_title}</Tag>
    </span>
  );
}
