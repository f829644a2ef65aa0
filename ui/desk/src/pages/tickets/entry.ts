/** What is written in the form, and what the server is told. Pure functions. */

import type { NewTicket, TicketKind } from "../../api/types";

/** A day as the pickers hold it. */
export interface Picked {
  format(template: string): string;
}

export interface Written extends Omit<NewTicket, "entry_id" | "conversation" | "appeal"> {
  appeal?: {
    authority: string;
    external_number: string;
    dated?: Picked;
    received_on: Picked;
    due_on: Picked;
    complaint?: string;
  };
}

const BY_STAFF = ["hotline", "counter", "social", "supervision"];

/** `conversation`: of the customer in the chat whom the ticket is for. */
export function channelsFor(kind: TicketKind, conversation: string | null): readonly string[] {
  if (kind === "appeal") return ["authority"];
  if (conversation) return ["chat"];
  return kind === "callback" ? ["hotline", "counter"] : BY_STAFF;
}

/** Without what is empty. Days are China's, whatever the browser's own zone is. */
export function entryOf(written: Written, entryId: string, conversation: string | null): NewTicket {
  const { appeal, callback, ...rest } = written;
  const entry = { entry_id: entryId, ...filled(rest) } as NewTicket;
  if (conversation && written.kind !== "appeal") entry.conversation = conversation;
  if (appeal && written.kind === "appeal") {
    entry.appeal = filled({
      ...appeal,
      dated: appeal.dated && day(appeal.dated),
      received_on: day(appeal.received_on),
      due_on: day(appeal.due_on),
    }) as NonNullable<NewTicket["appeal"]>;
  }
  if (callback && written.kind === "callback") {
    entry.callback = callback;
  }
  return entry;
}

const day = (picked: Picked): string => picked.format("YYYY-MM-DD");

function filled(values: object): object {
  const kept = Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    const said = typeof value === "string" ? value.trim() : value;
    return said === "" || said === undefined || said === null || said === false ? [] : [[name, said]];
  });
  return Object.fromEntries(kept) as object;
}
