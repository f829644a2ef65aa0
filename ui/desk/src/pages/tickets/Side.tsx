import { Link } from "wouter";

import { useMay } from "../../api/session";
import type { TicketPage } from "../../api/types";
import { Block } from "../../parts/Block";
import { Clock } from "../../parts/Clock";
import { Facts } from "../../parts/Facts";
import { Time } from "../../parts/Time";
import { fullTime, inChina } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { useVocabulary } from "./data";
import { Assignee } from "./marks";

interface Props {
  ticket: TicketPage;
}

export function Clocks({ ticket }: Props) {
  const texts = useTexts();
  const words = texts.tickets.page;
  const clocks = [...ticket.clocks].sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at));
  return (
    <Block name="clocks" title={words.clocks}>
      {clocks.length === 0 && <p className="faint">{words.noClocks}</p>}
      <ul className="clocks">
        {clocks.map((clock) => (
          <li key={clock.name + clock.starts_at + clock.due_at}>
            <span>{clock.title}</span>
            {clock.renews && <span className="faint">{texts.tickets.promises.renewed}</span>}
            {clock.paused_at ? (
              <span>{texts.tickets.promises.paused}</span>
            ) : (
              <Clock clock={{ due_at: clock.due_at, met_at: clock.met_at, missed_at: clock.missed_at }} />
            )}
            <span className="faint">{fullTime(clock.due_at)}</span>
          </li>
        ))}
      </ul>
    </Block>
  );
}

export function People({ ticket }: Props) {
  const texts = useTexts();
  const words = texts.tickets.page;
  const { yes, no } = texts.frame.parts;
  const complexities: Record<string, string> = words.complexities;
  return (
    <Block name="people" title={words.people}>
      <Facts
        facts={[
          [words.assignee, <Assignee key="" number={ticket.assignee} />],
          [words.department, ticket.department_title],
          [words.priority, ticket.priority],
          [words.complexity, ticket.complexity && (complexities[ticket.complexity] ?? ticket.complexity)],
          [texts.tickets.promises.severity, ticket.severity_title],
          [texts.tickets.promises.segment, ticket.segment_title],
          [words.created, <Time key="" at={ticket.created_at} />],
          [words.enteredBy, ticket.entered_by],
          [words.sms, ticket.is_told_by_sms ? yes : no],
        ]}
      />
    </Block>
  );
}

export function Links({ ticket }: Props) {
  const words = useTexts().tickets.page;
  const kinds: Record<string, string> = words.linkKinds;
  const statuses = useVocabulary().data?.statuses;
  const talks = useMay("talk");
  return (
    <Block name="links" title={words.links}>
      {ticket.merged_into && (
        <p>
          {words.mergedInto} <Link href={`/tickets/${ticket.merged_into}`}>{ticket.merged_into}</Link>
        </p>
      )}
      {ticket.repeat_of && (
        <p>
          {words.repeatOf} <Link href={`/tickets/${ticket.repeat_of}`}>{ticket.repeat_of}</Link>
        </p>
      )}
      {!ticket.merged_into && ticket.links.length === 0 && <p className="faint">{words.noLinks}</p>}
      <ul className="plain">
        {ticket.links.map(({ number, kind, status }) => (
          <li key={number + kind}>
            {kinds[kind] ?? kind} <Link href={`/tickets/${number}`}>{number}</Link>{" "}
            <span className="faint">{statuses?.find(({ name }) => name === status)?.title ?? status}</span>
          </li>
        ))}
      </ul>
      {ticket.conversation && talks && (
        <p>
          <Link href={`/chats/${ticket.conversation}`}>{words.openConversation}</Link>
        </p>
      )}
    </Block>
  );
}

export function CallbackBlock({ callback }: { callback: NonNullable<TicketPage["callback"]> }) {
  const words = useTexts().tickets.page;
  return (
    <Block name="callback" title={words.callback}>
      {fullTime(callback.starts_at)}–{inChina(Date.parse(callback.ends_at)).time}
    </Block>
  );
}
