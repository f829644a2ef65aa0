import { Table, type TableColumnsType } from "antd";

import type { WallAgent } from "../../api/types";
import { clock, seconds } from "../../chat/waiting";
import { useNow } from "../../parts/now";
import { TableBox } from "../../parts/TableBox";
import { useTexts } from "../../texts/texts";

export function Agents({ agents }: { agents: readonly WallAgent[] }) {
  const texts = useTexts();
  const words = texts.wall.agents;
  const columns: TableColumnsType<WallAgent> = [
    {
      title: words.agent,
      key: "agent",
      rowScope: "row",
      render: (_, row) => (
        <>
          <b>{row.number}</b> {row.name}
        </>
      ),
    },
    {
      title: words.presence,
      key: "presence",
      render: (_, row) => (
        <span className={`presence-word presence-${row.presence}`}>
          <span className="presence-dot" aria-hidden />
          {texts.frame.account[row.presence]}
          {row.since && <Since at={row.since} />}
        </span>
      ),
    },
    {
      title: words.load,
      key: "load",
      render: (_, row) => (
        <span className="load">
          <meter
            min={0}
            max={Math.max(1, row.load_limit)}
            value={row.load}
            aria-label={`${words.load} ${row.number}`}
          />
          {row.load}/{row.load_limit}
        </span>
      ),
    },
    { title: words.picked, dataIndex: "picked", align: "right" },
    {
      title: words.handling,
      key: "handling",
      align: "right",
      render: (_, row) => (row.mean_handling === null ? "—" : clock(Math.round(row.mean_handling))),
    },
    {
      title: words.rating,
      key: "rating",
      align: "right",
      render: (_, row) =>
        row.rating_mean === null ? (
          "—"
        ) : (
          <>
            <b>{row.rating_mean.toFixed(1)}</b> <span className="faint">{words.rated(row.rated)}</span>
          </>
        ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="wall-agents">
      <h2 id="wall-agents">{words.title}</h2>
      <TableBox titled="wall-agents">
        <Table
          size="middle"
          rowKey="number"
          columns={columns}
          dataSource={agents}
          pagination={false}
          locale={{ emptyText: words.none }}
        />
      </TableBox>
    </section>
  );
}

function Since({ at }: { at: string }) {
  const now = useNow();
  return <span className="faint"> {clock(seconds(at, now))}</span>;
}
