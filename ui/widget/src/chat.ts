import { Conversation } from "./conversation.js";
import { fitting, objection, type Files } from "./evidence.js";
import { uuid } from "./ids.js";
import type { Line, Listener } from "./line.js";
import { Outbox } from "./outbox.js";
import type { Answering, History, Message, Owner, Place, Typing as TypingEvent } from "./protocol.js";
import { Seen } from "./seen.js";
import { Sender } from "./sender.js";
import type { Store } from "./storage.js";
import { Typing } from "./typing.js";

/** `off`: not opened yet; `lost`: the connection is gone, or was refused, and is being sought again. */
export type Link = "off" | "connecting" | "ready" | "lost";

/** What the customer must be told besides. */
export type Notice = "session_ended" | "too_many" | "busy" | "";

/** Milliseconds after which a typing sign without an end is taken back. */
const TYPING_PATIENCE = 120_000;
/** The same for an agent, who is said to write again and again while they do. */
const AGENT_PATIENCE = 8_000;
/** Milliseconds that a page takes to show the history. */
const HISTORY_SHOWN = 1_000;
/** Milliseconds by which the two clocks may differ before it matters to a countdown. */
const CLOCK_TOLERANCE = 30_000;

/** One customer's conversation: what is said, what is on its way, who answers. Knows nothing of the page. */
export class Chat implements Listener {
  link: Link = "off";
  owner: Owner = "bot";
  /** Number of the agent who answers. */
  staff: string | null = null;
  /** While a person is waited for. */
  place: Place | null = null;
  notice: Notice = "";
  isTyping = false;
  isAgentTyping = false;
  /** What the server says while the answer takes longer; it is in no history. */
  meanwhile: Message | null = null;
  /** The history has come and been shown; what comes now is news, to be read out to whoever does not see it. */
  isSettled = false;
  hasEarlier = false;
  readonly conversation = new Conversation();
  /** Milliseconds to add to this device's clock to have the server's. */
  skew = 0;

  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly tokenName: string;
  /** Kept while the conversation is one of somebody who is logged in on the page. */
  private readonly knownName: string;
  private token: string | null;
  private readonly typing: Typing;
  private readonly seen: Seen;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private agentTypingEnds: ReturnType<typeof setTimeout> | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private lastWritten = 0;
  /** Never stored: it says who is logged in on the page now. */
  private identity: string | null = null;

  /** `changed` is called after every change, `heard` for every live message that is not the customer's. */
  constructor(
    readonly server: string,
    private readonly store: Store,
    private readonly line: Line,
    private readonly files: Files,
    private readonly changed: () => void,
    private readonly heard: (message: Message) => void,
    /** `identityRefused` is called with the reason, in words for the page's developer. */
    private readonly identityRefused: (detail: string) => void,
  ) {
    this.tokenName = `${server}|session`;
    this.knownName = `${server}|known`;
    this.token = store.get(this.tokenName);
    this.outbox = new Outbox(store, server);
    this.sender = new Sender(line, this.outbox, this.conversation, changed);
    this.typing = new Typing((on) => line.tellTyping(on));
    this.seen = new Seen((messageId) => (this.link === "ready" ? line.tellSeen(messageId) : Promise.resolve(false)));
  }

  /** Brings back what was written before a reload and is not sent yet; whether there is any. */
  restore(): boolean {
    return this.sender.restore();
  }

  connect(): void {
    if (this.link !== "off") return;
    this.link = "connecting";
    this.line.connect(this);
    this.changed();
  }

  /** The network is back, or the page in view again: no reason to wait for the next try. */
  wake(): void {
    if (this.link === "lost") this.line.reconnect();
  }

  disconnect(): void {
    this.line.close();
    this.sender.stop();
    this.link = "off";
    this.typing.stop();
    this.seen.stop();
    clearTimeout(this.typingEnds);
    clearTimeout(this.agentTypingEnds);
    clearTimeout(this.settling);
  }

  /** Who is logged in on the page now, signed by its server; null: nobody. */
  identify(identity: string | null): void {
    // Also by loading a page where nobody is logged in any more.
    const isLogout = identity === null && (this.identity !== null || this.store.get(this.knownName) !== null);
    const isOpen = this.link !== "off";
    this.identity = identity;
    if (identity !== null) this.store.set(this.knownName, "true");
    // The next person at this computer must not read it.
    if (isLogout) this.forget();
    if (isLogout && isOpen) this.connect();
    else if (this.link === "ready") this.line.askSession(this.token, identity);
  }

  /** The customer is writing; only an agent is told. */
  writes(isEmpty: boolean): void {
    if (this.owner === "agent" && this.link === "ready") this.typing.changed(isEmpty);
  }

  /** Whether the newest message is in view of somebody. */
  shows(isInView: boolean): void {
    this.seen.shows(isInView ? this.conversation.newestTold : null);
  }

  /** `title`: what the customer sees when `text` is the payload of a button. */
  say(text: string, title: string | null = null): void {
    // Said once is enough; what comes now belongs to the new conversation.
    if (this.notice === "session_ended") this.notice = "";
    this.typing.stop();
    this.sender.push({ messageId: uuid(), text, title, at: this.writtenAt() });
    this.changed();
  }

  /** Sends a file; returns why not if it cannot be sent at all, else an empty string. */
  async attach(file: File): Promise<string> {
    const fit = await fitting(file);
    const why = objection(fit);
    if (why) return why;
    const entry = this.conversation.write(uuid(), this.writtenAt(), { file: fit });
    this.changed();
    await this.upload(entry.key);
    return "";
  }

  /** Sends again what was refused: a file under its id, words as a new message. */
  again(key: string): void {
    const entry = this.conversation.find(key);
    if (!entry) return;
    if (entry.file) {
      this.conversation.mark(entry, "waiting");
      void this.upload(key);
    } else {
      this.conversation.remove(key);
      this.say(entry.text, entry.title);
    }
    this.changed();
  }

  discard(key: string): void {
    this.outbox.remove(key);
    this.conversation.remove(key);
    this.changed();
  }

  askEarlier(): void {
    const first = this.conversation.firstId;
    if (first !== null) this.line.askEarlier(first);
  }

  picture(id: string): Promise<Blob> {
    return this.token === null ? Promise.reject(new Error("no session")) : this.files.load(id, this.token);
  }

  /** A page to keep or to print. */
  receipt(number: string): Promise<Blob> {
    return this.token === null ? Promise.reject(new Error("no session")) : this.files.receipt(number, this.token);
  }

  /** Nothing of the conversation stays on this device; the next message opens another one. */
  forget(): void {
    this.disconnect();
    this.clear();
    this.changed();
  }

  private renew(): void {
    this.clear();
    if (this.identity !== null) this.store.set(this.knownName, "true");
  }

  private clear(): void {
    this.sender.stop();
    this.store.remove(this.knownName);
    this.store.remove(this.tokenName);
    this.token = null;
    this.outbox.clear();
    this.conversation.clear();
    this.seen.clear();
    this.answer({ owner: "bot", staff: null });
    this.notice = "";
    this.meanwhile = null;
    this.isTyping = this.isSettled = this.hasEarlier = false;
  }

  /** The token of the session; null before there is one. */
  get session(): string | null {
    return this.token;
  }

  // What the line tells.

  onConnected(): void {
    this.line.askSession(this.token, this.identity);
  }

  onLost(reason: string): void {
    this.sender.stop();
    this.link = "lost";
    this.showTyping(false);
    this.showAgentTyping(false);
    if (reason) this.notice = reason === "too_many_sockets" ? "too_many" : "busy";
    this.changed();
  }

  onSession(token: string): void {
    this.token = token;
    this.store.set(this.tokenName, token);
    this.link = "ready";
    if (this.notice !== "session_ended") this.notice = "";
    this.sender.start(token);
    this.seen.connected();
    this.conversation.entries.forEach((entry) => void this.upload(entry.key));
    this.changed();
  }

  onHistory(history: History): void {
    const now = new Date().toISOString();
    history.messages.forEach((message) => this.conversation.take(message, now));
    history.messages.forEach((message) => this.erase(message));
    const [first] = history.messages;
    if (first && first.id === this.conversation.firstId) this.hasEarlier = history.more;
    if (history.answering) this.answer(history.answering);
    if (this.notice === "busy") this.notice = "";
    if (!this.isSettled) this.settle(history.messages.length === 0 ? 0 : HISTORY_SHOWN);
    this.changed();
  }

  onMessage(message: Message): void {
    if (message.at) this.compareClocks(Date.parse(message.at));
    this.meanwhile = message.isTransient ? message : null;
    if (!message.isTransient) {
      const isNew = this.conversation.take(message, new Date().toISOString());
      this.erase(message);
      if (message.author === "agent") this.showAgentTyping(false);
      if (isNew && message.author !== "customer") this.heard(message);
    }
    this.changed();
  }

  onOwner(answering: Answering): void {
    this.answer(answering);
    this.changed();
  }

  onPlace(place: Place): void {
    this.place = place;
    this.changed();
  }

  onTyping({ on, by }: TypingEvent): void {
    if (by === "agent") this.showAgentTyping(on);
    else this.showTyping(on);
    this.changed();
  }

  /** A session that is refused is followed by a new one; anything else is tried again by the server or by the sender. */
  onRefused(reason: string, detail: string): void {
    if (reason.startsWith("identity")) {
      if (reason === "identity_other") this.renew(); // the session was another user's; a new one follows
      this.identityRefused(detail);
    } else if (reason === "session") {
      this.token = null;
      this.conversation.forgetStored();
      this.notice = "session_ended";
    } else {
      this.notice = "busy";
    }
    this.changed();
  }

  private async upload(key: string): Promise<void> {
    const entry = this.conversation.find(key);
    if (!entry?.file || entry.state !== "waiting" || this.link !== "ready" || this.token === null) return;
    this.conversation.mark(entry, "sending");
    entry.progress = 0;
    this.changed();
    const sent = await this.files.send(entry.file, key, this.token, (part) => {
      entry.progress = part;
      this.changed();
    });
    if (sent.ok) this.conversation.mark(entry, "delivered");
    // Cut on the way: it goes up again with the next connection.
    else if (sent.retry && this.link !== "ready") this.conversation.mark(entry, "waiting");
    else this.conversation.mark(entry, "refused", sent.reason, sent.told);
    this.changed();
  }

  private erase({ card }: Message): void {
    if (card?.kind !== "receipt" || card.erased === null) return;
    this.conversation.erase(card.erased);
    this.hasEarlier = false;
  }

  private settle(after: number): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.isSettled = true;
      this.changed();
    }, after);
  }

  private answer({ owner, staff }: Answering): void {
    this.owner = owner;
    this.staff = staff;
    if (owner !== "queue") this.place = null;
    if (owner !== "agent") this.showAgentTyping(false);
  }

  private showTyping(on: boolean): void {
    clearTimeout(this.typingEnds);
    this.isTyping = on;
    if (on) this.typingEnds = setTimeout(() => this.onTyping({ on: false, by: "bot" }), TYPING_PATIENCE);
    else this.meanwhile = null;
  }

  private showAgentTyping(on: boolean): void {
    clearTimeout(this.agentTypingEnds);
    this.isAgentTyping = on;
    if (on) this.agentTypingEnds = setTimeout(() => this.onTyping({ on: false, by: "agent" }), AGENT_PATIENCE);
  }

  private compareClocks(server: number): void {
    const difference = server - Date.now();
    this.skew = Math.abs(difference) > CLOCK_TOLERANCE ? difference : 0;
  }

  /** Growing, also for two messages within a millisecond: it is the order of the outbox. */
  private writtenAt(): string {
    this.lastWritten = Math.max(Date.now(), this.lastWritten + 1);
    return new Date(this.lastWritten).toISOString();
  }
}
