import type { ReactNode } from "react";

interface Props {
  /** What has no value is left out. */
  facts: readonly (readonly [title: string, value: ReactNode])[];
}

/** Names and values beside one another. */
export function Facts({ facts }: Props) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
