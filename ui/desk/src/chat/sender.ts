import type { Outbox, Pending } from "./outbox";
import type { PromiseWarning } from "../api/types";

/** Milliseconds before what the server could not take yet is sent again; the last one repeats. */
const PAUSES = [1_000, 2_000, 5_000, 10_000];

/** What became of one try. */
export type Answer =
  | { kind: "stored" }
  /** Nobody can say whether it arrived, or the server asks for patience: again, under the same id. */
  | { kind: "later"; after: number }
  | { kind: "promise"; warnings: PromiseWarning[] }
  | { kind: "refused"; reason: string; detail: string };

export interface Outlet {
  /** Sends it; what the server stored is taken into the conversation before the answer comes back. */
  deliver(pending: Pending): Promise<Answer>;
  /** How far it has come has changed. */
  moved(pending: Pending, state: SendState): void;
}

/** `waiting`: will be tried again; `held`: the person decides about a promise in it; `refused`: will not be taken. */
export type SendState =
  | { kind: "waiting" | "sending" | "stored" }
  | { kind: "held"; warnings: PromiseWarning[] }
  | { kind: "refused"; reason: string; detail: string };

/** Sends what is in the outbox: in each conversation one after the other so that the order stays. */
export class Sender {
  private readonly running = new Set<string>();
  /** Messages about which the person is asked; what follows them waits. */
  private readonly held = new Set<string>();
  private isStopped = false;
  private wakes: (() => void)[] = [];

  constructor(
    private readonly outbox: Outbox,
    private readonly outlet: Outlet,
    private readonly sleep: (milliseconds: number) => Promise<void> = sleeping,
  ) {}

  push(pending: Pending): void {
    this.outbox.put(pending);
    this.outlet.moved(pending, { kind: "waiting" });
    void this.run(pending.conversation);
  }

  /** What a reload or another tab has left unsent. */
  restore(): Pending[] {
    const left = this.outbox.all();
    left.forEach((pending) => this.outlet.moved(pending, { kind: "waiting" }));
    this.wake();
    return left;
  }

  /** The connection is back: no reason to wait for the next try. */
  wake(): void {
    const waiting = this.wakes;
    this.wakes = [];
    waiting.forEach((wake) => wake());
    new Set(this.outbox.all().map((each) => each.conversation)).forEach((each) => void this.run(each));
  }

  /** It is said in spite of the warning. False: another tab has decided already. */
  confirm(messageId: string): boolean {
    const pending = this.outbox.find(messageId);
    this.held.delete(messageId);
    if (pending) this.push({ ...pending, confirmed: true });
    return pending !== null;
  }

  /** It is not said; what waited behind it goes. Returns what it was. */
  discard(messageId: string): Pending | null {
    const pending = this.outbox.find(messageId);
    this.held.delete(messageId);
    this.outbox.remove(messageId);
    if (pending) void this.run(pending.conversation);
    return pending;
  }

  /** Signed out: nothing more goes from this page. */
  stop(): void {
    this.isStopped = true;
  }

  private async run(conversation: string): Promise<void> {
    if (this.running.has(conversation)) return;
    this.running.add(conversation);
    let failures = 0;
    while (!this.isStopped) {
      const next = this.outbox.all().find((each) => each.conversation === conversation);
      if (!next || this.held.has(next.messageId)) break;
      this.outlet.moved(next, { kind: "sending" });
      const answer = await this.outlet.deliver(next);
      const pause = this.settle(next, answer);
      if (pause === null) failures = 0;
      else await this.patience(pause || PAUSES[Math.min(failures++, PAUSES.length - 1)]!);
    }
    this.running.delete(conversation);
  }

  /** Null when the server has decided; otherwise the milliseconds that it asked for (0: it did not say). */
  private settle(pending: Pending, answer: Answer): number | null {
    if (answer.kind === "later") {
      this.outlet.moved(pending, { kind: "waiting" });
      return answer.after;
    }
    if (answer.kind === "promise") {
      this.held.add(pending.messageId);
      this.outlet.moved(pending, { kind: "held", warnings: answer.warnings });
      return null;
    }
    this.outbox.remove(pending.messageId);
    this.outlet.moved(pending, answer);
    return null;
  }

  private patience(milliseconds: number): Promise<void> {
    return Promise.race([this.sleep(milliseconds), new Promise<void>((wake) => this.wakes.push(wake))]);
  }
}

function sleeping(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
