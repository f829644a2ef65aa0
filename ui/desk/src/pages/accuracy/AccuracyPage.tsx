import { useQuery } from "@tanstack/react-query";
import { Segmented, Spin } from "antd";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Accuracy } from "../../api/types";
import { percent } from "../../chat/verdicts";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { Judging } from "./Judging";
import { Results } from "./Results";

/** Weeks that can be chosen for judging: older ones are closed. */
const CHOICES = 3;

/** Answers of last week, judged one at a time without knowing whose they are; and what came of each week. */
export default function AccuracyPage() {
  const texts = useTexts();
  const words = texts.accuracy;
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.accuracy,
    queryFn: () => get<Accuracy>("/accuracy"),
  });
  const weeks = data?.weeks.slice(0, CHOICES) ?? [];
  const week = weeks.find((each) => each.week === chosen) ?? weeks[0];
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
        {data && <span className="faint">{words.target(percent(data.target))}</span>}
        {weeks.length > 1 && (
          <Segmented
            className="push"
            aria-label={words.week}
            value={week?.week ?? ""}
            onChange={setChosen}
            options={weeks.map((each) => each.week)}
          />
        )}
      </div>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Spin className="whole" aria-label={texts.frame.parts.loading} />}
      {data && !week && <Empty>{words.noWeeks}</Empty>}
      {data && week && (
        <>
          <Judging key={week.week} week={week} told={data} />
          <Results told={data} />
        </>
      )}
    </div>
  );
}
