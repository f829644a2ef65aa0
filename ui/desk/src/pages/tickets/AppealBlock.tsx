import { Link } from "wouter";

import type { Appeal } from "../../api/types";
import { Block } from "../../parts/Block";
import { Facts } from "../../parts/Facts";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";

/** What the authority asked, and what it was answered. */
export function AppealBlock({ appeal }: { appeal: Appeal }) {
  const words = useTexts().tickets.appeal;
  return (
    <Block name="appeal" title={useTexts().tickets.page.appeal}>
      <Facts
        facts={[
          [words.authority, appeal.title],
          [words.number, appeal.external_number],
          [words.dated, appeal.dated],
          [words.received, appeal.received_on],
          [words.due, appeal.due_on],
          [words.complaint, appeal.complaint && <Link href={`/tickets/${appeal.complaint}`}>{appeal.complaint}</Link>],
          [words.offered, appeal.offered.length > 0 && <Offered numbers={appeal.offered} />],
          [words.reply, appeal.reply ? <span className="words">{appeal.reply}</span> : words.noReply],
          [words.repliedAt, appeal.replied_at && fullTime(appeal.replied_at)],
          [words.outcome, appeal.outcome_title ?? words.noOutcome],
        ]}
      />
    </Block>
  );
}

function Offered({ numbers }: { numbers: Appeal["offered"] }) {
  return (
    <ul className="plain">
      {numbers.map(({ number, category_title }) => (
        <li key={number}>
          <Link href={`/tickets/${number}`}>{number}</Link> <span className="faint">{category_title}</span>
        </li>
      ))}
    </ul>
  );
}
