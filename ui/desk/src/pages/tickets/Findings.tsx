import { Link } from "wouter";

import type { TicketPage } from "../../api/types";
import { Block } from "../../parts/Block";
import { Facts } from "../../parts/Facts";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";

/** What was found on closing, and what follows from it. */
export function Findings({ ticket }: { ticket: TicketPage }) {
  const texts = useTexts();
  const words = texts.tickets.promises;
  const { yes, no } = texts.frame.parts;
  if (ticket.justified === null && !ticket.tasks.length && !ticket.redresses.length) return null;
  return (
    <Block name="findings" title={words.findings}>
      <Facts
        facts={[
          [words.justified, ticket.justified === null ? null : ticket.justified ? yes : no],
          [words.cause, ticket.cause_title],
          [words.prevention, ticket.prevention],
        ]}
      />
      {ticket.tasks.length > 0 && (
        <>
          <h3 className="small-head">
            <Link href="/tasks">{words.tasks}</Link>
          </h3>
          <ul className="plain">
            {ticket.tasks.map(({ id, kind_title, assignee, due_at, outcome_title, score }) => (
              <li key={id}>
                {kind_title} · {outcome_title ?? fullTime(due_at)} {score ?? ""}{" "}
                <span className="faint">{assignee ?? ""}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {ticket.redresses.length > 0 && (
        <>
          <h3 className="small-head">
            <Link href="/redress">{words.redresses}</Link>
          </h3>
          <ul className="plain">
            {ticket.redresses.map(({ id, law_title, status_title, amount_text }) => (
              <li key={id}>
                {law_title} · {status_title} {amount_text ?? ""}
              </li>
            ))}
          </ul>
        </>
      )}
    </Block>
  );
}
