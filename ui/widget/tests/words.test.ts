import assert from "node:assert/strict";
import { test } from "node:test";

import { uuid } from "../src/ids.js";
import { Outbox } from "../src/outbox.js";
import { BrowserStore, MemoryStore } from "../src/storage.js";
import { fill, languageOf, textsOf, type Language } from "../src/texts/index.js";
import type { Card } from "../src/protocol.js";
import { beside, excess, MAX_TEXT } from "../src/words.js";

const TAGS: [string | null, Language | null][] = [
  ["zh-CN", "zh-CN"],
  ["zh", "zh-CN"],
  ["zh-Hans-HK", "zh-CN"],
  ["zh-Hant", "zh-TW"],
  ["zh_TW", "zh-TW"],
  ["zh-HK", "zh-TW"],
  ["en-GB", "en"],
  ["EN", "en"],
  ["fr", null],
  ["", null],
  [null, null],
];

for (const [tag, language] of TAGS) {
  test(`the language of ${tag}`, () => assert.equal(languageOf(tag), language));
}

test("every language fills in the same places", () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  const simplified = textsOf("zh-CN");
  for (const language of ["zh-TW", "en"] as const) {
    for (const [name, text] of Object.entries(textsOf(language))) {
      const own = places(simplified[name as keyof typeof simplified]);
      assert.deepEqual(places(text), own, `${language}: ${name}`);
    }
  }
});

test("what is not given stays as it is", () => assert.equal(fill("{a} {b}", { a: 1 }), "1 {b}"));

test("a message is as long as the server counts it", () => {
  assert.equal(excess("字".repeat(MAX_TEXT)), 0);
  assert.equal(excess("字".repeat(MAX_TEXT + 3)), 3);
  assert.equal(excess("😀".repeat(MAX_TEXT)), 0);
  assert.equal(excess(" ".repeat(MAX_TEXT) + "字"), 0);
});

test("ids are UUIDs of version 4, each another one", () => {
  const made = new Set(Array.from({ length: 100 }, uuid));
  assert.equal(made.size, 100);
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a browser that refuses its storage is no reason to lose anything", () => {
  const store = new BrowserStore(() => {
    throw new DOMException("denied", "SecurityError");
  });
  store.set("a|1", "x");
  assert.deepEqual([store.get("a|1"), store.names("a|")], ["x", ["a|1"]]);
  store.remove("a|1");
  assert.equal(store.get("a|1"), null);
});

test("an outbox that somebody else has written to is read as far as it can be", () => {
  const store = new MemoryStore();
  const outbox = new Outbox(store, "s");
  outbox.put({ messageId: "2", text: "later", title: null, at: "2026-11-22T00:00:01Z" });
  outbox.put({ messageId: "1", text: "earlier", title: null, at: "2026-11-22T00:00:00Z" });
  store.set("s|out|3", "{");
  store.set("s|out|4", '{"text": 5}');
  assert.deepEqual(
    outbox.all().map((each) => each.messageId),
    ["1", "2"],
  );
  assert.deepEqual(store.names("s|out|").length, 2);
});

const TICKET: Card = {
  kind: "ticket",
  number: "TS261122-6XBFGA",
  category: "宽带与固话",
  stage: "已受理",
  clocks: [{ name: "feedback", label: "首次反馈", due: "2026-11-23T08:28:00+08:00", met: false }],
};

const FIGURES: Card = {
  kind: "figures",
  title: "10月比9月多 38.00 元",
  rows: [{ label: "套餐外流量", value: "+30.00 元", share: 1 }],
  total: { label: "合计", value: "+38.00 元" },
};
const SOURCES: Card = {
  kind: "sources",
  title: "依据",
  lines: ["《电信条例》第三十一条"],
  path: "/rights/broadband-repair-time",
};
const FILED = "已登记，工单号 TS261122-6XBFGA，由网络基础设施部负责。";
const ONE_MORE = "工单 TS261122-6XBFGA：已受理。\n首次反馈：明天 08:28前。\n我们会尽快联系您。";

const TOLD: [string, string, Card, string][] = [
  ["a status", "工单 TS261122-6XBFGA（宽带与固话）：已受理。\n首次反馈：明天 08:28前。", TICKET, ""],
  ["a filing says who is responsible", FILED, TICKET, FILED],
  ["one line more", ONE_MORE, TICKET, ONE_MORE],
  ["words of its own", "这张工单已经催办。", TICKET, "这张工单已经催办。"],
  ["a summary", "请核对：\n类别：宽带与固话", { kind: "summary", rows: [] }, ""],
  [
    "figures: their rows are in the card, the reason is not",
    "10月多了，主要是流量超了。\n套餐外流量：+30.00 元\n合计：+38.00 元",
    FIGURES,
    "10月多了，主要是流量超了。",
  ],
  ["sources: folded below, not told twice", "48 小时内。\n依据：《电信条例》第三十一条", SOURCES, "48 小时内。"],
  ["sources: a word in the answer", "以依据为准。\n要注意：依据会变。", SOURCES, "以依据为准。\n要注意：依据会变。"],
  ["figures with a reason in the row", "套餐外流量 +12.00 元，超了 3 GB", FIGURES, "套餐外流量 +12.00 元，超了 3 GB"],
];

for (const [why, text, card, expected] of TOLD) {
  test(`text beside a card: ${why}`, () => assert.equal(beside(text, card), expected));
}
