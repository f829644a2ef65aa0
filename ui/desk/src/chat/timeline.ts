import { inChina } from "../parts/times";
import type { SendState } from "./sender";
import type { Pending } from "./outbox";
import type { Message, Note, PromiseWarning } from "../api/types";

/** What stands in the conversation, from top to bottom. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; message: Message }
  | { kind: "note"; key: string; note: Note }
  | { kind: "pending"; key: string; pending: Pending; state: SendState }
  | { kind: "upload"; key: string; upload: Upload };

/** A file on its way; it does not outlive the page. */
export interface Upload {
  messageId: string;
  file: File;
  at: string;
  state: SendState;
}

/** One conversation, put together from what the server tells, twice or late, and what is on its way to it. */
export class Timeline {
  private readonly messages = new Map<number, Message>();
  private readonly notes = new Map<number, Note>();
  private readonly pending = new Map<string, { pending: Pending; state: SendState }>();
  private readonly uploads = new Map<string, Upload>();
  private known: readonly Row[] | null = null;

  /** Whether there may be older ones on the server. */
  hasEarlier = false;

  get firstId(): number | null {
    return this.messages.size === 0 ? null : Math.min(...this.messages.keys());
  }

  get lastId(): number | null {
    return this.messages.size === 0 ? null : Math.max(...this.messages.keys());
  }

  /** The last message of the customer; null: nothing yet. */
  get lastOfCustomer(): Message | null {
    const theirs = [...this.messages.values()].filter((each) => each.author === "customer");
    return theirs.reduce<Message | null>((last, each) => (last && last.id > each.id ? last : each), null);
  }

  /** Returns the new ones. What is revealed here stays so, although the server tells it covered the next time. */
  take(messages: readonly Message[]): Message[] {
    const fresh: Message[] = [];
    for (const message of messages) {
      const old = this.messages.get(message.id);
      if (!old) fresh.push(message);
      if (!old || old.is_masked || !message.is_masked) this.messages.set(message.id, message);
      if (message.message_id !== null) {
        this.pending.delete(message.message_id);
        this.uploads.delete(message.message_id);
      }
    }
    this.known = null;
    return fresh;
  }

  takeNotes(notes: readonly Note[]): void {
    for (const note of notes) {
      this.notes.set(note.id, note);
      if (note.note_id) this.pending.delete(note.note_id);
    }
    this.known = null;
  }

  move(pending: Pending, state: SendState): void {
    // A message that is stored is here as the server has it.
    if (state.kind === "stored") this.pending.delete(pending.messageId);
    else this.pending.set(pending.messageId, { pending, state });
    this.known = null;
  }

  moveUpload(upload: Upload): void {
    if (upload.state.kind === "stored") this.uploads.delete(upload.messageId);
    else this.uploads.set(upload.messageId, upload);
    this.known = null;
  }

  /** Files that wait for the connection. */
  get waitingUploads(): readonly Upload[] {
    return [...this.uploads.values()].filter((each) => each.state.kind === "waiting");
  }

  discard(messageId: string): void {
    this.pending.delete(messageId);
    this.uploads.delete(messageId);
    this.known = null;
  }

  /** Unmasked texts are not kept longer than they are looked at. */
  cover(masked: readonly Message[]): void {
    masked.forEach((message) => this.messages.set(message.id, message));
    this.known = null;
  }

  /** What the person must decide about before anything else goes. */
  get held(): { pending: Pending; warnings: readonly PromiseWarning[] } | null {
    for (const { pending, state } of this.pending.values()) {
      if (state.kind === "held") return { pending, warnings: state.warnings };
    }
    return null;
  }

  /** The server's in its order with the notes at their time, then what is on its way; a line before each day. */
  rows(): readonly Row[] {
    return (this.known ??= withDays([...this.stored(), ...this.underWay()]));
  }

  private stored(): Row[] {
    const messages = [...this.messages.values()].sort((one, other) => one.id - other.id);
    const notes = [...this.notes.values()].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    const rows: Row[] = [];
    let next = 0;
    // A note from before the page that is loaded belongs to an older page.
    const since = this.hasEarlier && messages[0] ? Date.parse(messages[0].at) : -Infinity;
    const push = (note: Note) => rows.push({ kind: "note", key: `n${note.id}`, note });
    const shown = notes.filter((note) => Date.parse(note.at) >= since);
    for (const message of messages) {
      while (next < shown.length && Date.parse(shown[next]!.at) < Date.parse(message.at)) push(shown[next++]!);
      rows.push({ kind: "message", key: `m${message.id}`, message });
    }
    while (next < shown.length) push(shown[next++]!);
    return rows;
  }

  private underWay(): Row[] {
    const pending = [...this.pending.values()].map((each): Row => ({
      kind: "pending",
      key: each.pending.messageId,
      ...each,
    }));
    const uploads = [...this.uploads.values()].map((upload): Row => ({
      kind: "upload",
      key: upload.messageId,
      upload,
    }));
    return [...pending, ...uploads].sort((one, other) => atOf(one).localeCompare(atOf(other)));
  }
}

function atOf(row: Row): string {
  switch (row.kind) {
    case "day":
      return row.at;
    case "message":
      return row.message.at;
    case "note":
      return row.note.at;
    case "pending":
      return row.pending.at;
    case "upload":
      return row.upload.at;
  }
}

function withDays(rows: readonly Row[]): Row[] {
  const shown: Row[] = [];
  let day = "";
  for (const row of rows) {
    const at = atOf(row);
    const its = inChina(Date.parse(at)).day;
    if (its !== day) {
      day = its;
      shown.push({ kind: "day", key: `d${day}-${row.key}`, at });
    }
    shown.push(row);
  }
  return shown;
}
