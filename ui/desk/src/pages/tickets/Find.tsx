import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useRef, useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { TicketRow, Tickets } from "../../api/types";
import { useShortcuts } from "../../app/keyboard";
import { Block } from "../../parts/Block";
import { ErrorNote } from "../../parts/ErrorNote";
import { TicketTag } from "../../parts/TicketTag";
import { Time } from "../../parts/Time";
import { useTexts } from "../../texts/texts";
import { StepDrawer } from "./StepDrawer";

const MOST = 10;

/** Before a second ticket is filed about the same matter: the first one can be urged from here. */
export function Find() {
  const texts = useTexts();
  const words = texts.tickets.entry;
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const [urged, setUrged] = useState<TicketRow | null>(null);
  const field = useRef<HTMLInputElement | null>(null);
  const { data, error, isFetching } = useQuery({
    queryKey: [...keys.tickets, "find", q],
    queryFn: () => get<Tickets>("/tickets", { q, limit: MOST }),
    enabled: Boolean(q),
  });
  useShortcuts([{ keys: "/", title: texts.frame.keys.search, run: () => field.current?.focus() }]);
  const find = (): void => setQ(typed.trim());
  return (
    <Block title={words.find}>
      <p className="hint">{words.findHint}</p>
      <div className="find">
        <Input
          ref={(input) => {
            field.current = input?.input ?? null;
          }}
          value={typed}
          maxLength={60}
          aria-label={texts.tickets.list.search}
          placeholder={texts.tickets.list.search}
          onChange={(event) => setTyped(event.target.value)}
          onPressEnter={find}
        />
        <Button loading={isFetching} onClick={find}>
          {words.findButton}
        </Button>
      </div>
      <ErrorNote error={error} />
      <div role="status">{data && (data.items.length ? words.found(data.items.length) : words.foundNone)}</div>
      <ul className="plain">
        {data?.items.map((row) => (
          <li key={row.number} className="found">
            <TicketTag ticket={row} />
            <span>{row.category_title}</span>
            <span className="faint">
              <Time at={row.created_at} />
            </span>
            <Button size="small" onClick={() => setUrged(row)}>
              {words.urge}
            </Button>
          </li>
        ))}
      </ul>
      {urged && (
        <StepDrawer
          ticket={{ number: urged.number, complexity: null, needs_findings: false }}
          step="urge"
          onClose={() => setUrged(null)}
        />
      )}
    </Block>
  );
}
