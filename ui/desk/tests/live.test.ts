import assert from "node:assert/strict";
import { test } from "node:test";

import { ALIVE_EVERY, backoff, Live, SILENCE, type Clockwork, type Socket } from "../src/api/live";
import type { ServerFrame } from "../src/api/types";

test("the time until the next try doubles up to a limit, and differs between browsers", () => {
  const rows: [failures: number, chance: number, ms: number][] = [
    [0, 0, 250],
    [0, 1, 500],
    [1, 1, 1_000],
    [3, 0.5, 3_000],
    [5, 1, 15_000], // not 16 s
    [40, 1, 15_000], // after a night without network
    [40, 0, 7_500],
  ];
  for (const [failures, chance, ms] of rows) assert.equal(backoff(failures, chance), ms);
});

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  hear(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

class FakeClock implements Clockwork {
  readonly waiting = new Map<number, { run: () => void; ms: number }>();
  #next = 1;

  setTimeout(run: () => void, ms: number): number {
    this.waiting.set(this.#next, { run, ms });
    return this.#next++;
  }

  clearTimeout(timer: unknown): void {
    this.waiting.delete(timer as number);
  }

  random(): number {
    return 1;
  }

  /** The one timer of this length goes off. */
  strike(ms: number): void {
    const [timer, { run }] =
      [...this.waiting].find(([, each]) => each.ms === ms) ?? assert.fail(`nothing waits ${ms} ms`);
    this.waiting.delete(timer);
    run();
  }
}

function begun() {
  const sockets: FakeSocket[] = [];
  const clock = new FakeClock();
  const live = new Live(() => {
    sockets.push(new FakeSocket());
    return sockets.at(-1) as FakeSocket;
  }, clock);
  const heard: ServerFrame["type"][] = [];
  live.listen((frame) => heard.push(frame.type));
  live.start();
  const socket = () => sockets.at(-1) as FakeSocket;
  return { live, clock, heard, sockets, socket };
}

test("after a loss it connects again and watches what it watched", () => {
  const { live, clock, socket, sockets } = begun();
  assert.equal(live.state, "connecting");
  live.watch(["a"]);
  assert.deepEqual(socket().sent, [], "nothing before it is open");
  socket().onopen?.();
  assert.deepEqual(socket().sent, [{ type: "watch", ids: ["a"] }, { type: "alive" }]);

  socket().onclose?.({ code: 1006 });
  assert.equal(live.state, "lost");
  clock.strike(500);
  socket().onclose?.({ code: 1006 });
  clock.strike(1_000);
  assert.equal(sockets.length, 3);
  assert.equal(live.state, "lost", "until it is open");
  socket().onopen?.();
  assert.equal(live.state, "open");
  assert.deepEqual(socket().sent[0], { type: "watch", ids: ["a"] });
});

test("it says that it is alive, and a server that is silent is given up", () => {
  const { live, clock, socket } = begun();
  socket().onopen?.();
  clock.strike(ALIVE_EVERY);
  assert.equal(socket().sent.length, 2);
  const dead = socket();
  clock.strike(SILENCE);
  assert.equal(live.state, "lost");
  assert.ok(dead.isClosed);
});

test("a network that is back is not waited for", () => {
  const { live, clock, sockets, socket } = begun();
  socket().onopen?.();
  live.hurry();
  assert.equal(sockets.length, 1, "nothing to hurry");
  socket().onclose?.({ code: 1006 });
  live.hurry();
  assert.equal(sockets.length, 2);
  assert.equal([...clock.waiting.values()].filter(({ ms }) => ms === 500).length, 0, "and not twice");
});

test("it does not come back where it is not wanted", () => {
  const rows: [code: number, state: string, heard: string[], why: string][] = [
    [4401, "off", ["signed_out"], "nobody is signed in"],
    [4403, "off", [], "no permission"],
    [4429, "lost", [], "too many tabs: one may be closed"],
    [1012, "lost", [], "the process restarts"],
  ];
  for (const [code, state, said, why] of rows) {
    const { live, heard, socket } = begun();
    socket().onopen?.();
    socket().onclose?.({ code });
    assert.equal(live.state, state, why);
    assert.deepEqual(heard, said, why);
  }
});

test("a frame that says so signs out as well, and others are passed on", () => {
  const { live, heard, socket } = begun();
  socket().onopen?.();
  socket().hear({ type: "hello" });
  socket().hear({ type: "ticket", number: "TS261122-4K7Q2X" });
  socket().hear({ type: "signed_out" });
  assert.deepEqual(heard, ["hello", "ticket", "signed_out"]);
  assert.equal(live.state, "off");
});
