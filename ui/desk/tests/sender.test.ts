import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox, type Pending } from "../src/chat/outbox";
import { Sender, type Answer, type SendState } from "../src/chat/sender";
import { MemoryStore } from "../src/chat/store";

const STORED: Answer = { kind: "stored" };
const LATER: Answer = { kind: "later", after: 0 };

/** A server that answers what the test has laid out, and keeps what it was sent. */
function desk(store = new MemoryStore(), person = "8001") {
  const outbox = new Outbox(store, person);
  const sent: Pending[] = [];
  const states = new Map<string, SendState>();
  const answers: (Answer | Promise<Answer>)[] = [];
  const pauses: number[] = [];
  const outlet = {
    deliver: (pending: Pending) => {
      sent.push(pending);
      return Promise.resolve(answers.shift() ?? STORED);
    },
    moved: (pending: Pending, state: SendState) => void states.set(pending.messageId, state),
  };
  let release: () => void = () => {};
  const sender = new Sender(outbox, outlet, (milliseconds) => {
    pauses.push(milliseconds);
    return new Promise((resolve) => (release = resolve));
  });
  const write = (messageId: string, text: string, conversation = "c") =>
    sender.push({ messageId, conversation, kind: "message", text, confirmed: false, at: outbox.writtenAt() });
  return { outbox, sent, states, answers, pauses, sender, write, store, pass: () => release() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("one after the other in the order of writing, and the outbox is empty afterwards", async () => {
  const { sent, write, outbox, states } = desk();
  write("a", "一");
  write("b", "二");
  await settled();
  assert.deepEqual(
    sent.map((each) => each.text),
    ["一", "二"],
  );
  assert.deepEqual(outbox.all(), []);
  assert.equal(states.get("b")!.kind, "stored");
});

test("without an answer it is sent again under the same id, nothing overtakes it, and the pauses grow", async () => {
  const { sent, write, answers, pauses, pass, states } = desk();
  answers.push(LATER, LATER);
  write("a", "一");
  write("b", "二");
  await settled();
  assert.equal(states.get("a")!.kind, "waiting");
  pass();
  await settled();
  pass();
  await settled();
  assert.deepEqual(
    sent.map((each) => each.messageId),
    ["a", "a", "a", "b"],
  );
  assert.deepEqual(pauses, [1_000, 2_000]);
});

test("the connection is back: no pause is waited for", async () => {
  const { sender, sent, write, answers } = desk();
  answers.push(LATER);
  write("a", "一");
  await settled();
  sender.wake();
  await settled();
  assert.equal(sent.length, 2);
});

test("the server names the pause", async () => {
  const { write, answers, pauses } = desk();
  answers.push({ kind: "later", after: 7_000 });
  write("a", "一");
  await settled();
  assert.deepEqual(pauses, [7_000]);
});

test("one conversation does not wait for another", async () => {
  const { sent, write, answers } = desk();
  answers.push(LATER);
  write("a", "一", "c");
  write("b", "二", "d");
  await settled();
  assert.deepEqual(
    sent.map((each) => each.messageId),
    ["a", "b"],
  );
});

test("a reload: what was left goes under its old id, in its order", async () => {
  const before = desk();
  before.answers.push(LATER);
  before.write("a", "一");
  before.write("b", "二");
  await settled();
  before.sender.stop();
  const after = desk(before.store);
  assert.deepEqual(
    after.sender.restore().map((each) => each.messageId),
    ["a", "b"],
  );
  await settled();
  assert.deepEqual(
    after.sent.map((each) => each.text),
    ["一", "二"],
  );
});

test("the next person at this computer sends nothing of the last one's", async () => {
  const before = desk();
  before.answers.push(LATER);
  before.write("a", "一");
  await settled();
  before.sender.stop();
  const other = desk(before.store, "8002");
  assert.deepEqual(other.sender.restore(), []);
  assert.equal(before.outbox.all().length, 1, "it waits for the one who wrote it");
});

test("a promise is held, what follows waits, and confirmed it goes first", async () => {
  const { sender, sent, write, answers, states } = desk();
  answers.push({ kind: "promise", warnings: [{ words: "保证", why: "…" }] });
  write("a", "保证修好");
  write("b", "请稍等");
  await settled();
  assert.equal(states.get("a")!.kind, "held");
  assert.equal(sent.length, 1);
  sender.confirm("a");
  await settled();
  assert.deepEqual(
    sent.map((each) => [each.messageId, each.confirmed]),
    [
      ["a", false],
      ["a", true],
      ["b", false],
    ],
  );
});

test("a promise that is taken back is not sent, and what waited goes", async () => {
  const { sender, sent, write, answers, outbox } = desk();
  answers.push({ kind: "promise", warnings: [] });
  write("a", "保证修好");
  write("b", "请稍等");
  await settled();
  assert.equal(sender.discard("a")!.text, "保证修好");
  await settled();
  assert.deepEqual(
    sent.map((each) => each.messageId),
    ["a", "b"],
  );
  assert.deepEqual(outbox.all(), []);
});

test("refused for good: it is said why, and the next one goes", async () => {
  const { sent, write, answers, states } = desk();
  answers.push({ kind: "refused", reason: "not_yours", detail: "" });
  write("a", "一");
  write("b", "二");
  await settled();
  assert.deepEqual(states.get("a"), { kind: "refused", reason: "not_yours", detail: "" });
  assert.equal(sent.length, 2);
});

test("rubbish in the storage is thrown away", () => {
  const { outbox, store } = desk();
  store.set("quanyi-desk|8001|out|x", "{");
  store.set("quanyi-desk|8001|out|y", '{"messageId": "y", "kind": "else"}');
  assert.deepEqual(outbox.all(), []);
  assert.deepEqual(store.names("quanyi-desk|"), []);
});
