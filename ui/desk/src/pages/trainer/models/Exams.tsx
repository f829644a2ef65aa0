import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useId, useState } from "react";

import { download, get } from "../../../api/client";
import { keys } from "../../../api/keys";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { save } from "../../../parts/saving";
import { TableBox } from "../../../parts/TableBox";
import { useTexts } from "../../../texts/texts";
import type { ExamList, GoldenNights } from "../../../api/types";

/** The month's exam for people, and what 小益 answered to the same questions at night. */
export function Exams() {
  const words = useTexts().trainer.exams;
  const titled = useId();
  const [month, setMonth] = useState<string | null>(null);
  const exams = useQuery({ queryKey: keys.exams, queryFn: () => get<ExamList>("/trainer/exams") });
  const golden = useQuery({ queryKey: [...keys.exams, "golden"], queryFn: () => get<GoldenNights>("/trainer/golden") });
  const paper = useMutation({
    mutationFn: ({ topic, answers }: { topic: string; answers: boolean }) =>
      download(`/trainer/exams/${month ?? exams.data?.months[0] ?? ""}/${topic}.csv`, { answers }),
    onSuccess: ({ blob, name }) => save(blob, name),
  });
  if (exams.isPending || golden.isPending) return <Loading />;
  return (
    <>
      <ErrorNote error={exams.error ?? golden.error ?? paper.error} />
      <p className="faint">{words.hint}</p>
      {exams.data && (
        <>
          <div className="filters">
            <Select<string>
              aria-label={words.month}
              value={month ?? exams.data.months[0] ?? ""}
              onChange={setMonth}
              options={exams.data.months.map((each) => ({ value: each, label: each }))}
            />
          </div>
          <ul className="trainer-near">
            {exams.data.topics.map(({ topic, title, questions }) => (
              <li key={topic}>
                <span>
                  {title} <span className="faint">{words.questions(questions)}</span>
                </span>
                <span className="nowrap">
                  <Button
                    size="small"
                    aria-label={`${words.paper} ${title}`}
                    onClick={() => paper.mutate({ topic, answers: false })}
                  >
                    {words.paper}
                  </Button>{" "}
                  <Button
                    size="small"
                    aria-label={`${words.answers} ${title}`}
                    onClick={() => paper.mutate({ topic, answers: true })}
                  >
                    {words.answers}
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {golden.data && (
        <Block title={words.nights}>
          {!golden.data.nights.length && <p className="faint">{words.noNights}</p>}
          {golden.data.nights.length > 0 && (
            <TableBox titled={titled}>
              <table className="plain-table">
                <caption id={titled} className="visually-hidden">
                  {words.nights}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">{words.night.day}</th>
                    <th scope="col">{words.night.asked}</th>
                    <th scope="col">{words.night.right}</th>
                    <th scope="col">{words.night.differing}</th>
                  </tr>
                </thead>
                <tbody>
                  {golden.data.nights.map((night) => (
                    <tr key={night.day}>
                      <th scope="row">{night.day}</th>
                      <td>{night.asked}</td>
                      <td>{night.right}</td>
                      <td>{night.differing}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableBox>
          )}
        </Block>
      )}
      {golden.data && golden.data.failed.length > 0 && (
        <Block title={words.failed}>
          <ul className="trainer-near">
            {golden.data.failed.map((each) => (
              <li key={`${each.question} ${each.channel}`}>
                <span>
                  {each.question} <span className="faint">{each.channel}</span>
                </span>
                <span>
                  {words.expected} {each.expected}，{words.got} {each.got}
                </span>
              </li>
            ))}
          </ul>
        </Block>
      )}
    </>
  );
}
