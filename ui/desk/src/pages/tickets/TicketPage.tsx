import { ArrowLeftOutlined, CopyOutlined } from "@ant-design/icons";
import { App, Button, Tag } from "antd";
import { Link, useLocation, useParams } from "wouter";

import { ApiError } from "../../api/client";
import type { TicketPage as Ticket } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { ErrorNote } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";
import { About } from "./About";
import { Advice } from "./Advice";
import { Answers } from "./Answers";
import { AppealBlock } from "./AppealBlock";
import { useTicket } from "./data";
import { Findings } from "./Findings";
import { Marks } from "./marks";
import { CallbackBlock, Clocks, Links, People } from "./Side";
import { StepButtons } from "./StepButtons";
import { Loading } from "../../parts/Loading";
import { Timeline } from "./Timeline";

export default function TicketPage() {
  const texts = useTexts();
  const { number = "" } = useParams<{ number: string }>();
  const [, navigate] = useLocation();
  const { data: ticket, error, refetch } = useTicket(number);
  useShortcuts([{ keys: "u", title: texts.tickets.page.back, run: () => navigate("/tickets") }]);
  if (!ticket && !error) return <Loading whole />;
  return (
    <div className="page">
      {!ticket && <h1 className="page-title">{number}</h1>}
      {!(ticket && error instanceof ApiError && error.status === 0) && (
        <ErrorNote error={error} retry={() => void refetch()} />
      )}
      {ticket && (
        <>
          <Head ticket={ticket} />
          <div className="ticket">
            <div className="ticket-main">
              <About ticket={ticket} />
              <Answers ticket={ticket} />
              <Findings ticket={ticket} />
              <Timeline events={ticket.events} />
            </div>
            <aside className="ticket-side" aria-label={texts.tickets.page.steps}>
              <Clocks ticket={ticket} />
              <StepButtons ticket={ticket} />
              {ticket.appeal && <AppealBlock appeal={ticket.appeal} />}
              {ticket.callback && <CallbackBlock callback={ticket.callback} />}
              <People ticket={ticket} />
              <Links ticket={ticket} />
              <Advice number={ticket.number} />
            </aside>
          </div>
        </>
      )}
    </div>
  );
}

function Head({ ticket }: { ticket: Ticket }) {
  const texts = useTexts();
  const words = texts.tickets.page;
  const { message } = App.useApp();
  const copy = (): void => {
    void navigator.clipboard.writeText(ticket.number).then(() => message.success(words.copied));
  };
  return (
    <div className="page-head">
      <Link href="/tickets" className="back" aria-label={words.back}>
        <ArrowLeftOutlined aria-hidden />
      </Link>
      <h1 className="page-title number">{ticket.number}</h1>
      <Button
        type="text"
        size="small"
        aria-label={texts.frame.parts.copy}
        icon={<CopyOutlined aria-hidden />}
        onClick={copy}
      />
      <Tag>{ticket.kind_title}</Tag>
      <Tag color={ticket.is_missed ? "error" : "processing"}>{ticket.status_title}</Tag>
      <span>{ticket.category_title}</span>
      <Marks ticket={ticket} />
    </div>
  );
}
