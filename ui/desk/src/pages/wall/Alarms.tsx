import { BellOutlined, CheckOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Link } from "wouter";

import { post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Alarm, WallQueue } from "../../api/types";
import { explain } from "../../parts/ErrorNote";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";

interface Props {
  alarms: readonly Alarm[];
  queues: readonly WallQueue[];
}

export function Alarms({ alarms, queues }: Props) {
  const texts = useTexts();
  const words = texts.wall.alarms;
  const client = useQueryClient();
  const { message } = App.useApp();
  const seen = useMutation({
    mutationFn: (id: number) => post(`/alarms/${id}/seen`),
    onError: (error) => void message.error(explain(error, texts)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      void client.invalidateQueries({ queryKey: keys.wall });
    },
  });
  return (
    <section className="panel" aria-labelledby="wall-alarms">
      <h2 id="wall-alarms">{words.title}</h2>
      {alarms.length === 0 && <p className="faint">{words.none}</p>}
      <ul className="alarms">
        {alarms.map((alarm) => (
          <li key={alarm.id} className={alarm.over_at || alarm.seen_at ? "alarm alarm-quiet" : "alarm"}>
            <BellOutlined aria-hidden />
            <span className="alarm-words">
              <b>{alarm.title}</b> <Place alarm={alarm} queues={queues} />
              <span className="faint">
                <Time at={alarm.raised_at} relative />
                {alarm.over_at && ` · ${words.over}`}
                {alarm.seen_by && ` · ${words.seenBy(alarm.seen_by)}`}
              </span>
            </span>
            {!alarm.seen_at && (
              <Button
                size="small"
                icon={<CheckOutlined aria-hidden />}
                aria-label={`${words.seen} ${alarm.title} ${placeOf(alarm, queues)}`}
                onClick={() => seen.mutate(alarm.id)}
              >
                {words.seen}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A ticket or an incident leads to its page. */
function Place({ alarm, queues }: { alarm: Alarm; queues: readonly WallQueue[] }) {
  const [kind = "", name = ""] = alarm.subject.split(":");
  if (kind === "ticket") return <Link href={`/tickets/${name}`}>{name}</Link>;
  if (kind === "surge") return <Link href="/surges">{`#${name}`}</Link>;
  return placeOf(alarm, queues);
}

/** The queue by its title, somebody by their number; anything else as it is called. */
function placeOf({ subject, detail }: Alarm, queues: readonly WallQueue[]): string {
  const [kind = "", name = ""] = subject.split(":");
  const queue = kind === "queue" ? name : detail["queue"];
  return queues.find((each) => each.name === queue)?.title ?? (kind === "staff" ? name : subject);
}
