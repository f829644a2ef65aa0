import { Tag } from "antd";

import { useMe } from "../../api/session";
import type { TicketRow } from "../../api/types";
import { useTexts } from "../../texts/texts";

interface MarksProps {
  ticket: Pick<TicketRow, "repeat" | "priority"> & { threatens_appeal?: boolean };
}

/** What makes a ticket stand out. */
export function Marks({ ticket }: MarksProps) {
  const { tags: words, page } = useTexts().tickets;
  return (
    <span className="marks">
      {ticket.priority === 1 && <Tag color="error">{words.priority(1)}</Tag>}
      {ticket.repeat && <Tag color="warning">{words.repeat}</Tag>}
      {ticket.threatens_appeal && <Tag color="error">{page.threatens}</Tag>}
    </span>
  );
}

interface AssigneeProps {
  number: string | null;
}

export function Assignee({ number }: AssigneeProps) {
  const words = useTexts().tickets.tags;
  const me = useMe();
  if (number === null) return <span className="faint">{words.nobody}</span>;
  return number === me.number ? (
    <span>
      {number} <span className="faint">({words.me})</span>
    </span>
  ) : (
    <span>{number}</span>
  );
}
