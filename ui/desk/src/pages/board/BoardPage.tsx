import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useParams } from "wouter";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Board, Figures } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { Loading } from "../../parts/Loading";
import { Period, usePeriod } from "../../parts/Period";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { Cards } from "./Cards";
import { FigureDetail } from "./FigureDetail";

const MINUTE = 60_000;

/** Every figure of the service in a period, or one of them with what it is made of. */
export default function BoardPage() {
  const texts = useTexts();
  const words = texts.board;
  const span = usePeriod();
  const chosen = useParams<{ figure?: string }>().figure;
  const figures = useQuery({
    queryKey: [...keys.insight, "figures"],
    queryFn: () => get<Figures>("/insight/figures"),
  });
  const board = useQuery({
    queryKey: [...keys.insight, "board", span],
    queryFn: () => get<Board>("/insight/board", { ...span }),
    placeholderData: keepPreviousData,
    // Auditors have no live connection.
    refetchInterval: MINUTE,
  });
  const error = figures.error ?? board.error;
  const figure = figures.data?.figures.find(({ key }) => key === chosen);
  const value = board.data?.figures.find(({ key }) => key === chosen);
  const isUnknown = chosen !== undefined && figures.data !== undefined && !figure;
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="page-title">{figure?.title ?? words.title}</h1>
        {board.data?.counted_at && (
          <span className="faint" role="status">
            {words.counted} <Time at={board.data.counted_at} />
          </span>
        )}
        <div className="push">
          <Period />
        </div>
      </header>
      <ErrorNote
        error={error}
        retry={() => {
          void figures.refetch();
          void board.refetch();
        }}
      />
      {(!figures.data || !board.data) && !error && <Loading whole />}
      {isUnknown && <Alert type="warning" showIcon title={texts.frame.errors.figure} />}
      {board.data && !board.data.counted_at && <Alert type="info" showIcon title={words.never} />}
      {figures.data && board.data && !chosen && <Cards of={figures.data} values={board.data.figures} />}
      {figure && value && <FigureDetail key={figure.key} figure={figure} value={value} span={span} />}
    </div>
  );
}
