import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useLocation } from "wouter";

import { keys } from "../api/keys";
import { useMay, useMe } from "../api/session";
import type { Message } from "../api/types";
import { live, useFrame, useLiveState } from "../app/live";
import { useTexts } from "../texts/texts";
import { beep, mayNotify, notify, whatIsWanted } from "./alerting";
import { alertFor, titled, type Event } from "./alerts";
import { useCards, useQueue } from "./data";
import { Room } from "./room";
import { BrowserStore } from "./store";

/** Milliseconds between two readings of the lists, however many hints come; and while there is no live connection. */
const LISTS_EVERY = 500;
const WITHOUT_LIVE = 5_000;

const RoomContext = createContext<Room | null>(null);

/** The room of who is signed in, and the component is drawn again with every change in it. */
export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error("nobody talks here");
  useSyncExternalStore(room.subscribe, () => room.version);
  return room;
}

interface Props {
  children: ReactNode;
}

/** On every page of somebody who talks with customers: what is unsent goes on, and what comes in calls them. */
export function Duty({ children }: Props) {
  return useMay("talk") ? <OnDuty key={useMe().number}>{children}</OnDuty> : children;
}

function OnDuty({ children }: Props) {
  const { number } = useMe();
  const [said, setSaid] = useState("");
  const heard = useRef<(id: string, messages: Message[]) => void>(() => undefined);
  const [room] = useState(
    () => new Room(number, new BrowserStore(), live, (id, messages) => heard.current(id, messages)),
  );
  useEffect(() => {
    heard.current = (id, messages) => {
      const last = messages.findLast((each) => each.author === "customer");
      if (last && id === room.openId) setSaid(last.text);
    };
  });
  useEffect(() => () => room.end(), [room]);
  useHints(room);
  useAlerts(room, setSaid);
  return (
    <RoomContext value={room}>
      {children}
      <div className="heard" role="status" aria-live="polite">
        {said}
      </div>
    </RoomContext>
  );
}

/** What the live connection says, and what is done without it. */
function useHints(room: Room): void {
  const client = useQueryClient();
  const state = useLiveState();
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lists = (): void => {
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      void client.invalidateQueries({ queryKey: keys.conversations });
    }, LISTS_EVERY);
  };
  useFrame("hello", () => room.catchUp());
  useFrame("conversation", ({ id }) => {
    room.hint(id);
    lists();
  });
  useFrame("typing", ({ id, on }) => room.typing(id, on));
  useEffect(() => {
    if (state === "open") return;
    const timer = setInterval(() => {
      room.catchUp();
      lists();
      void client.invalidateQueries({ queryKey: keys.queue });
    }, WITHOUT_LIVE);
    return () => clearInterval(timer);
  });
  useEffect(() => () => clearTimeout(pending.current), []);
}

function useAlerts(room: Room, say: (text: string) => void): void {
  const texts = useTexts().chat.alerts;
  const { number } = useMe();
  const [place, go] = useLocation();
  const cards = useCards("mine").data;
  const items = useQueue().data?.items;
  const unreadBefore = useRef<Map<string, number> | null>(null);
  const rangBefore = useRef<Set<number> | null>(null);

  const call = (event: Event, title: string, open: () => void): void => {
    const alert = alertFor(event, {
      isHidden: document.hidden,
      open: room.openId,
      isSound: whatIsWanted().sound,
      mayNotify: mayNotify(),
    });
    if (alert.notify) notify(title, alert.tag, open);
    if (alert.sound) beep();
  };

  useEffect(() => {
    if (!cards) return;
    room.hold(cards.map((each) => each.id));
    const before = unreadBefore.current;
    unreadBefore.current = new Map(cards.map((each) => [each.id, each.unread]));
    for (const card of before ? cards : []) {
      if (card.unread <= (before?.get(card.id) ?? 0)) continue;
      call({ kind: "message", conversation: card.id }, texts.message(card.label), () => go(`/chats/${card.id}`));
      if (card.id !== room.openId) say(texts.heard(card.label));
    }
  }, [cards]);

  const rings = items?.filter((each) => each.offered_to === number) ?? [];
  useEffect(() => {
    if (!items) return;
    const before = rangBefore.current;
    rangBefore.current = new Set(rings.map((each) => each.handoff));
    for (const ring of rings) {
      if (before?.has(ring.handoff)) continue;
      call({ kind: "offer", handoff: ring.handoff }, texts.offer, () => go("/chats"));
      say(texts.offer);
    }
  }, [items]);

  useFrame("alarm", () => call({ kind: "alarm" }, texts.alarm, () => go("/wall")));

  const waiting = rings.length + (cards?.reduce((sum, each) => sum + each.unread, 0) ?? 0);
  useEffect(() => {
    document.title = titled(document.title.replace(/^\(\d+\+?\) /, ""), waiting);
  }, [waiting, place]);
}
