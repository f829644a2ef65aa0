import { PaperClipOutlined } from "@ant-design/icons";

import { PREFIX, post } from "../../api/client";
import { useMay } from "../../api/session";
import type { TicketPage } from "../../api/types";
import { Block } from "../../parts/Block";
import { Facts } from "../../parts/Facts";
import { size } from "../../parts/files";
import { Masked } from "../../parts/Masked";
import { useTexts } from "../../texts/texts";
import { ticketPath, useVocabulary } from "./data";

type Hidden = "line" | "contact" | "address" | "description" | "since" | "wish" | "speed_test" | "outcome";

/** What the customer said, masked, and their files. */
export function About({ ticket }: { ticket: TicketPage }) {
  const { page: words, entry } = useTexts().tickets;
  const areas: Record<string, string> = entry.areas;
  const mayReveal = useMay("reveal") && ticket.can.includes("reveal");
  const channels = useVocabulary().data?.channels;
  const masked = (what: Hidden, title: string, value: string | null) =>
    value && (
      <Masked
        value={value}
        title={title}
        onReveal={mayReveal ? (reason) => reveal(ticket.number, what, reason) : undefined}
      />
    );
  return (
    <Block name="about" title={words.about}>
      <div className="words">{masked("description", words.description, ticket.description)}</div>
      <Facts
        facts={[
          [words.since, masked("since", words.since, ticket.since)],
          [words.wish, masked("wish", words.wish, ticket.wish)],
          [words.line, masked("line", words.line, ticket.line_masked)],
          [words.contact, masked("contact", words.contact, ticket.contact_masked)],
          [words.address, masked("address", words.address, ticket.address_masked)],
          [words.area, ticket.area && (areas[ticket.area] ?? ticket.area)],
          [words.speedTest, masked("speed_test", words.speedTest, ticket.speed_test)],
          [words.partner, ticket.partner],
          [words.channel, channels?.find(({ name }) => name === ticket.channel)?.title ?? ticket.channel],
          [words.outcome, masked("outcome", words.outcome, ticket.outcome)],
        ]}
      />
      {ticket.evidence.length > 0 && (
        <>
          <h3 className="small-head">{words.evidence}</h3>
          <ul className="plain">
            {ticket.evidence.map((file) => (
              <li key={file.id}>
                <a
                  href={`${PREFIX}${ticketPath(ticket.number)}/files/${encodeURIComponent(file.id)}`}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  <PaperClipOutlined aria-hidden /> {file.name}
                </a>{" "}
                <span className="faint">{size(file.size)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Block>
  );
}

async function reveal(number: string, what: Hidden, reason: string): Promise<string> {
  const told = await post<Record<Hidden, string | null>>(`${ticketPath(number)}/reveal`, { what: [what], reason });
  return told[what] ?? "—";
}
