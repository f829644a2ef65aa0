/** What may be worth calling somebody back to the page for. */
export type Event = { kind: "offer"; handoff: number } | { kind: "message"; conversation: string } | { kind: "alarm" };

export interface Surroundings {
  isHidden: boolean;
  /** The conversation that is open on the page. */
  open: string | null;
  isSound: boolean;
  mayNotify: boolean;
}

export interface Alert {
  notify: boolean;
  sound: boolean;
  /** A newer one under the same name replaces the older: no pile. */
  tag: string;
}

function tagOf(event: Event): string {
  switch (event.kind) {
    case "offer":
      return `quanyi-offer-${event.handoff}`;
    case "message":
      return `quanyi-conversation-${event.conversation}`;
    case "alarm":
      return "quanyi-alarm";
  }
}

/**
 * A window of the system's only when the page is not seen. The sound also when it is, unless the message stands in the
 * conversation that is looked at.
 */
export function alertFor(event: Event, now: Surroundings): Alert {
  const isSeen = !now.isHidden && event.kind === "message" && event.conversation === now.open;
  return { notify: now.isHidden && now.mayNotify, sound: now.isSound && !isSeen, tag: tagOf(event) };
}

/** The tab's title: how much waits, then where one is. */
export function titled(title: string, waiting: number): string {
  return waiting > 0 ? `(${waiting > 99 ? "99+" : waiting}) ${title}` : title;
}
