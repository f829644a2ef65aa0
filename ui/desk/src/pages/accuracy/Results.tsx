import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Spin, Table } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import { useMe } from "../../api/session";
import type { Accuracy, Items, Rated, WrongAnswer } from "../../api/types";
import { percent } from "../../chat/verdicts";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { TableBox } from "../../parts/TableBox";
import { useTexts } from "../../texts/texts";

const AUTHORS = ["bot", "agent"] as const;

interface Row {
  key: string;
  title: string;
  author: (typeof AUTHORS)[number];
  rated: Rated;
}

/** None of a week that is still judged. */
function rowsOf(title: string, of: Record<Row["author"], Rated | null>): Row[] {
  return AUTHORS.flatMap((author) => {
    const rated = of[author];
    return rated ? [{ key: `${title} ${author}`, title, author, rated }] : [];
  });
}

/** Right answers by week with their intervals; all weeks together first. */
export function Results({ told }: { told: Accuracy }) {
  const words = useTexts().accuracy;
  const me = useMe();
  const [opened, setOpened] = useState<string | null>(null);
  const mayOpen = me.permissions.includes("supervise");
  const rows: Row[] = [
    ...(told.together.weeks > 1 ? rowsOf(words.together(told.together.weeks), told.together) : []),
    ...told.weeks.flatMap((week) => rowsOf(week.week, week)),
  ];
  const { columns } = words;
  return (
    <section className="panel" aria-labelledby="accuracy-results">
      <h2 id="accuracy-results">{words.results}</h2>
      <p className="hint">{words.note}</p>
      <TableBox titled="accuracy-results">
        <Table<Row>
          size="middle"
          rowKey="key"
          dataSource={rows}
          pagination={false}
          locale={{ emptyText: words.noResults }}
          columns={[
            { title: columns.week, dataIndex: "title", rowScope: "row" },
            { title: columns.who, render: (_, { author }) => words.authors[author] },
            { title: columns.drawn, align: "right", render: (_, { rated }) => `${rated.drawn} / ${rated.frame}` },
            { title: columns.rate, align: "right", render: (_, { rated }) => percent(rated.rate) },
            { title: columns.interval, align: "right", render: (_, { rated }) => interval(rated.low, rated.high) },
            { title: columns.judged, align: "right", render: (_, { rated }) => `${rated.right} / ${rated.judged}` },
            { title: columns.unclear, align: "right", render: (_, { rated }) => rated.unclear },
            {
              title: columns.strict,
              align: "right",
              render: (_, { rated }) =>
                rated.unclear && rated.strict
                  ? `${percent(rated.strict.rate)} (${interval(rated.strict.low, rated.strict.high)})`
                  : "—",
            },
            { title: columns.standing, render: (_, { rated }) => rated.standing_title ?? "—" },
          ]}
        />
      </TableBox>
      <ul className="plain accuracy-weeks">
        {told.weeks.map((week) => (
          <li key={week.week}>
            {!week.bot && <span>{words.running(week.week, week.left)}</span>}
            {week.twice > 0 && (
              <span>
                {week.week} {words.agreement(week.twice, week.kappa === null ? "—" : week.kappa.toFixed(2))}
              </span>
            )}
            {mayOpen && week.bot && (
              <Button type="link" aria-label={words.wrongOf(week.week)} onClick={() => setOpened(week.week)}>
                {words.wrongOf(week.week)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {opened && <WrongDrawer week={opened} onClose={() => setOpened(null)} />}
    </section>
  );
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "—" : `${percent(low)} – ${percent(high)}`;
}

function WrongDrawer({ week, onClose }: { week: string; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.accuracy;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.accuracy, "wrong", week],
    queryFn: () => get<Items<WrongAnswer>>(`/accuracy/${week}/wrong`),
  });
  return (
    <Drawer open title={words.wrongOf(week)} size={480} onClose={onClose}>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Spin aria-label={texts.frame.parts.loading} />}
      {data?.items.length === 0 && <Empty>{words.noWrong}</Empty>}
      <ul className="plain">
        {data?.items.map(({ id, author, staff, reason_title, question, answer }) => (
          <li key={id} className="wrong-answer">
            <strong>{reason_title}</strong>{" "}
            <span className="faint">
              {words.authors[author]} {staff}
            </span>
            {question.map((text, index) => (
              <p key={index}>
                {words.customer}：{text}
              </p>
            ))}
            <p>
              {words.answer}：{answer}
            </p>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
