import { useEffect, useState } from "react";
import { useLocation, useParams } from "wouter";

import { useShortcuts } from "../../app/keyboard";
import { useChords } from "../../chat/chords";
import { useCards } from "../../chat/data";
import { useRoom } from "../../chat/Duty";
import { Empty } from "../../parts/Empty";
import { useTexts } from "../../texts/texts";
import type { Scope } from "../../api/types";
import { AlertSettings } from "./AlertSettings";
import { CardList } from "./CardList";
import { Conversation } from "./Conversation";
import { Offers } from "./Offers";
import { WaitingList } from "./WaitingList";

/** Where customers are talked with: who waits and who is served, the talk, and who it is. */
export default function ChatsPage() {
  const texts = useTexts().chat;
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const room = useRoom();
  const [scope, setScope] = useState<Scope>("mine");
  const cards = useCards(scope).data ?? [];
  const [taken, setTaken] = useState<string | null>(null);
  const open = (conversation: string): void => go(`/chats/${conversation}`);
  const take = (conversation: string): void => {
    setTaken(conversation);
    open(conversation);
  };

  useEffect(() => {
    room.show(id ?? null);
    return () => room.show(null);
  }, [room, id]);

  const step = (by: 1 | -1): void => {
    const at = cards.findIndex((card) => card.id === id);
    const next = at < 0 ? cards[by > 0 ? 0 : cards.length - 1] : cards[(at + by + cards.length) % cards.length];
    if (next) open(next.id);
  };
  useShortcuts([
    { keys: "j", title: `${texts.keys.next} (Alt+↓)`, run: () => step(1) },
    { keys: "k", title: `${texts.keys.previous} (Alt+↑)`, run: () => step(-1) },
  ]);
  useChords([
    { code: "ArrowDown", with: "alt", run: () => step(1) },
    { code: "ArrowUp", with: "alt", run: () => step(-1) },
  ]);

  return (
    <div className={id ? "chats chats-open" : "chats"}>
      <h1 className="hidden">{texts.lists.middle}</h1>
      <div className="chats-left">
        <Offers opened={take} />
        <WaitingList opened={take} />
        <CardList cards={cards} scope={scope} onScope={setScope} openId={id ?? null} />
        <AlertSettings />
      </div>
      {id ? (
        <Conversation key={id} id={id} isTaken={id === taken} back={() => go("/chats")} />
      ) : (
        <div className="chats-none">
          <Empty>{texts.log.choose}</Empty>
        </div>
      )}
    </div>
  );
}
