import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Segmented, Select, Tag } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import type { Coverage, Task, Tasks } from "../../api/types";
import { Block } from "../../parts/Block";
import { Facts } from "../../parts/Facts";
import { Time } from "../../parts/Time";
import { WorkCards } from "../../parts/WorkCards";
import { useTexts } from "../../texts/texts";
import { Assignee } from "../tickets/marks";
import { options, useVocabulary } from "../tickets/data";
import { TaskDrawer } from "./TaskDrawer";

const TABS = ["mine", "open", "done"] as const;
type Tab = (typeof TABS)[number];

/** Apologies, visits and calls that are to be made. */
export default function TasksPage() {
  const texts = useTexts();
  const words = texts.tasks;
  const [tab, setTab] = useState<Tab>("mine");
  const [kind, setKind] = useState<string>();
  const [department, setDepartment] = useState<string>();
  const [shown, setShown] = useState<Task | null>(null);
  const vocabulary = useVocabulary().data;
  const supervises = useMay("supervise");
  const asked = { status: tab === "done" ? "done" : "open", mine: tab === "mine", kind, department };
  const query = useInfiniteQuery({
    queryKey: [...keys.tasks, asked],
    queryFn: ({ pageParam }) => get<Tasks>("/tasks", { ...asked, after: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: 60_000,
  });
  const counts = query.data?.pages[0]?.counts;
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
        {counts && <span className="faint">{words.counts(counts.mine, counts.department, counts.late)}</span>}
      </div>
      <div className="filters">
        <Segmented<Tab>
          aria-label={words.show}
          value={tab}
          onChange={setTab}
          options={TABS.map((value) => ({ value, label: words.tabs[value] }))}
        />
        <Select
          className="filter"
          allowClear
          aria-label={words.kind}
          placeholder={words.kind}
          value={kind ?? null}
          onChange={(value) => setKind(value ?? undefined)}
          options={options(vocabulary?.task_kinds)}
        />
        <Select
          className="filter"
          allowClear
          aria-label={words.department}
          placeholder={words.department}
          value={department ?? null}
          onChange={(value) => setDepartment(value ?? undefined)}
          options={options(vocabulary?.departments)}
        />
      </div>
      <WorkCards query={query} items={query.data?.pages.flatMap(({ items }) => items) ?? []} none={words.none}>
        {(task) => <Card task={task} onOpen={() => setShown(task)} />}
      </WorkCards>
      {supervises && <Covered />}
      {shown && <TaskDrawer key={shown.id} task={shown} onChange={setShown} onClose={() => setShown(null)} />}
    </div>
  );
}

function Card({ task, onOpen }: { task: Task; onOpen: () => void }) {
  const words = useTexts().tasks;
  const title = `${task.kind_title} ${task.ticket ?? task.customer_masked ?? ""}`;
  return (
    <>
      <div className="card-head">
        <Button type="link" className="card-open" onClick={onOpen} aria-label={words.open(title)}>
          {title}
        </Button>
        {task.is_late && <Tag color="error">{words.late}</Tag>}
        {task.outcome_title && <Tag>{task.outcome_title}</Tag>}
      </div>
      <div className="card-row">
        <span>{task.category_title}</span>
        <span>
          {words.due} <Time at={task.due_at} />
        </span>
        <span>{task.department_title}</span>
        {task.assignee ? <Assignee number={task.assignee} /> : <span className="faint">{words.nobody}</span>}
      </div>
    </>
  );
}

/** How many customers of each segment were called this quarter. */
function Covered() {
  const words = useTexts().tasks;
  const { data } = useQuery({ queryKey: keys.coverage, queryFn: () => get<Coverage>("/tasks/coverage") });
  if (!data?.segments.some(({ customers }) => customers)) return null;
  return (
    <Block title={words.coverage(data.quarter)}>
      <Facts
        facts={data.segments.map(({ title, reached, customers, percent }) => [
          title,
          words.covered(reached, customers, percent === null ? "—" : `${percent}%`),
        ])}
      />
    </Block>
  );
}
