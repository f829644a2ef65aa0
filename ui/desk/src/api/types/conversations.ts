/** Conversations with customers. */

import type { Items } from "./session";
import type { TicketRow } from "./tickets";

export type Emotion = "calm" | "upset" | "angry" | "distress";
export type Scope = "mine" | "recent" | "all";

export interface Card {
  id: string;
  handoff: number;
  status: "picked" | "closed";
  owner: string;
  staff: string | null;
  channel: string;
  label: string;
  reason: string;
  reason_title: string;
  queue: string;
  since: string;
  last: { author: string; text: string; at: string } | null;
  unread: number;
  emotion: Emotion;
}

export interface Verified {
  phone: string;
  method: string;
  until: string | null;
}

export interface Summary extends Card {
  verified: Verified | null;
  customer: { name_masked: string | null; since: string | null; age_band: string | null; flags: string[] };
  asked: { text: string; label: string; title: string; confidence: number } | null;
  slots: { name: string; title: string; value: string }[];
  concerns: { reason: string; title: string; at: string }[];
  tickets: TicketRow[];
  trigger: Record<string, unknown>;
  steps: { kind: string; title: string; staff: string | null; at: string; detail: Record<string, unknown> }[];
  earlier: { id: string; at: string; staff: string | null; outcome: string | null }[];
  can: {
    write: boolean;
    close: boolean;
    transfer: boolean;
    verify: boolean;
    reveal: boolean;
    barge: boolean;
    listen: boolean;
  };
}

export type Author = "customer" | "bot" | "system" | "agent";

export interface Message {
  id: number;
  author: Author;
  staff: string | null;
  text: string;
  buttons: string[];
  card: Record<string, unknown> | null;
  attachment: Attachment | null;
  at: string;
  /** The id that the agent's browser chose. */
  message_id: string | null;
  is_masked: boolean;
  /** What became of it where we send (WeChat); null: the customer reads it on our page. */
  delivery: "waiting" | "held" | "sent" | "given_up" | null;
}

export interface Messages extends Items<Message> {
  more: boolean;
}

export interface Attachment {
  id: string;
  name: string;
  media_type: string;
  size: number;
}

export interface Note {
  id: number;
  /** The reader's own notes: the id that their browser chose. */
  note_id: string | null;
  staff: string;
  text: string;
  at: string;
}

export type Outcome = "solved" | "ticket" | "unsolved";
export type Revealable = "phone" | "name" | "messages" | "slots";

export interface Revealed {
  value?: string;
  items?: unknown[];
}

export interface Reply {
  id: string;
  title: string;
  text: string;
  keys: string[];
}

export interface FilledReply {
  text: string;
  missing: string[];
}
