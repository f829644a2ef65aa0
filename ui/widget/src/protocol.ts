/**
 * What travels between the widget and `web/channels/socketio.py`: Rasa's socket.io events with fields of our own.
 *
 * Everything that comes from the network is read field by field: what has another shape than promised is left out and
 * never reaches the page.
 */

export type Author = "customer" | "bot" | "system" | "agent";
/** Who answers next: the assistant, nobody yet (a person was asked for), or a person. */
export type Owner = "bot" | "queue" | "agent";

export interface Button {
  title: string;
  payload: string;
}

export interface Row {
  label: string;
  value: string;
}

/** A promise of a ticket. `due` is ISO 8601; null only where the clock is met. */
export interface Clock {
  name: string;
  label: string;
  due: string | null;
  met: boolean;
}

export interface SummaryCard {
  kind: "summary";
  rows: Row[];
}

export interface TicketCard {
  kind: "ticket";
  number: string;
  category: string;
  stage: string;
  clocks: Clock[];
}

/** A row of figures. `share`, -1 to 1, draws a bar: what it is of the biggest one; below 0 is less than before. */
export interface Figure {
  label: string;
  value: string;
  share: number | null;
}

/** A bill, what changed of it, how much is used. */
export interface FiguresCard {
  kind: "figures";
  title: string;
  rows: Figure[];
  total: Row | null;
}

/** Proof that a request about personal data was carried out. */
export interface ReceiptCard {
  kind: "receipt";
  number: string;
  title: string;
  rows: Row[];
  /** The newest message of this conversation that was deleted by it; null: none was. */
  erased: number | null;
}

/** Something to open in a page of the server's own. */
export interface LinkCard {
  kind: "link";
  title: string;
  /** A path on the server. */
  path: string;
  /** ISO 8601, or null: no end. */
  until: string | null;
  /** Opened once, it is used up. */
  once: boolean;
}

/** What an answer rests on, folded; `path` leads to the whole of it. */
export interface SourcesCard {
  kind: "sources";
  title: string;
  lines: string[];
  /** A path on the server. */
  path: string;
}

export type Card = SummaryCard | TicketCard | FiguresCard | ReceiptCard | LinkCard | SourcesCard;

export interface Attachment {
  id: string;
  name: string;
  mediaType: string;
  /** bytes */
  size: number;
}

export interface Message {
  /** The server's number, growing; null from a server that does not number (stock Rasa). */
  id: number | null;
  author: Author;
  staff: string | null;
  text: string;
  buttons: Button[];
  card: Card | null;
  attachment: Attachment | null;
  /** ISO 8601, or null. */
  at: string | null;
  /** The id that the customer's widget gave its own message. */
  messageId: string | null;
  /** The customer's message that this one answers. */
  inReplyTo: string | null;
  /** True now and stored nowhere ("this takes longer"): it goes when the answer comes. */
  isTransient: boolean;
}

/** Of somebody who waits for a person. */
export interface Place {
  /** 1: next. */
  position: number;
  /** Seconds, about; null: nothing to go by. */
  estimate: number | null;
  isOpen: boolean;
  /** ISO 8601; null while it is open. */
  opensAt: string | null;
}

/** Who answers, and the number of the agent where one does. */
export interface Answering {
  owner: Owner;
  staff: string | null;
}

export interface Typing {
  on: boolean;
  by: "bot" | "agent";
}

export interface History {
  messages: Message[];
  answering: Answering | null;
  /** There are older ones. */
  more: boolean;
}

/** The answer to `user_uttered`. `retry`: the same message may be taken later, `after` so many seconds. */
export type Ack = { ok: true } | { ok: false; reason: string; retry: boolean; after: number };

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function list<T>(value: unknown, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.map(read).filter((item): item is T => item !== null);
}

function readButton(value: unknown): Button | null {
  const button = fields(value);
  const title = text(button?.["title"]);
  return button && title ? { title, payload: text(button["payload"]) || title } : null;
}

function readRow(value: unknown): Row | null {
  const row = fields(value);
  return row && text(row["label"]) ? { label: text(row["label"]), value: text(row["value"]) } : null;
}

function readFigure(value: unknown): Figure | null {
  const row = readRow(value);
  const share = fields(value)?.["share"];
  const drawn = typeof share === "number" && Number.isFinite(share) ? Math.max(-1, Math.min(1, share)) : null;
  return row && { ...row, share: drawn };
}

function readClock(value: unknown): Clock | null {
  const clock = fields(value);
  if (!clock || !text(clock["label"])) return null;
  const due = textOrNull(clock["due"]);
  const when = due !== null && isDate(due) ? due : null;
  const met = clock["met"] === true;
  return when === null && !met ? null : { name: text(clock["name"]), label: text(clock["label"]), due: when, met };
}

function readCard(value: unknown): Card | null {
  const card = fields(value);
  if (card?.["kind"] === "summary") return { kind: "summary", rows: list(card["rows"], readRow) };
  if (card?.["kind"] === "figures") {
    const rows = list(card["rows"], readFigure);
    return { kind: "figures", title: text(card["title"]), rows, total: readRow(card["total"]) };
  }
  if (card?.["kind"] === "ticket" && text(card["number"])) {
    return {
      kind: "ticket",
      number: text(card["number"]),
      category: text(card["category"]),
      stage: text(card["stage"]),
      clocks: list(card["clocks"], readClock),
    };
  }
  if (card?.["kind"] === "receipt" && text(card["number"])) {
    return {
      kind: "receipt",
      number: text(card["number"]),
      title: text(card["title"]),
      rows: list(card["rows"], readRow),
      erased: typeof card["erased"] === "number" ? card["erased"] : null,
    };
  }
  if (card?.["kind"] === "link") {
    const path = readPath(card["url"]);
    const until = textOrNull(card["until"]);
    if (path === null) return null;
    const once = card["once"] !== false;
    return { kind: "link", title: text(card["title"]), path, until: until && isDate(until) ? until : null, once };
  }
  if (card?.["kind"] === "sources") {
    const path = readPath(card["url"]);
    const lines = list(card["lines"], textOrNull);
    if (path === null || lines.length === 0 || !text(card["title"])) return null;
    return { kind: "sources", title: text(card["title"]), lines, path };
  }
  return null;
}

/** Nothing but a page of the server that the widget talks to; null: something else. */
function readPath(value: unknown): string | null {
  const path = text(value);
  return /^\/(?![/\\])[\w\-./?=&#]*$/.test(path) ? path : null;
}

function isDate(value: string): boolean {
  return Number.isFinite(Date.parse(value));
}

function readAttachment(value: unknown): Attachment | null {
  const attachment = fields(value);
  if (!attachment || !text(attachment["id"])) return null;
  return {
    id: text(attachment["id"]),
    name: text(attachment["name"]),
    mediaType: text(attachment["media_type"]),
    size: typeof attachment["size"] === "number" ? attachment["size"] : 0,
  };
}

function readAuthor(value: unknown): Author {
  return value === "customer" || value === "system" || value === "agent" ? value : "bot";
}

export function readOwner(value: unknown): Owner | null {
  return value === "bot" || value === "queue" || value === "agent" ? value : null;
}

/** A `bot_uttered`, or one message of `history`. */
export function readMessage(value: unknown): Message | null {
  const message = fields(value);
  if (!message) return null;
  return {
    id: typeof message["id"] === "number" ? message["id"] : null,
    author: readAuthor(message["author"]),
    staff: textOrNull(message["staff"]),
    text: text(message["text"]),
    buttons: list(message["quick_replies"] ?? message["buttons"], readButton),
    card: readCard(message["card"]),
    attachment: readAttachment(message["attachment"]),
    at: textOrNull(message["at"]),
    messageId: textOrNull(message["message_id"]),
    inReplyTo: textOrNull(message["in_reply_to"]),
    isTransient: message["transient"] === true,
  };
}

export function readHistory(value: unknown): History {
  const history = fields(value);
  return {
    messages: list(history?.["messages"], readMessage),
    answering: readAnswering(value),
    more: history?.["more"] === true,
  };
}

/** Null: no answer that says whether the server has the message. */
export function readAck(value: unknown): Ack | null {
  const ack = fields(value);
  if (ack?.["ok"] === true) return { ok: true };
  if (ack?.["ok"] !== false) return null;
  const after = typeof ack["after"] === "number" ? ack["after"] : 0;
  return { ok: false, reason: text(ack["reason"]), retry: ack["retry"] === true, after };
}

/** The `reason` of `refused`, of a refused connection, or of problem details. */
export function readReason(value: unknown): string {
  return text(fields(value)?.["reason"]);
}

/** Problem details: our `reason`, `detail` for developers, and `message` for the customer. */
export function readRefusal(value: unknown): { reason: string; detail: string; told: string } {
  const refusal = fields(value);
  return { reason: readReason(value), detail: text(refusal?.["detail"]), told: text(refusal?.["message"]) };
}

export function readTyping(value: unknown): Typing {
  const typing = fields(value);
  return { on: typing?.["on"] === true, by: typing?.["by"] === "agent" ? "agent" : "bot" };
}

/** An `owner` event, or what a `history` says of it. */
export function readAnswering(value: unknown): Answering | null {
  const event = fields(value);
  const owner = readOwner(event?.["owner"]);
  return owner && { owner, staff: owner === "agent" ? textOrNull(event?.["staff"]) : null };
}

export function readPlace(value: unknown): Place | null {
  const place = fields(value);
  const position = place?.["position"];
  if (!place || typeof position !== "number" || !Number.isInteger(position) || position < 1) return null;
  const estimate = place["estimate_seconds"];
  const opensAt = textOrNull(place["opens_at"]);
  return {
    position,
    estimate: typeof estimate === "number" && estimate >= 0 ? estimate : null,
    isOpen: place["is_open"] !== false,
    opensAt: opensAt !== null && isDate(opensAt) ? opensAt : null,
  };
}
