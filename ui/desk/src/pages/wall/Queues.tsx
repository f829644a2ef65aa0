import { Table, type TableColumnsType } from "antd";

import type { Wall, WallQueue } from "../../api/types";
import { atLeast, atMost, percent } from "../../chat/verdicts";
import { clock, seconds, urgency } from "../../chat/waiting";
import { useNow } from "../../parts/now";
import { fullTime } from "../../parts/times";
import { TableBox } from "../../parts/TableBox";
import { useTexts } from "../../texts/texts";
import { Figure } from "./Figure";

interface Props {
  wall: Wall;
}

export function Queues({ wall }: Props) {
  const words = useTexts().wall.queues;
  const { targets } = wall;
  const wait = (value: number | null): string => (value === null ? "—" : words.seconds(Math.round(value)));
  const under = (title: string, more: string) => (
    <>
      {title}
      <span className="wall-target">{more}</span>
    </>
  );
  const columns: TableColumnsType<WallQueue> = [
    {
      title: words.queue,
      key: "queue",
      rowScope: "row",
      render: (_, row) => (
        <>
          <b>{row.title}</b>
          <span className="wall-sub">
            {row.is_open ? words.open : row.opens_at ? words.opens(fullTime(row.opens_at).slice(5)) : words.closed}
          </span>
        </>
      ),
    },
    {
      title: words.waiting,
      key: "waiting",
      align: "right",
      render: (_, row) => <b className="wall-big">{row.waiting}</b>,
    },
    { title: words.oldest, key: "oldest", align: "right", render: (_, row) => <Oldest at={row.oldest_at} /> },
    { title: words.ready, key: "ready", align: "right", render: (_, row) => row.ready },
    { title: words.estimate, key: "estimate", align: "right", render: (_, row) => wait(row.estimate_seconds) },
    { title: under(words.requests, words.today), key: "requested", align: "right", render: (_, row) => row.requested },
    {
      title: under(words.pickUp, words.target(`≥ ${percent(targets.pick_up_rate)}`)),
      key: "pick_up_rate",
      render: (_, row) => (
        <Figure value={percent(row.pick_up_rate)} verdict={atLeast(row.pick_up_rate, targets.pick_up_rate)} />
      ),
    },
    {
      title: under(words.meanWait, words.target(`≤ ${words.seconds(targets.mean_wait)}`)),
      key: "mean_wait",
      render: (_, row) => <Figure value={wait(row.mean_wait)} verdict={atMost(row.mean_wait, targets.mean_wait)} />,
    },
    { title: words.p90, key: "p90_wait", align: "right", render: (_, row) => wait(row.p90_wait) },
    {
      title: under(words.dropped, words.target(`< ${percent(targets.drop_rate)}`)),
      key: "dropped_rate",
      render: (_, row) => (
        <Figure value={percent(row.dropped_rate)} verdict={atMost(row.dropped_rate, targets.drop_rate)} />
      ),
    },
    { title: words.abandoned, key: "abandoned_rate", align: "right", render: (_, row) => percent(row.abandoned_rate) },
  ];
  return (
    <section className="panel" aria-labelledby="wall-queues">
      <h2 id="wall-queues">{words.title}</h2>
      <TableBox titled="wall-queues">
        <Table size="middle" rowKey="name" columns={columns} dataSource={wall.queues} pagination={false} />
      </TableBox>
    </section>
  );
}

/** How long the first one has waited. */
function Oldest({ at }: { at: string | null }) {
  const words = useTexts().chat.queue.urgency;
  const now = useNow();
  if (at === null) return "—";
  const waited = seconds(at, now);
  const level = urgency(waited);
  return (
    <span className={`wait wait-${level}`}>
      {clock(waited)}
      <span className="wait-word">{words[level]}</span>
    </span>
  );
}
