import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "wouter";

import { post } from "../../api/client";
import { useMe } from "../../api/session";
import type { Items, Message } from "../../api/types";
import type { Thread } from "../../chat/thread";
import { ReasonDialog } from "../../parts/ReasonDialog";
import { fullTime, inChina } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { AttachmentView } from "./AttachmentView";

interface Props {
  message: Message;
  thread: Thread;
  canReveal: boolean;
  resized: () => void;
}

/** Who said it stands above in words; the side and the colour only repeat it. */
export function MessageBubble({ message, thread, canReveal, resized }: Props) {
  const words = useTexts().chat.log;
  const me = useMe();
  const isMe = message.author === "agent" && message.staff === me.number;
  const author =
    message.author === "agent"
      ? isMe
        ? words.me
        : message.staff === null
          ? words.inWecom
          : `${words.authors.agent} ${message.staff}`
      : words.authors[message.author];
  return (
    <article className={`entry entry-${message.author}`}>
      <p className="entry-head">
        <span className="entry-author">{author}</span>
        <time dateTime={message.at} title={fullTime(message.at)}>
          {inChina(Date.parse(message.at)).time}
        </time>
      </p>
      {message.text && !message.text.endsWith(message.attachment?.name ?? "\n") && (
        <div className="bubble">{message.text}</div>
      )}
      {message.attachment && (
        <AttachmentView attachment={message.attachment} conversation={thread.id} resized={resized} />
      )}
      {message.card && <CardView card={message.card} />}
      {message.buttons.length > 0 && (
        <p className="entry-buttons" aria-label={words.buttons}>
          {message.buttons.map((title) => (
            <span key={title}>{title}</span>
          ))}
        </p>
      )}
      {message.delivery !== null && message.delivery !== "sent" && (
        <p className={`entry-delivery entry-delivery-${message.delivery}`}>{words.delivery[message.delivery]}</p>
      )}
      {message.is_masked && <Covered thread={thread} canReveal={canReveal} />}
    </article>
  );
}

/** All messages are shown whole with one reason, until the conversation is left or they are covered again. */
function Covered({ thread, canReveal }: { thread: Thread; canReveal: boolean }) {
  const texts = useTexts();
  const words = texts.chat.log;
  const [isAsking, setAsking] = useState(false);
  const reveal = async (reason: string): Promise<void> => {
    const { items } = await post<Items<Message>>(`/conversations/${thread.id}/reveal`, { what: "messages", reason });
    thread.reveal(items);
  };
  return (
    <p className="entry-covered">
      <EyeInvisibleOutlined aria-hidden /> {words.masked}
      {canReveal && (
        <Button size="small" type="link" icon={<EyeOutlined aria-hidden />} onClick={() => setAsking(true)}>
          {words.show}
        </Button>
      )}
      {isAsking && (
        <ReasonDialog
          title={texts.frame.parts.revealTitle}
          hint={texts.frame.parts.revealWhy}
          onReason={reveal}
          onClose={() => setAsking(false)}
        />
      )}
    </p>
  );
}

/** What the customer saw as a card: its title, its rows, and the ticket that it is about. */
function CardView({ card }: { card: Record<string, unknown> }) {
  const words = useTexts().chat.log;
  const rows = Array.isArray(card["rows"]) ? (card["rows"] as { label?: unknown; value?: unknown }[]) : [];
  const number = typeof card["number"] === "string" ? card["number"] : "";
  const title = typeof card["title"] === "string" && card["title"] ? card["title"] : words.card;
  return (
    <div className="entry-card">
      <p>
        <b>{title}</b>{" "}
        {card["kind"] === "ticket" && number ? (
          <Link href={`/tickets/${encodeURIComponent(number)}`}>{number}</Link>
        ) : (
          number
        )}
      </p>
      {rows.length > 0 && (
        <dl>
          {rows.map((row, index) => (
            <div key={index}>
              <dt>{String(row.label ?? "")}</dt>
              <dd>{String(row.value ?? "")}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
