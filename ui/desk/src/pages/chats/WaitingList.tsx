import { App, Button } from "antd";

import { useMe } from "../../api/session";
import type { QueueItem, QueueState } from "../../api/types";
import { useQueue, useTake } from "../../chat/data";
import { clock, seconds, urgency } from "../../chat/waiting";
import { ErrorNote, explain } from "../../parts/ErrorNote";
import { useNow } from "../../parts/now";
import { useTexts } from "../../texts/texts";

interface Props {
  opened: (conversation: string) => void;
}

/** Everybody who waits, the next one first, by queue. */
export function WaitingList({ opened }: Props) {
  const words = useTexts().chat.queue;
  const { data, error, refetch } = useQueue();
  const { number } = useMe();
  // What rings at me stands above, as the offer.
  const items = data?.items.filter((item) => item.offered_to !== number) ?? [];
  const queues = data?.queues.filter((queue) => items.some((item) => item.queue === queue.name)) ?? [];
  return (
    <section className="waiting" aria-labelledby="waiting-title">
      <h2 id="waiting-title" className="side-title">
        {words.title}
        <span className="side-count">{data?.queues.reduce((sum, queue) => sum + queue.waiting, 0)}</span>
      </h2>
      <ErrorNote error={error} retry={() => void refetch()} />
      {data?.items.length === 0 && <p className="side-empty">{words.empty}</p>}
      {queues.map((queue) => (
        <QueueOf
          key={queue.name}
          queue={queue}
          items={items.filter((each) => each.queue === queue.name)}
          opened={opened}
        />
      ))}
    </section>
  );
}

interface QueueProps extends Props {
  queue: QueueState;
  items: readonly QueueItem[];
}

function QueueOf({ queue, items, opened }: QueueProps) {
  const words = useTexts().chat.queue;
  return (
    <>
      <h3 className="waiting-queue">
        {queue.title}
        {!queue.is_open && ` · ${words.closed}`}
      </h3>
      <ul className="waiting-list">
        {items.map((item) => (
          <Waiting key={item.handoff} item={item} opened={opened} />
        ))}
      </ul>
    </>
  );
}

function Waiting({ item, opened }: Props & { item: QueueItem }) {
  const texts = useTexts();
  const words = texts.chat.queue;
  const me = useMe();
  const { message } = App.useApp();
  const waited = seconds(item.requested_at, useNow());
  const level = urgency(waited);
  const take = useTake(opened);
  const isElsewhere = item.offered_to !== null && item.offered_to !== me.number;
  return (
    <li className="waiting-item">
      <span className="waiting-place">{item.position}</span>
      <span className="waiting-who">
        <span className="waiting-label">{item.label}</span>
        <span className="faint">
          {item.reason_title}
          {item.is_mine_before && ` · ${words.known}`}
          {isElsewhere && ` · ${words.ringsAt(item.offered_to ?? "")}`}
        </span>
      </span>
      <span className={`wait wait-${level}`} title={words.urgency[level]}>
        <span className="hidden">{words.wait}</span>
        {clock(waited)}
        <span className="wait-word">{words.urgency[level]}</span>
      </span>
      <Button
        size="small"
        loading={take.isPending}
        aria-label={`${words.take} ${item.label}`}
        onClick={() => take.mutate(item.handoff, { onError: (error) => void message.error(explain(error, texts)) })}
      >
        {words.take}
      </Button>
    </li>
  );
}
