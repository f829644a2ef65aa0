import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Link } from "wouter";

import { get } from "../../../api/client";
import { keys } from "../../../api/keys";
import type { Health as Told } from "../../../api/types";
import { Block } from "../../../parts/Block";
import { ErrorNote } from "../../../parts/ErrorNote";
import { Loading } from "../../../parts/Loading";
import { TableBox } from "../../../parts/TableBox";
import { Time } from "../../../parts/Time";
import { useTexts } from "../../../texts/texts";

/** Each label: enough examples or not, told apart or not, and what to write next. */
export function Health() {
  const words = useTexts().trainer.examples;
  const titled = useId();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.examples, "health"],
    queryFn: () => get<Told>("/trainer/health"),
  });
  if (isPending) return <Loading />;
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />;
  return (
    <>
      <p className="faint">
        {words.healthHint}{" "}
        {data.model && data.measured_at ? (
          <>
            {data.model} <Time at={data.measured_at} />
          </>
        ) : (
          words.notMeasured
        )}
      </p>
      {data.pairs.length > 0 && (
        <Block title={words.pairs}>
          <ul>
            {data.pairs.map(({ labels: [a, b], wrong }) => (
              <li key={`${a} ${b}`}>
                {words.pair(wrong)} <Label name={a} /> <Label name={b} />
              </li>
            ))}
          </ul>
        </Block>
      )}
      <TableBox titled={titled}>
        <table className="plain-table trainer-table">
          <caption id={titled} className="visually-hidden">
            {words.tabs.health}
          </caption>
          <thead>
            <tr>
              <th scope="col">{words.health.label}</th>
              <th scope="col">{words.health.count}</th>
              <th scope="col">{words.health.f1}</th>
              <th scope="col">{words.health.confused}</th>
              <th scope="col">{words.health.advice}</th>
            </tr>
          </thead>
          <tbody>
            {data.labels.map((each) => (
              <tr key={each.label}>
                <th scope="row">
                  <Label name={each.label} />
                </th>
                <td>
                  {each.count} <span className="faint">{words.atLeast(each.least)}</span>
                </td>
                <td>{each.f1 === null ? "—" : `${each.f1.toFixed(2)}（${each.support}）`}</td>
                <td className="trainer-words">
                  {each.confused_with.map(({ label, count }) => `${label} ${count}`).join("，") || "—"}
                </td>
                <td className="trainer-words">{each.advice.map((word) => words.advice[word]).join("，") || "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </>
  );
}

/** Leads to its examples. */
const Label = ({ name }: { name: string }) => <Link href={`/examples?label=${encodeURIComponent(name)}`}>{name}</Link>;
