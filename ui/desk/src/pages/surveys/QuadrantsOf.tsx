import { useQuery } from "@tanstack/react-query";
import { Alert, Select, Table, Tag } from "antd";

import { get, PREFIX } from "../../api/client";
import { keys } from "../../api/keys";
import type { Factor, FactorGroup, Quadrants, Wave } from "../../api/types";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { round, share } from "../../parts/figures";
import { Loading } from "../../parts/Loading";
import { TableBox } from "../../parts/TableBox";
import { useIsNarrow } from "../../parts/useIsNarrow";
import { useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { useWaves } from "./data";

const COLOURS: Record<FactorGroup, string> = {
  urgent: "error",
  keep: "success",
  later: "default",
  irrelevant: "default",
};

/** What to mend first, as a wave's answers tell it. */
export function QuadrantsOf() {
  const words = useTexts().surveys;
  const [search, change] = useUrl();
  const { data, error, isPending, refetch } = useWaves();
  const waves = data?.items.filter(({ status }) => status !== "planned") ?? [];
  const wave = waves.find(({ id }) => String(id) === search.get("wave")) ?? waves[0];
  return (
    <>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Loading whole />}
      {data && !wave && <Empty>{words.noWaves}</Empty>}
      {wave && (
        <>
          <div className="filters">
            <Select
              className="filter filter-wide"
              aria-label={words.quarterField}
              value={wave.id}
              onChange={(id) => change({ wave: String(id) })}
              options={waves.map(({ id, quarter }) => ({ value: id, label: words.waveOf(words.quarter(quarter)) }))}
            />
          </div>
          <Shown key={wave.id} wave={wave} />
        </>
      )}
    </>
  );
}

function Shown({ wave }: { wave: Wave }) {
  const words = useTexts().surveys;
  const isNarrow = useIsNarrow();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.surveys, "quadrants", wave.id],
    queryFn: () => get<Quadrants>("/surveys/quadrants", { wave: wave.id }),
  });
  if (isPending) return <Loading />;
  if (!data) return <ErrorNote error={error} retry={() => void refetch()} />;
  if (data.too_few) {
    return <Alert type="info" showIcon title={words.tooFew} description={words.tooFewHint(data.answers)} />;
  }
  const named = (group: FactorGroup): string =>
    data.factors
      .filter((factor) => factor.group === group)
      .map(({ title }) => title)
      .join("、");
  const summary = data.factors
    .filter(({ group }, at, all) => group && all.findIndex((each) => each.group === group) === at)
    .map(({ group, group_title }) => `${group_title ?? ""}：${group ? named(group) : ""}`)
    .join("；");
  // The answers are in the address: with new ones the browser asks for a new picture.
  const picture = `${PREFIX}/surveys/quadrants.svg?wave=${wave.id}&width=${isNarrow ? "phone" : "page"}&answers=${data.answers}`;
  return (
    <div className="quadrants">
      <section className="block" aria-label={words.tabs.quadrants}>
        <img className="quadrants-picture" src={picture} alt={summary} />
        <p className="hint">
          {words.answers(data.answers)}
          {data.r_squared !== null && ` · ${words.explains(share(data.r_squared))}`}
        </p>
        <p className="hint">{words.quadrantsHint}</p>
      </section>
      <section className="block" aria-labelledby="factors">
        <div className="block-head">
          <h2 id="factors">{words.factors}</h2>
        </div>
        <TableBox titled="factors">
          <Table<Factor>
            size="small"
            rowKey="key"
            dataSource={data.factors}
            pagination={false}
            columns={[
              { title: words.factor, dataIndex: "title", rowScope: "row" },
              {
                title: words.group,
                render: (_, { group, group_title, unsure }) => (
                  <>
                    {group ? <Tag color={COLOURS[group]}>{group_title}</Tag> : "—"}
                    {unsure && <span className="faint unsure">{words.unsure}</span>}
                  </>
                ),
              },
              { title: words.satisfaction, align: "right", render: (_, each) => number(each.satisfaction, 1) },
              { title: words.importance, align: "right", render: (_, each) => number(each.importance, 2) },
              {
                title: words.intervalHead,
                align: "right",
                render: (_, { low, high }) => (
                  <span className="number">
                    {low === null || high === null ? "—" : `${number(low, 2)} – ${number(high, 2)}`}
                  </span>
                ),
              },
              { title: words.answersHead, align: "right", dataIndex: "answers" },
            ]}
          />
        </TableBox>
      </section>
    </div>
  );
}

function number(value: number | null, digits: number): string {
  return value === null ? "—" : round(value, digits).toFixed(digits);
}
