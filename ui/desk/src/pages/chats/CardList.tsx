import { ExclamationCircleOutlined, FrownOutlined, HeartOutlined } from "@ant-design/icons";
import { Segmented } from "antd";
import type { ReactNode } from "react";
import { Link } from "wouter";

import { useMay, useMe } from "../../api/session";
import type { Card, Emotion, Scope } from "../../api/types";
import { useCards } from "../../chat/data";
import { useRoom } from "../../chat/Duty";
import { answerUrgency, clock, seconds } from "../../chat/waiting";
import { useNow } from "../../parts/now";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";

const SIGNS: Partial<Record<Emotion, ReactNode>> = {
  upset: <FrownOutlined aria-hidden />,
  angry: <ExclamationCircleOutlined aria-hidden />,
  distress: <HeartOutlined aria-hidden />,
};

interface Props {
  cards: readonly Card[];
  scope: Scope;
  onScope: (scope: Scope) => void;
  openId: string | null;
}

export function CardList({ cards, scope, onScope, openId }: Props) {
  const texts = useTexts().chat;
  const me = useMe();
  const mine = useCards("mine").data;
  const words = texts.cards;
  const scopes: { value: Scope; label: string }[] = [
    { value: "mine", label: words.mine },
    { value: "recent", label: words.recent },
    ...(useMay("supervise") ? [{ value: "all" as const, label: words.all }] : []),
  ];
  return (
    <section className="talks" aria-labelledby="cards-title">
      <h2 id="cards-title" className="side-title">
        {words.title}
        <span className="side-count">{mine && texts.presence.load(mine.length, me.load_limit)}</span>
      </h2>
      <Segmented
        block
        size="small"
        aria-label={words.scope}
        options={scopes}
        value={scope}
        onChange={onScope}
        className="talks-scope"
      />
      {cards.length === 0 && <p className="side-empty">{words.empty}</p>}
      <ul className="talk-list">
        {cards.map((card) => (
          <li key={card.id}>
            <CardRow card={card} isOpen={card.id === openId} isForeign={card.staff !== me.number} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  card: Card;
  isOpen: boolean;
  isForeign: boolean;
}

function CardRow({ card, isOpen, isForeign }: RowProps) {
  const texts = useTexts().chat;
  const words = texts.cards;
  const room = useRoom();
  return (
    <Link
      href={`/chats/${card.id}`}
      className={isOpen ? "talk-card talk-card-open" : "talk-card"}
      aria-current={isOpen || undefined}
    >
      <span className="talk-card-top">
        <b className="talk-card-label">{card.label}</b>
        <EmotionMark emotion={card.emotion} />
        {card.unread > 0 && (
          <span className="talk-card-unread">
            <span aria-hidden>{card.unread}</span>
            <span className="hidden">{words.unread(card.unread)}</span>
          </span>
        )}
        {card.last && (
          <span className="talk-card-at">
            <Time at={card.last.at} relative />
          </span>
        )}
      </span>
      <span className="talk-card-last">{card.last ? card.last.text || words.attachment : card.reason_title}</span>
      <span className="talk-card-foot">
        {isForeign && <span>{card.staff ?? words.nobody}</span>}
        {room.hasUnsent(card.id) && <span className="talk-card-unsent">{words.unsent}</span>}
        {card.status === "picked" && card.last?.author === "customer" && <AnswerDue since={card.last.at} />}
      </span>
    </Link>
  );
}

/** By sign, colour and word; a calm customer has none. */
export function EmotionMark({ emotion }: { emotion: Emotion }) {
  const words = useTexts().chat.emotions;
  const sign = SIGNS[emotion];
  if (!sign) return null;
  return (
    <span className={`emotion emotion-${emotion}`}>
      {sign} {words[emotion]}
    </span>
  );
}

/** How long the customer has waited for the next words. */
function AnswerDue({ since }: { since: string }) {
  const texts = useTexts().chat;
  const waited = seconds(since, useNow());
  const level = answerUrgency(waited);
  return (
    <span className={`wait wait-${level}`}>
      {texts.cards.waiting(clock(waited))} {texts.urgency[level]}
    </span>
  );
}
