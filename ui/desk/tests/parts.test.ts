import assert from "node:assert/strict";
import { test } from "node:test";

import { pressed } from "../src/app/matching";
import { nextClock, urgency } from "../src/parts/countdown";
import { size } from "../src/parts/files";
import { newId } from "../src/parts/ids";
import { safeHref } from "../src/parts/links";
import { duration, fullTime, relativeTime, shortTime } from "../src/parts/times";
import { en } from "../src/texts/en";
import { zhCn } from "../src/texts/zh-cn";

const NOW = Date.parse("2026-11-22T12:00:00+08:00");
const at = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

test("how pressing a clock is", () => {
  const rows: [due: number, met: number | null, missed: number | null, state: string, why: string][] = [
    [24, null, null, "calm", "a day is left"],
    [4, null, null, "soon", "four hours"],
    [1, null, null, "urgent", "one hour"],
    [-1, null, null, "missed", "over, though nobody has written it down yet"],
    [1, null, -1, "missed", "written down: a later due time does not undo it"],
    [1, -1, null, "met", "in time"],
    [-2, -1, null, "late", "after it was due"],
    [-1, -2, null, "met", "in time, and long ago"],
  ];
  for (const [due, met, missed, state, why] of rows) {
    const clock = { due_at: at(due), met_at: met && at(met), missed_at: missed && at(missed) };
    assert.equal(urgency(clock as Parameters<typeof urgency>[0], NOW), state, why);
  }
});

test("the clock to be looked at is the first of those that run", () => {
  const clock = (name: string, due: number, met: number | null = null) => ({
    name,
    title: name,
    kind: "promise",
    starts_at: at(-5),
    due_at: at(due),
    met_at: met === null ? null : at(met),
    missed_at: null,
    paused_at: null,
    renews: false,
  });
  assert.equal(nextClock([]), null);
  assert.equal(nextClock([clock("met", -3, -4)]), null);
  assert.equal(nextClock([clock("late", 9), clock("first", 1), clock("met", -3, -4)])?.name, "first");
  assert.equal(nextClock([clock("missed", -1), clock("next", 1)])?.name, "missed", "what is overdue comes first");
});

test("lengths are cut, never rounded up", () => {
  const rows: [ms: number, chinese: string, english: string][] = [
    [0, "0 秒", "0 s"],
    [999, "0 秒", "0 s"],
    [59_999, "59 秒", "59 s"],
    [60_000, "1 分", "1 min"],
    [3_599_000, "59 分 59 秒", "59 min 59 s"],
    [3_600_000, "1 小时", "1 h"],
    [86_399_000, "23 小时 59 分", "23 h 59 min"],
    [86_400_000, "1 天", "1 day"],
    [2 * 86_400_000 + 3 * 3_600_000 + 5_000, "2 天 3 小时", "2 days 3 h"],
  ];
  for (const [ms, chinese, english] of rows) {
    assert.equal(duration(ms, zhCn), chinese);
    assert.equal(duration(ms, en), english);
  }
});

test("times are China's, whatever the zone of what is sent", () => {
  assert.equal(fullTime("2026-11-22T16:30:00+00:00"), "2026-11-23 00:30");
  const rows: [iso: string, chinese: string][] = [
    ["2026-11-22T00:05:00+08:00", "今天 00:05"],
    ["2026-11-21T16:30:00+00:00", "今天 00:30"],
    ["2026-11-21T23:59:00+08:00", "昨天 23:59"],
    ["2026-11-23T08:00:00+08:00", "明天 08:00"],
    ["2026-01-02T08:00:00+08:00", "01-02 08:00"],
    ["2025-12-31T08:00:00+08:00", "2025-12-31 08:00"],
  ];
  for (const [iso, chinese] of rows) assert.equal(shortTime(iso, NOW, zhCn), chinese);
  assert.equal(relativeTime(at(-2.5), NOW, zhCn), "2 小时前");
  assert.equal(relativeTime(at(0.5), NOW, en), "in 30 min");
  assert.equal(relativeTime(at(0.01), NOW, zhCn), "刚刚");
});

test("keys one after another", () => {
  const shortcuts = ["/", "j", "g t", "g q", "Enter"];
  const rows: [before: string, key: string, keys: string, hit: string | null, why: string][] = [
    ["", "j", "", "j", "a single key"],
    ["", "g", "g", null, "the start of two"],
    ["g", "t", "", "g t", "the second of two"],
    ["g", "j", "", "j", "no pair: the key by itself"],
    ["g", "g", "g", null, "the start once more"],
    ["", "x", "", null, "nothing"],
  ];
  for (const [before, key, keys, hit, why] of rows)
    assert.deepEqual(pressed(before, key, shortcuts), { keys, hit }, why);
});

test("a link leads to a page of ours, or over https", () => {
  const rows: [address: string, leads: string | undefined][] = [
    ["/rights/refund", "/rights/refund"],
    ["https://www.miit.gov.cn/x", "https://www.miit.gov.cn/x"],
    ["http://example.cn", undefined],
    ["//example.cn", undefined],
    ["/\\example.cn", undefined],
    ["javascript:alert(1)", undefined],
    ["JaVaScRiPt:alert(1)", undefined],
    ["data:text/html,x", undefined],
    ["", undefined],
  ];
  for (const [address, leads] of rows) assert.equal(safeHref(address), leads, address);
});

test("sizes and ids", () => {
  assert.deepEqual([500, 2_048, 3_400_000].map(size), ["500 B", "2 KB", "3.2 MB"]);
  assert.match(newId(), /^[0-9a-f]{32}$/);
  assert.notEqual(newId(), newId());
});
