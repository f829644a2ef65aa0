import { useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";

import { post } from "../../api/client";
import type { FilledReply, Reply } from "../../api/types";
import { useReplies } from "../../chat/data";
import { found } from "../../chat/replies";
import { explain } from "../../parts/ErrorNote";
import { useTexts } from "../../texts/texts";

interface Picker {
  isOpen: boolean;
  /** Whether the key was meant for the list. */
  pressed: (event: KeyboardEvent) => boolean;
  list: ReactNode;
  /** For the field, which keeps the focus. */
  aria: Record<string, string | boolean | undefined>;
}

/** Canned replies above the field while `query` is searched for; null: closed. */
export function useReplyPicker(conversation: string, query: string | null, taken: (text: string) => void): Picker {
  const texts = useTexts();
  const words = texts.chat.replies;
  const id = useId();
  const { message } = App.useApp();
  const replies = useReplies().data ?? [];
  const [place, setPlace] = useState({ query, at: 0 });
  const [closedFor, setClosedFor] = useState<string | null>(null);
  const isOpen = query !== null && query !== closedFor;
  const fitting = isOpen ? found(replies, query) : [];
  // Another search begins at its first row.
  const at = place.query === query ? Math.min(place.at, Math.max(0, fitting.length - 1)) : 0;

  const fill = useMutation({
    mutationFn: (reply: Reply) => post<FilledReply>(`/replies/${reply.id}/fill`, { conversation }),
    onSuccess: ({ text, missing }) => {
      taken(text);
      if (missing.length > 0) void message.warning(words.missing(missing.join("、")));
    },
    onError: (error) => void message.error(explain(error, texts)),
  });

  const pressed = (event: KeyboardEvent): boolean => {
    if (!isOpen) return false;
    if (event.key === "Escape") setClosedFor(query);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      setPlace({ query, at: (at + by + fitting.length) % Math.max(1, fitting.length) });
    } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
      const reply = fitting[at];
      if (!reply) return event.key === "Enter";
      fill.mutate(reply);
    } else return false;
    return true;
  };

  const list = isOpen && (
    <div className="replies">
      <p className="faint replies-hint">{fitting.length > 0 ? words.hint : words.none}</p>
      <ul id={id} role="listbox" aria-label={words.title}>
        {fitting.map((reply, index) => (
          <li
            key={reply.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={index === at ? "reply reply-chosen" : "reply"}
            ref={(element) => void (index === at && element?.scrollIntoView({ block: "nearest" }))}
            onMouseDown={(event) => {
              event.preventDefault();
              fill.mutate(reply);
            }}
          >
            <kbd>/{reply.id}</kbd> <b>{reply.title}</b>
            <span className="reply-text">{reply.text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
  const aria = isOpen
    ? {
        role: "combobox",
        "aria-expanded": true,
        "aria-controls": id,
        "aria-autocomplete": "list",
        "aria-activedescendant": fitting.length > 0 ? `${id}-${at}` : undefined,
      }
    : {};
  return { isOpen, pressed, list, aria };
}
