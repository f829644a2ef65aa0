import assert from "node:assert/strict";
import { test } from "node:test";

import { readAck, readAnswering, readHistory, readMessage, readPlace, readTyping } from "../src/protocol.js";

test("a reply of a stock Rasa server is a bubble of the bot", () => {
  const message = readMessage({
    text: "您好",
    quick_replies: [{ content_type: "text", title: "是", payload: "/affirm" }],
  });
  assert.equal(message?.author, "bot");
  assert.equal(message?.id, null);
  assert.deepEqual(message?.buttons, [{ title: "是", payload: "/affirm" }]);
});

test("the history calls them buttons", () => {
  const { messages, more } = readHistory({
    messages: [
      { id: 1, author: "bot", text: "?", buttons: [{ title: "跳过", payload: "/skip" }], card: null, attachment: null },
    ],
    owner: "bot",
    more: true,
  });
  assert.deepEqual(messages[0]?.buttons, [{ title: "跳过", payload: "/skip" }]);
  assert.equal(more, true);
});

const SHAPES: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a string", "text"],
  ["a list", [1, 2]],
  ["fields of other types", { text: 5, quick_replies: "x", card: { kind: "ticket" }, attachment: [], at: 7, id: "1" }],
  ["an unknown card", { text: "x", card: { kind: "chart", rows: [] } }],
  ["a card with holes", { card: { kind: "summary", rows: [null, { value: "no label" }] } }],
];

for (const [name, shape] of SHAPES) {
  test(`what was not promised is left out: ${name}`, () => {
    const message = readMessage(shape);
    if (message === null) return;
    assert.equal(typeof message.text, "string");
    assert.deepEqual(message.buttons, []);
    assert.ok(message.card === null || (message.card.kind === "summary" && message.card.rows.length === 0));
    assert.equal(message.attachment, null);
  });
}

test("a clock without an end is no clock, unless it is met", () => {
  const card = readMessage({
    card: {
      kind: "ticket",
      number: "TS1",
      clocks: [
        { name: "feedback", label: "首次反馈", due: null, met: true },
        { name: "solution", label: "处理结果", due: "not a time", met: false },
      ],
    },
  })?.card;
  assert.ok(card?.kind === "ticket");
  assert.deepEqual(card.clocks, [{ name: "feedback", label: "首次反馈", due: null, met: true }]);
});

test("an acknowledgement says yes, no, or nothing at all", () => {
  assert.deepEqual(readAck({ ok: true, message_id: "1" }), { ok: true });
  assert.deepEqual(readAck({ ok: false, reason: "too_many", retry: true, after: 20 }), {
    ok: false,
    reason: "too_many",
    retry: true,
    after: 20,
  });
  assert.equal(readAck({}), null);
  assert.equal(readAck(undefined), null);
});

test("figures: a share that is none is not drawn, one beyond the scale ends at its end", () => {
  const card = readMessage({
    card: {
      kind: "figures",
      title: "账单",
      rows: [
        { label: "套餐", value: "59.00 元", share: 7 },
        { label: "优惠", value: "-5.00 元", share: "wide" },
        { value: "no label" },
      ],
      total: { label: "合计" },
    },
  })?.card;
  assert.ok(card?.kind === "figures");
  assert.deepEqual(
    card.rows.map(({ share }) => share),
    [1, null],
  );
  assert.equal(card.total?.value, "");
});

const LINKS: [unknown, string | null, string][] = [
  ["/privacy/copy/aB3-_x", "/privacy/copy/aB3-_x", "a page of the server"],
  ["/privacy#kept", "/privacy#kept", "a place on a page"],
  ["//evil.example/x", null, "another server, by leaving out the protocol"],
  ["/\\evil.example", null, "a browser reads a backslash as a slash"],
  ["https://evil.example/x", null, "another server"],
  ["javascript:alert(1)", null, "a script"],
  [7, null, "no text"],
];

for (const [url, path, why] of LINKS) {
  test(`a link card: ${why}`, () => {
    const { card } = readMessage({ text: "t", card: { kind: "link", title: "副本", url, until: "never" } })!;
    assert.deepEqual(card, path === null ? null : { kind: "link", title: "副本", path, until: null, once: true });
  });
}

const ONCE: [unknown, boolean, string][] = [
  [undefined, true, "a copy: used up when it is opened"],
  [false, false, "papers: opened as often as wanted"],
  [true, true, "said"],
  ["no", true, "no answer: rather too careful"],
];

for (const [once, expected, why] of ONCE) {
  test(`how often a link works: ${why}`, () => {
    const { card } = readMessage({ text: "t", card: { kind: "link", title: "材料", url: "/rights/appeal/a", once } })!;
    assert.equal((card as { once: boolean }).once, expected);
  });
}

const RESTS_ON = {
  kind: "sources",
  title: "依据",
  lines: ["《电信条例》第三十一条"],
  url: "/rights/porting-conditions",
};
const SOURCES: [Record<string, unknown>, boolean, string][] = [
  [{}, true, "as it is sent"],
  [{ url: "//evil.example/x" }, false, "a page of another server"],
  [{ url: "javascript:alert(1)" }, false, "a script"],
  [{ url: null }, false, "no page"],
  [{ lines: [] }, false, "nothing to unfold"],
  [{ lines: [null, 7, ""] }, false, "no line that can be read"],
  [{ lines: "《电信条例》" }, false, "no list"],
  [{ title: "" }, false, "nothing to press"],
];

for (const [changed, isShown, why] of SOURCES) {
  test(`sources: ${why}`, () => {
    const { card } = readMessage({ text: "t", card: { ...RESTS_ON, ...changed } })!;
    const { url, ...rest } = RESTS_ON;
    assert.deepEqual(card, isShown ? { ...rest, path: url } : null);
  });
}

test("sources: a line that is none is left out", () => {
  const { card } = readMessage({ text: "t", card: { ...RESTS_ON, lines: ["一", 2, "三"] } })!;
  assert.deepEqual(card?.kind === "sources" && card.lines, ["一", "三"]);
});

test("a receipt card", () => {
  const rows = [{ label: "时间", value: "11月22日 10:00" }];
  const sent = { kind: "receipt", number: "YS261122-000001", title: "删除个人信息", rows, erased: 7 };
  assert.deepEqual(readMessage({ text: "t", card: sent })?.card, sent);
  assert.equal(readMessage({ text: "t", card: { kind: "receipt" } })?.card, null);
});

const PLACES: [string, unknown, unknown][] = [
  [
    "open",
    { position: 3, estimate_seconds: 95, is_open: true, opens_at: null },
    { position: 3, estimate: 95, isOpen: true, opensAt: null },
  ],
  [
    "closed",
    { position: 1, estimate_seconds: null, is_open: false, opens_at: "2026-11-23T08:00:00+08:00" },
    { position: 1, estimate: null, isOpen: false, opensAt: "2026-11-23T08:00:00+08:00" },
  ],
  [
    "a time that is none",
    { position: 1, estimate_seconds: -1, is_open: false, opens_at: "soon" },
    { position: 1, estimate: null, isOpen: false, opensAt: null },
  ],
  ["no place", { position: 0, estimate_seconds: 5 }, null],
  ["words", { position: "<b>1</b>" }, null],
  ["nothing", null, null],
];

for (const [name, event, place] of PLACES) {
  test(`a place in the queue: ${name}`, () => assert.deepEqual(readPlace(event), place));
}

const ANSWERING: [unknown, unknown][] = [
  [
    { owner: "agent", staff: "8021" },
    { owner: "agent", staff: "8021" },
  ],
  [{ owner: "agent" }, { owner: "agent", staff: null }],
  // Nobody's number stands there while nobody answers.
  [
    { owner: "queue", staff: "8021" },
    { owner: "queue", staff: null },
  ],
  [{ owner: "somebody" }, null],
];

for (const [event, answering] of ANSWERING) {
  test(`who answers: ${JSON.stringify(event)}`, () => assert.deepEqual(readAnswering(event), answering));
}

test("who is typing: the bot where nobody is named", () => {
  assert.deepEqual(readTyping({ on: true }), { on: true, by: "bot" });
  assert.deepEqual(readTyping({ on: true, by: "agent" }), { on: true, by: "agent" });
  assert.deepEqual(readTyping("on"), { on: false, by: "bot" });
});
