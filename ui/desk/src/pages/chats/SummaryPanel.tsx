import { ArrowLeftOutlined, CheckCircleOutlined, QuestionCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { Link } from "wouter";

import { post } from "../../api/client";
import type { Revealable, Revealed, Summary, TicketRow } from "../../api/types";
import { Clock } from "../../parts/Clock";
import { nextClock } from "../../parts/countdown";
import { Masked } from "../../parts/Masked";
import { ReasonDialog } from "../../parts/ReasonDialog";
import { TicketTag } from "../../parts/TicketTag";
import { Time } from "../../parts/Time";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { EmotionMark } from "./CardList";

interface Props {
  summary: Summary;
  close: () => void;
}

/** All that is known already, on one screen: nobody has to ask the customer again. */
export function SummaryPanel({ summary, close }: Props) {
  const words = useTexts().chat;
  return (
    <>
      <header className="details-head">
        <Button
          className="details-back"
          type="text"
          icon={<ArrowLeftOutlined aria-hidden />}
          aria-label={words.actions.back}
          onClick={close}
        />
        <h2 id="details-title">{words.summary.title}</h2>
      </header>
      <Who summary={summary} />
      <Wish summary={summary} />
      <Slots summary={summary} />
      <Tickets summary={summary} />
      <Concerns summary={summary} />
      <Past summary={summary} />
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="detail">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function reveal(summary: Summary, what: Revealable): ((reason: string) => Promise<string>) | undefined {
  if (!summary.can.reveal) return undefined;
  return async (reason) => (await post<Revealed>(`/conversations/${summary.id}/reveal`, { what, reason })).value ?? "";
}

function Who({ summary }: { summary: Summary }) {
  const words = useTexts().chat.summary;
  const { verified, customer } = summary;
  return (
    <Section title={words.who}>
      {verified ? (
        <>
          <p className="verified">
            <CheckCircleOutlined aria-hidden /> {words.verified}
            {verified.until && <span className="faint"> {words.until(fullTime(verified.until).slice(11))}</span>}
          </p>
          <p>
            {words.phone} <Masked value={verified.phone} title={words.phone} onReveal={reveal(summary, "phone")} />
          </p>
        </>
      ) : (
        <p className="unverified">
          <QuestionCircleOutlined aria-hidden /> {words.unverified}
        </p>
      )}
      {customer.name_masked && (
        <p>
          {words.name} <Masked value={customer.name_masked} title={words.name} onReveal={reveal(summary, "name")} />
        </p>
      )}
      {(customer.since || customer.age_band) && (
        <p className="faint">
          {[
            customer.since && words.since(customer.since.slice(0, 10)),
            customer.age_band && `${words.age} ${customer.age_band}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      )}
      {customer.flags.length > 0 && (
        <p className="flags">
          {customer.flags.map((flag) => (
            <span key={flag}>{words.flags[flag] ?? flag}</span>
          ))}
        </p>
      )}
    </Section>
  );
}

function Wish({ summary }: { summary: Summary }) {
  const words = useTexts().chat.summary;
  const { asked, trigger } = summary;
  const sure = (value: unknown): string => words.confidence(Math.round(Number(value) * 100));
  const told = Object.entries(asked ? { ...trigger, confidence: undefined } : trigger)
    .filter(([name, value]) => name in words.triggers && (typeof value === "string" || typeof value === "number"))
    .map(([name, value]) => (name === "confidence" ? sure(value) : `${words.triggers[name] ?? name} ${String(value)}`));
  return (
    <Section title={words.reason}>
      <p>
        <b>{summary.reason_title}</b> <EmotionMark emotion={summary.emotion} />
      </p>
      {told.length > 0 && <p className="faint">{told.join(" · ")}</p>}
      {asked && (
        <div className="asked">
          <p className="faint">
            {words.asked} {asked.title} · {sure(asked.confidence)}
          </p>
          <blockquote>{asked.text}</blockquote>
        </div>
      )}
    </Section>
  );
}

function Slots({ summary }: { summary: Summary }) {
  const texts = useTexts();
  const words = texts.chat.summary;
  const [shown, setShown] = useState<Summary["slots"] | null>(null);
  const [isAsking, setAsking] = useState(false);
  if (summary.slots.length === 0) return null;
  const show = async (reason: string): Promise<void> => {
    const { items } = await post<Revealed>(`/conversations/${summary.id}/reveal`, { what: "slots", reason });
    setShown((items ?? []) as Summary["slots"]);
  };
  return (
    <Section title={words.known}>
      <dl className="slots">
        {(shown ?? summary.slots).map((slot) => (
          <div key={slot.name}>
            <dt>{slot.title}</dt>
            <dd>{slot.value}</dd>
          </div>
        ))}
      </dl>
      {summary.can.reveal && (
        <Button size="small" type="link" onClick={() => (shown ? setShown(null) : setAsking(true))}>
          {shown ? texts.frame.parts.hide : texts.frame.parts.show}
        </Button>
      )}
      {isAsking && (
        <ReasonDialog
          title={texts.frame.parts.revealTitle}
          hint={texts.frame.parts.revealWhy}
          onReason={show}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

function Tickets({ summary }: { summary: Summary }) {
  const words = useTexts().chat.summary;
  return (
    <Section title={words.tickets}>
      {summary.tickets.length === 0 && <p className="faint">{words.noTickets}</p>}
      <ul className="detail-tickets">
        {summary.tickets.map((ticket) => (
          <TicketLine key={ticket.number} ticket={ticket} />
        ))}
      </ul>
      <Link href={`/tickets/new?conversation=${summary.id}`}>{words.newTicket}</Link>
    </Section>
  );
}

function TicketLine({ ticket }: { ticket: TicketRow }) {
  const clock = nextClock(ticket.clocks);
  return (
    <li>
      <TicketTag ticket={ticket} />
      <span className="detail-category">{ticket.category_title}</span>
      {clock && <Clock clock={clock} />}
    </li>
  );
}

function Concerns({ summary }: { summary: Summary }) {
  const words = useTexts().chat.summary;
  if (summary.concerns.length === 0) return null;
  return (
    <Section title={words.concerns}>
      <ul className="concerns">
        {summary.concerns.map((each) => (
          <li key={each.reason}>
            <WarningOutlined aria-hidden /> {each.title} <Time at={each.at} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Past({ summary }: { summary: Summary }) {
  const texts = useTexts().chat;
  const words = texts.summary;
  const outcomes: Record<string, string> = texts.close.outcomes;
  return (
    <>
      <Section title={words.steps}>
        <ol className="history">
          {summary.steps.map((step, index) => (
            <li key={index}>
              <Time at={step.at} /> {words.steps_[step.kind] ?? step.title} {step.staff}
            </li>
          ))}
        </ol>
      </Section>
      {summary.earlier.length > 0 && (
        <Section title={words.earlier}>
          <ul className="history">
            {summary.earlier.map((each) => (
              <li key={each.id}>
                <Time at={each.at} /> {each.staff} · {outcomes[each.outcome ?? ""] ?? words.outcomeUnknown}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
