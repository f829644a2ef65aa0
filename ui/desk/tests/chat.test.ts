import assert from "node:assert/strict";
import { test } from "node:test";

import { alertFor, titled, type Event, type Surroundings } from "../src/chat/alerts";
import { found, queryIn } from "../src/chat/replies";
import { Thread } from "../src/chat/thread";
import { Timeline, type Row } from "../src/chat/timeline";
import type { Message, Reply } from "../src/api/types";
import { TypingSign } from "../src/chat/typing";
import { answerUrgency, clock, urgency, type Urgency } from "../src/chat/waiting";

const AT = "2026-11-22T10:00:00+08:00";

function message(id: number, more: Partial<Message> = {}): Message {
  return {
    id,
    author: "customer",
    staff: null,
    text: `第${id}句`,
    buttons: [],
    card: null,
    attachment: null,
    at: AT,
    message_id: null,
    is_masked: false,
    delivery: null,
    ...more,
  };
}

function pendingOf(messageId: string) {
  return { messageId, conversation: "c", kind: "message" as const, text: "在查", confirmed: false, at: AT };
}

function keys(timeline: Timeline): string[] {
  return timeline
    .rows()
    .filter((row: Row) => row.kind !== "day")
    .map((row) => row.key);
}

test("messages that come twice, late and in two pages stand once, in the order of the server", () => {
  const timeline = new Timeline();
  assert.equal(timeline.take([message(3), message(5)]).length, 2);
  assert.equal(timeline.take([message(5), message(4)]).length, 1);
  timeline.take([message(1), message(2)]);
  assert.deepEqual(keys(timeline), ["m1", "m2", "m3", "m4", "m5"]);
  assert.equal(timeline.firstId, 1);
  assert.equal(timeline.lastId, 5);
});

test("what the agent sends stands last until the server has it, then once at its place", () => {
  const timeline = new Timeline();
  timeline.take([message(1)]);
  timeline.move(pendingOf("a"), { kind: "waiting" });
  timeline.take([message(2)]);
  assert.deepEqual(keys(timeline), ["m1", "m2", "a"]);
  timeline.take([message(3, { author: "agent", message_id: "a" })]);
  assert.deepEqual(keys(timeline), ["m1", "m2", "m3"]);
  timeline.move(pendingOf("a"), { kind: "stored" });
  assert.deepEqual(keys(timeline), ["m1", "m2", "m3"], "the answer comes after the live reading");
});

test("what is revealed stays readable until it is covered again", () => {
  const timeline = new Timeline();
  const covered = message(1, { text: "138****8000", is_masked: true });
  timeline.take([covered]);
  timeline.take([message(1, { text: "13800138000" })]);
  timeline.take([covered]);
  const texts = () => timeline.rows().flatMap((row) => (row.kind === "message" ? [row.message.text] : []));
  assert.deepEqual(texts(), ["13800138000"]);
  timeline.cover([covered]);
  assert.deepEqual(texts(), ["138****8000"]);
});

test("notes stand at their time, and those of an older page wait for it", () => {
  const timeline = new Timeline();
  timeline.hasEarlier = true;
  timeline.take([message(7, { at: "2026-11-22T10:00:00+08:00" }), message(8, { at: "2026-11-22T10:02:00+08:00" })]);
  timeline.takeNotes([
    { id: 2, note_id: null, staff: "8001", text: "路由器重启过", at: "2026-11-22T10:01:00+08:00" },
    { id: 1, note_id: null, staff: "8001", text: "上周来过", at: "2026-11-22T09:00:00+08:00" },
  ]);
  assert.deepEqual(keys(timeline), ["m7", "n2", "m8"]);
  timeline.take([message(6, { at: "2026-11-22T08:59:00+08:00" })]);
  timeline.hasEarlier = false;
  timeline.take([]);
  assert.deepEqual(keys(timeline), ["m6", "n1", "m7", "n2", "m8"]);
});

test("a line before each day of China", () => {
  const timeline = new Timeline();
  timeline.take([
    message(1, { at: "2026-11-21T15:59:00Z" }), // 23:59 in China
    message(2, { at: "2026-11-21T16:00:00Z" }), // midnight
    message(3, { at: "2026-11-22T23:59:00+08:00" }),
  ]);
  assert.deepEqual(
    timeline.rows().map((row) => row.kind),
    ["day", "message", "day", "message", "message"],
  );
});

const REPLIES: Reply[] = [
  { id: "greet", title: "问候", text: "您好，我是{staff}，正在看您的情况。", keys: ["staff"] },
  { id: "fault", title: "宽带故障", text: "已为您登记故障{ticket}。", keys: ["ticket"] },
  { id: "fee", title: "费用说明", text: "这笔费用我在核对，问候。", keys: [] },
];

const SEARCHES: [string, string, string[]][] = [
  ["nothing typed: all, in the file's order", "", ["greet", "fault", "fee"]],
  ["the shortcut's beginning", "f", ["fault", "fee"]],
  ["a title before a text", "问候", ["greet", "fee"]],
  ["every word must be there", "f 登记", ["fault"]],
  ["capitals do not matter", "GREET", ["greet"]],
  ["nothing fits", "退订", []],
];

for (const [why, query, ids] of SEARCHES) {
  test(`a search for replies: ${why}`, () =>
    assert.deepEqual(
      found(REPLIES, query).map((each) => each.id),
      ids,
    ));
}

const QUERIES: [string, string | null][] = [
  ["/", ""],
  ["/fau", "fau"],
  ["您好/", null],
  ["/a\nb", null],
  ["", null],
];

for (const [text, query] of QUERIES) {
  test(`the field holds ${JSON.stringify(text)}`, () => assert.equal(queryIn(text), query));
}

const PAGE: Surroundings = { isHidden: false, open: "a", isSound: true, mayNotify: true };
const ALERTS: [string, Event, Partial<Surroundings>, boolean, boolean][] = [
  ["the open conversation is looked at", { kind: "message", conversation: "a" }, {}, false, false],
  ["another conversation", { kind: "message", conversation: "b" }, {}, false, true],
  ["the page is hidden", { kind: "message", conversation: "a" }, { isHidden: true }, true, true],
  [
    "hidden, and not allowed",
    { kind: "message", conversation: "a" },
    { isHidden: true, mayNotify: false },
    false,
    true,
  ],
  ["an offer rings on a page that is seen", { kind: "offer", handoff: 7 }, {}, false, true],
  [
    "an offer rings while hidden, sound off",
    { kind: "offer", handoff: 7 },
    { isHidden: true, isSound: false },
    true,
    false,
  ],
];

for (const [why, event, page, notify, sound] of ALERTS) {
  test(`an alert: ${why}`, () => {
    const alert = alertFor(event, { ...PAGE, ...page });
    assert.deepEqual([alert.notify, alert.sound], [notify, sound]);
  });
}

test("one alert a conversation: the newer replaces the older, and names nobody", () => {
  assert.equal(alertFor({ kind: "message", conversation: "b" }, PAGE).tag, "quanyi-conversation-b");
});

const TITLES: [number, string][] = [
  [0, "会话"],
  [3, "(3) 会话"],
  [120, "(99+) 会话"],
];

for (const [waiting, title] of TITLES) test(`${waiting} wait`, () => assert.equal(titled("会话", waiting), title));

const WAITS: [number, Urgency][] = [
  [0, "fine"],
  [15, "fine"],
  [16, "soon"],
  [30, "soon"],
  [31, "late"],
];

for (const [waited, expected] of WAITS) test(`${waited} s in the queue`, () => assert.equal(urgency(waited), expected));

test("a customer who waits for the next words", () => {
  assert.deepEqual([60, 61, 181].map(answerUrgency), ["fine", "soon", "late"]);
});

const CLOCKS: [number, string][] = [
  [0, "0:00"],
  [45, "0:45"],
  [605, "10:05"],
  [3725, "1:02:05"],
];

for (const [total, shown] of CLOCKS) test(`${total} seconds`, () => assert.equal(clock(total), shown));

test("typing is told at most every three seconds, once when it ends, and to the right customer", () => {
  const said: [string, boolean][] = [];
  let now = 0;
  const sign = new TypingSign(
    (conversation, on) => said.push([conversation, on]),
    () => now,
  );
  sign.typed("a", "您");
  now = 2_999;
  sign.typed("a", "您好");
  assert.deepEqual(said, [["a", true]]);
  now = 3_000;
  sign.typed("a", "您好，");
  sign.typed("b", "x");
  assert.deepEqual(said.slice(1), [
    ["a", true],
    ["a", false],
    ["b", true],
  ]);
  sign.typed("b", "  ");
  sign.stop();
  assert.deepEqual(said.slice(4), [["b", false]]);
});

test("what an agent sent hides nothing that came before it and is not read yet", async () => {
  const asked: { after?: number; before?: number }[] = [];
  const pages: Message[][] = [[message(1)], [message(2), message(3, { author: "agent", message_id: "a" })]];
  const heard: number[] = [];
  const thread = new Thread(
    "c",
    {
      messages: (_, cursor) => {
        asked.push(cursor);
        return Promise.resolve({ items: pages.shift() ?? [], more: false });
      },
      notes: () => Promise.resolve([]),
    },
    () => {},
    (messages) => heard.push(...messages.map((each) => each.id)),
  );
  await thread.reread();
  thread.timeline.take([message(3, { author: "agent", message_id: "a" })]); // its answer, before message 2 is known
  await thread.reread();
  assert.deepEqual(asked, [{}, { after: 1 }]);
  assert.deepEqual(keys(thread.timeline), ["m1", "m2", "m3"]);
  assert.deepEqual(heard, [2]);
});
