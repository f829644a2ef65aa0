import { ApiError, get, post, upload as sendFile } from "../api/client";
import type { Items, Message, Messages, Note, PromiseWarning } from "../api/types";
import { Outbox, type Pending } from "./outbox";
import { Sender, type Answer, type Outlet, type SendState } from "./sender";
import type { Store } from "./store";
import { Thread } from "./thread";
import type { Upload } from "./timeline";
import { TypingSign } from "./typing";

/** What of the live connection is used. */
export interface Wire {
  readonly state: string;
  typing(conversation: string, on: boolean): void;
  watch(conversations: readonly string[]): void;
}

/** Milliseconds before a reading that failed, or a file that could not go up, is tried again. */
const AGAIN = 3_000;
/** While nobody is signed in there is no hurry. */
const SIGNED_OUT = 10_000;
/** Milliseconds for an answer; a connection that died without a word never gives one. */
const PATIENCE = 15_000;
const FILE_PATIENCE = 120_000;
const PATH = "/conversations";

/** What one person says and reads on this page. Lives as long as they are signed in, whichever page is shown. */
export class Room implements Outlet {
  /** Grows with every change. */
  version = 0;
  private readonly threads = new Map<string, Thread>();
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly sign: TypingSign;
  private readonly listeners = new Set<() => void>();
  private readonly read = new Map<string, number>();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private open: string | null = null;
  private mine: readonly string[] = [];
  private isClosed = false;

  constructor(
    person: string,
    store: Store,
    private readonly wire: Wire,
    /** New messages in a conversation that was read before. */
    private readonly heard: (conversation: string, messages: Message[]) => void,
  ) {
    this.outbox = new Outbox(store, person);
    this.sender = new Sender(this.outbox, this);
    this.sign = new TypingSign((conversation, on) => this.wire.typing(conversation, on));
    this.sender.restore();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly changed = (): void => {
    this.version++;
    this.listeners.forEach((listener) => listener());
  };

  /** Whether something is written here that the server does not have yet. */
  hasUnsent(conversation: string): boolean {
    return this.outbox.all().some((each) => each.conversation === conversation);
  }

  get openId(): string | null {
    return this.open;
  }

  thread(id: string): Thread {
    let thread = this.threads.get(id);
    if (!thread) {
      const source = {
        messages: (conversation: string, cursor: { after?: number; before?: number }) =>
          within(PATIENCE, get<Messages>(`${PATH}/${conversation}/messages`, cursor)),
        notes: async (conversation: string) =>
          (await within(PATIENCE, get<Items<Note>>(`${PATH}/${conversation}/notes`))).items,
      };
      thread = new Thread(id, source, this.changed, (messages) => this.heard(id, messages));
      this.threads.set(id, thread);
    }
    return thread;
  }

  /** Shown on the page from now on; null: none is. */
  show(id: string | null): void {
    if (id === this.open) return;
    this.sign.stop();
    if (this.open !== null) this.threads.get(this.open)?.cover();
    this.open = id;
    this.watch();
    if (id !== null) this.refresh(this.thread(id));
  }

  /** The conversations that this person has; of others nothing is kept but what is open. */
  hold(ids: readonly string[]): void {
    this.mine = ids;
    for (const id of this.threads.keys()) {
      if (!ids.includes(id) && id !== this.open && !this.outbox.all().some((each) => each.conversation === id))
        this.threads.delete(id);
    }
    this.watch();
  }

  /** The server says that something is new in it. */
  hint(id: string): void {
    const thread = this.threads.get(id);
    if (thread && (thread.state !== "empty" || id === this.open)) this.refresh(thread);
  }

  /** The connection is back, or was never good: everything is read on from where it stood, and what waits goes. */
  catchUp(): void {
    this.sender.wake();
    for (const id of this.threads.keys()) this.hint(id);
    for (const thread of this.threads.values())
      thread.timeline.waitingUploads.forEach((each) => void this.up(thread, each));
  }

  typing(id: string, on: boolean): void {
    this.threads.get(id)?.showTyping(on);
  }

  typed(id: string, text: string): void {
    this.sign.typed(id, text);
  }

  say(conversation: string, text: string, kind: Pending["kind"] = "message"): void {
    this.sign.stop();
    const messageId = crypto.randomUUID();
    this.sender.push({ messageId, conversation, kind, text, confirmed: false, at: this.outbox.writtenAt() });
  }

  attach(conversation: string, file: File): void {
    const upload: Upload = {
      messageId: crypto.randomUUID(),
      file,
      at: this.outbox.writtenAt(),
      state: { kind: "waiting" },
    };
    void this.up(this.thread(conversation), upload);
  }

  /** Said in spite of the warning. */
  confirm(conversation: string, messageId: string): void {
    if (!this.sender.confirm(messageId)) this.drop(conversation, messageId);
  }

  /** Not said; what it was, to be changed. */
  takeBack(conversation: string, messageId: string): string {
    const pending = this.sender.discard(messageId);
    this.drop(conversation, messageId);
    return pending?.text ?? "";
  }

  /** A message that was refused, or a file: gone from the page. */
  drop(conversation: string, messageId: string): void {
    this.thread(conversation).timeline.discard(messageId);
    this.changed();
  }

  /** What is on the screen has been read. */
  markRead(id: string): void {
    const to = this.threads.get(id)?.readTo ?? 0;
    if (to === 0 || (this.read.get(id) ?? 0) >= to) return;
    this.read.set(id, to);
    post(`${PATH}/${id}/read`, { to }).catch(() => this.read.delete(id));
  }

  /** Signed out: nothing more goes from here; what is unsent stays for the next time. */
  end(): void {
    this.isClosed = true;
    this.sender.stop();
    this.sign.stop();
    this.timers.forEach(clearTimeout);
    this.listeners.clear();
  }

  // What the sender asks for.

  async deliver(pending: Pending): Promise<Answer> {
    const { conversation, messageId, text, confirmed, kind } = pending;
    const thread = this.thread(conversation);
    try {
      if (kind === "note") {
        const body = { note_id: messageId, text };
        thread.timeline.takeNotes([await within(PATIENCE, post<Note>(`${PATH}/${conversation}/notes`, body))]);
      } else {
        const body = { message_id: messageId, text, ...(confirmed ? { confirmed } : {}) };
        thread.timeline.take([await within(PATIENCE, post<Message>(`${PATH}/${conversation}/messages`, body))]);
      }
      return { kind: "stored" };
    } catch (error) {
      return answerTo(error);
    }
  }

  moved(pending: Pending, state: SendState): void {
    this.thread(pending.conversation).timeline.move(pending, state);
    this.changed();
  }

  private async up(thread: Thread, upload: Upload): Promise<void> {
    const move = (state: SendState) => {
      thread.timeline.moveUpload({ ...upload, state });
      this.changed();
    };
    move({ kind: "sending" });
    try {
      const fields = { file: upload.file, message_id: upload.messageId };
      const sent = sendFile<Message>(`${PATH}/${thread.id}/files`, fields);
      thread.timeline.take([await within(FILE_PATIENCE, sent)]);
      move({ kind: "stored" });
    } catch (error) {
      const answer = answerTo(error);
      if (answer.kind === "refused") return move(answer);
      if (answer.kind !== "later") return;
      move({ kind: "waiting" });
      this.later(() => {
        const still = thread.timeline.waitingUploads.find((each) => each.messageId === upload.messageId);
        if (still) void this.up(thread, still);
      }, answer.after || AGAIN);
    }
  }

  private refresh(thread: Thread): void {
    thread.reread().catch((error: unknown) => {
      // Refused for good: it is nobody's business of this person any more.
      if (answerTo(error).kind === "later") this.later(() => this.hint(thread.id), AGAIN);
    });
  }

  private watch(): void {
    this.wire.watch([...new Set([...this.mine, ...(this.open === null ? [] : [this.open])])]);
  }

  private later(work: () => void, milliseconds: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isClosed) work();
    }, milliseconds);
    this.timers.add(timer);
  }
}

function answerTo(error: unknown): Answer {
  // Broken off in the middle of the answer: nobody knows whether it arrived.
  if (!(error instanceof ApiError)) return { kind: "later", after: 0 };
  const { status, reason, message, problem } = error;
  if (status === 401) return { kind: "later", after: SIGNED_OUT };
  // The token is renewed with the next reading of who is signed in.
  if (status === 0 || status >= 500 || status === 429 || status === 408 || reason === "csrf")
    return { kind: "later", after: 0 };
  if (status === 409 && reason === "promise")
    return { kind: "promise", warnings: (problem["warnings"] as PromiseWarning[] | undefined) ?? [] };
  return { kind: "refused", reason, detail: message };
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError(0, "network", "no answer in time")), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
