import type { Attachment, Author, Button, Card, Message, TicketCard } from "./protocol.js";

/**
 * How far a message or file of the customer has come. `waiting`: not on its way (no connection); `sending`: on its way;
 * `delivered`: the server has stored it; `refused`: the server will not take it as it is.
 */
export type State = "waiting" | "sending" | "delivered" | "refused";

/** One bubble. */
export interface Entry {
  /** Stable over the entry's life: the customer's message id, or one made from the server's number. */
  readonly key: string;
  id: number | null;
  author: Author;
  staff: string | null;
  /** As it was sent; a payload when a button was chosen. */
  text: string;
  /** What stands in the bubble when it differs from `text`: the title of the button. */
  title: string | null;
  buttons: Button[];
  card: Card | null;
  attachment: Attachment | null;
  /** The customer's message that this one answers. */
  inReplyTo: string | null;
  /** The customer's file on its way up. */
  file: File | null;
  /** Part of `file` that is up, 0 to 1. */
  progress: number;
  at: string;
  /** null: not the customer's. */
  state: State | null;
  /** Why it was refused, as a word of the protocol … */
  reason: string;
  /** … and in the server's words for the customer, where it has some. */
  told: string;
}

/** The bubbles in their order, put together from what the customer writes and what the server tells, twice or late. */
export class Conversation {
  private list: Entry[] = [];
  private readonly places = new Map<string, number>();
  private unnumbered = 0;

  get entries(): readonly Entry[] {
    return this.list;
  }

  /** The server's number of the first message that is known here, or null. */
  get firstId(): number | null {
    return this.list.reduce<number | null>(
      (first, { id }) => (first === null || (id ?? first) < first ? id : first),
      null,
    );
  }

  /** The server's number of the newest message that somebody said to the customer, or null. */
  get newestTold(): number | null {
    return this.list.reduce<number | null>(
      (newest, { id, author }) => (author !== "customer" && id !== null && id > (newest ?? 0) ? id : newest),
      null,
    );
  }

  find(key: string): Entry | undefined {
    return this.list.find((entry) => entry.key === key);
  }

  /** A message or file that the customer has just written here. */
  write(key: string, at: string, what: Partial<Entry>): Entry {
    const known = this.find(key);
    if (known) return known;
    const entry: Entry = { ...blank(key, "customer", at), state: "waiting", ...what };
    this.insert(entry);
    return entry;
  }

  /** A message from the server; one that is already here is completed. Returns whether it is new. */
  take(message: Message, now: string): boolean {
    const known = this.known(message);
    if (known) {
      complete(known, message);
      this.place(known);
      return false;
    }
    const key = message.messageId ?? (message.id === null ? `n${++this.unnumbered}` : `s${message.id}`);
    const entry = blank(key, message.author, message.at ?? now);
    complete(entry, message);
    this.insert(entry);
    const asked = message.inReplyTo === null ? undefined : this.find(message.inReplyTo);
    // Answered before it was acknowledged.
    if (asked && asked.id === null && isUnderWay(asked)) this.mark(asked, "delivered");
    return true;
  }

  /** The customer's message or file has come this far. */
  mark(entry: Entry, state: State, reason = "", told = ""): void {
    const isThrough = isUnderWay(entry) && state !== "waiting" && state !== "sending";
    Object.assign(entry, { state, reason, told });
    if (isThrough && entry.id === null) {
      // The server has it now, so it stands behind what the server had before, and before what answers it.
      const answer = this.list.find((later) => later.inReplyTo === entry.key);
      this.places.set(entry.key, answer?.id ? answer.id - STEP : this.lastPlace() + STEP);
    }
    this.sort();
  }

  remove(key: string): void {
    this.list = this.list.filter((entry) => entry.key !== key);
  }

  /** Everything that the server has told goes; what it has not stored yet stays, in its order. */
  forgetStored(): void {
    this.list = this.list.filter((entry) => entry.state !== null && entry.state !== "delivered");
    this.list.forEach((entry, index) => this.places.set(entry.key, (index + 1) * STEP));
  }

  clear(): void {
    this.list = [];
  }

  /**
   * Deleted on the server at the customer's wish, up to this one: gone here too. What the customer wrote here has no
   * number until a history brings it, but it has its place.
   */
  erase(upTo: number): void {
    this.list = this.list.filter((entry) => isUnderWay(entry) || this.placeOf(entry) > upTo);
  }

  /**
   * The buttons of the newest answer can be chosen until the customer has said something after it. A photo says nothing:
   * the question stays open.
   */
  openButtons(entry: Entry): readonly Button[] {
    if (entry.buttons.length === 0) return [];
    const after = this.list.slice(this.list.indexOf(entry) + 1);
    if (after.some((later) => later.author === "customer" && !later.attachment && !later.file)) return [];
    return after.some((later) => later.buttons.length > 0 && later.inReplyTo !== entry.inReplyTo) ? [] : entry.buttons;
  }

  /** The newest that is known of a ticket: an older card must not count a clock that has been met since. */
  newestCard(number: string): TicketCard | null {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const card = this.list[i]?.card;
      if (card?.kind === "ticket" && card.number === number) return card;
    }
    return null;
  }

  private known(message: Message): Entry | undefined {
    return this.list.find(
      (entry) =>
        (message.messageId !== null && entry.key === message.messageId) ||
        (message.id !== null && entry.id === message.id),
    );
  }

  private insert(entry: Entry): void {
    this.places.set(entry.key, entry.id ?? ++this.unnumbered * STEP + this.lastPlace());
    this.list.push(entry);
    this.sort();
  }

  private place(entry: Entry): void {
    if (entry.id === null) return;
    this.places.set(entry.key, entry.id);
    this.sort();
  }

  private lastPlace(): number {
    return this.list.reduce((last, entry) => (isUnderWay(entry) ? last : Math.max(last, this.placeOf(entry))), 0);
  }

  private placeOf(entry: Entry): number {
    return this.places.get(entry.key) ?? 0;
  }

  /** By number; what the server does not have yet stands behind everything that it has. */
  private sort(): void {
    const isLate = (entry: Entry): number => (isUnderWay(entry) ? 1 : 0);
    this.list = [...this.list].sort(
      (one, other) => isLate(one) - isLate(other) || this.placeOf(one) - this.placeOf(other),
    );
  }
}

/** Between two entries that have no numbers; the server's numbers are whole. */
const STEP = 0.001;

function isUnderWay(entry: Entry): boolean {
  return entry.id === null && (entry.state === "waiting" || entry.state === "sending");
}

function blank(key: string, author: Author, at: string): Entry {
  return {
    key,
    id: null,
    author,
    staff: null,
    text: "",
    title: null,
    buttons: [],
    card: null,
    attachment: null,
    inReplyTo: null,
    file: null,
    progress: 0,
    at,
    state: null,
    reason: "",
    told: "",
  };
}

function complete(entry: Entry, message: Message): void {
  entry.id = message.id ?? entry.id;
  entry.author = message.author;
  entry.staff = message.staff ?? entry.staff;
  entry.text = message.text || entry.text;
  entry.buttons = message.buttons.length > 0 ? message.buttons : entry.buttons;
  entry.card = message.card ?? entry.card;
  entry.attachment = message.attachment ?? entry.attachment;
  entry.inReplyTo = message.inReplyTo;
  entry.at = message.at ?? entry.at;
  if (message.author === "customer") entry.state = "delivered";
}
