import { Button, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { Link } from "wouter";

import type { Card } from "../../api/types";
import { useCards } from "../../chat/data";
import { Time } from "../../parts/Time";
import { TableBox } from "../../parts/TableBox";
import { useTexts } from "../../texts/texts";
import { EmotionMark } from "../chats/CardList";
import { TransferDialog } from "../chats/TransferDialog";

/** Every conversation that somebody has now; open to listen, or given to somebody else. */
export function Talks() {
  const texts = useTexts();
  const words = texts.wall.conversations;
  const [moved, setMoved] = useState<string | null>(null);
  const cards = useCards("all").data?.filter((card) => card.status === "picked") ?? [];
  const columns: TableColumnsType<Card> = [
    {
      title: words.customer,
      key: "customer",
      rowScope: "row",
      render: (_, card) => (
        <>
          <Link href={`/chats/${card.id}`}>{card.label}</Link> <EmotionMark emotion={card.emotion} />
        </>
      ),
    },
    { title: words.with, key: "staff", render: (_, card) => card.staff ?? texts.chat.cards.nobody },
    { title: words.reason, dataIndex: "reason_title" },
    { title: words.since, key: "since", render: (_, card) => <Time at={card.since} /> },
    {
      title: <span className="hidden">{texts.chat.actions.more}</span>,
      key: "steps",
      align: "right",
      render: (_, card) => (
        <Button
          size="small"
          aria-label={`${texts.chat.actions.reassign} ${card.label}`}
          onClick={() => setMoved(card.id)}
        >
          {texts.chat.actions.reassign}
        </Button>
      ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="wall-talks">
      <h2 id="wall-talks">{words.title}</h2>
      <TableBox titled="wall-talks">
        <Table
          size="middle"
          rowKey="id"
          columns={columns}
          dataSource={cards}
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          locale={{ emptyText: words.none }}
        />
      </TableBox>
      {moved !== null && (
        <TransferDialog id={moved} step="reassign" close={() => setMoved(null)} done={() => undefined} />
      )}
    </section>
  );
}
