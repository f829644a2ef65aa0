import { BellOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, Progress } from "antd";

import { useMe } from "../../api/session";
import type { QueueItem } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { useChords } from "../../chat/chords";
import { useQueue, useRefuse, useTake } from "../../chat/data";
import { explain } from "../../parts/ErrorNote";
import { useNow } from "../../parts/now";
import { useTexts } from "../../texts/texts";

/** Seconds for which an offer rings. */
const RINGS = 20;
const WHYS = ["busy", "skill", "conflict"] as const;

interface Props {
  opened: (conversation: string) => void;
}

/** The customer who rings at this agent; taken or refused with one key from anywhere on the page. */
export function Offers({ opened }: Props) {
  const texts = useTexts();
  const words = texts.chat;
  const me = useMe();
  const { message } = App.useApp();
  const now = useNow();
  const items = useQueue().data?.items ?? [];
  const take = useTake(opened);
  const refuse = useRefuse();
  const isRinging = (each: QueueItem): boolean =>
    each.offered_to === me.number && (each.offered_until === null || Date.parse(each.offered_until) > now);
  const offers = items.filter(isRinging);
  const failed = (error: unknown): void => void message.error(explain(error, texts));
  const accept = (offer: QueueItem | undefined): void => {
    if (offer && !take.isPending) take.mutate(offer.handoff, { onError: failed });
  };
  const decline = (offer: QueueItem | undefined, reason: string): void => {
    if (offer && !refuse.isPending) refuse.mutate({ handoff: offer.handoff, reason }, { onError: failed });
  };
  const first = offers[0];
  useChords([
    { code: "KeyA", with: "alt", run: () => accept(first) },
    { code: "KeyR", with: "alt", run: () => decline(first, "busy") },
  ]);
  useShortcuts([
    { keys: "Alt+A", title: words.keys.accept, run: () => accept(first) },
    { keys: "Alt+R", title: words.keys.refuse, run: () => decline(first, "busy") },
  ]);

  return offers.map((offer) => {
    const left = offer.offered_until ? Math.max(0, Math.ceil((Date.parse(offer.offered_until) - now) / 1000)) : null;
    return (
      <section key={offer.handoff} className="offer" aria-label={words.offer.title}>
        <p className="offer-title">
          <BellOutlined aria-hidden /> {words.offer.title}
        </p>
        <p>
          <b>{offer.label}</b> · {offer.reason_title}
          {offer.is_mine_before && <span className="offer-known">{words.offer.known}</span>}
        </p>
        {left !== null && (
          <p className="offer-left">
            <Progress percent={(left / RINGS) * 100} showInfo={false} size="small" aria-hidden />
            {words.offer.left(left)}
          </p>
        )}
        <p className="offer-buttons">
          <Button type="primary" loading={take.isPending} onClick={() => accept(offer)} aria-keyshortcuts="Alt+A">
            {words.offer.accept}
          </Button>
          <Dropdown
            trigger={["click"]}
            menu={{
              items: WHYS.map((why) => ({ key: why, label: words.offer.whys[why] })),
              onClick: ({ key }) => decline(offer, key),
            }}
          >
            <Button loading={refuse.isPending} aria-keyshortcuts="Alt+R">
              {words.offer.refuse}
            </Button>
          </Dropdown>
        </p>
      </section>
    );
  });
}
