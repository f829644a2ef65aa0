import assert from "node:assert/strict";
import { test } from "node:test";

import { left, standing, type Standing } from "../src/clocks.js";
import { simplified } from "../src/texts/zh-cn.js";
import { english } from "../src/texts/en.js";
import { clockTime, dayAndTime, isAfterPause, size, timeLeft } from "../src/times.js";

const NOW = Date.parse("2026-11-22T12:00:00+08:00");

const STANDINGS: [string, string | null, boolean, Standing][] = [
  ["a day is left", "2026-11-23T12:00:00+08:00", false, "running"],
  ["exactly an hour is left", "2026-11-22T13:00:00+08:00", false, "running"],
  ["under an hour is left", "2026-11-22T12:59:59+08:00", false, "soon"],
  ["the very moment", "2026-11-22T12:00:00+08:00", false, "over"],
  ["its time has passed", "2026-11-22T11:00:00+08:00", false, "over"],
  ["met, and its time has passed", "2026-11-22T11:00:00+08:00", true, "done"],
  ["met before its time", "2026-11-23T12:00:00+08:00", true, "done"],
  ["met, and the server tells no time", null, true, "done"],
];

for (const [why, due, met, expected] of STANDINGS) {
  test(`a clock: ${why}`, () => assert.equal(standing({ name: "feedback", label: "", due, met }, NOW), expected));
}

const LEFT: [string, string][] = [
  // A begun second counts: the first thing that is shown is the whole promise.
  ["2026-11-23T12:00:00+08:00", "还剩 24 小时 0 分 0 秒"],
  ["2026-11-23T11:59:59.500+08:00", "还剩 24 小时 0 分 0 秒"],
  ["2026-11-22T12:00:01+08:00", "还剩 0 分 1 秒"],
  // A server in another zone tells the same moment.
  ["2026-11-22T05:30:05Z", "还剩 1 小时 30 分 5 秒"],
];

for (const [due, words] of LEFT) {
  test(`until ${due}: ${words}`, () => assert.equal(timeLeft(left(due, NOW), simplified), words));
}

const DAYS: [string, string][] = [
  ["2026-11-22T06:16:00+08:00", "今天 06:16"],
  ["2026-11-21T23:59:00+08:00", "昨天 23:59"],
  ["2026-11-23T00:00:00+08:00", "明天 00:00"],
  ["2026-11-24T06:16:00+08:00", "后天 06:16"],
  ["2026-11-25T06:16:00+08:00", "11月25日 06:16"],
  // Midnight is Chinese midnight.
  ["2026-11-22T16:30:00Z", "明天 00:30"],
];

for (const [time, words] of DAYS) {
  test(`${time} is ${words}`, () => assert.equal(dayAndTime(time, NOW, simplified, "zh-CN"), words));
}

test("English has no word for the day after tomorrow", () => {
  assert.equal(dayAndTime("2026-11-24T06:16:00+08:00", NOW, english, "en"), "November 24 06:16");
  assert.equal(clockTime("2026-11-24T18:05:00+08:00", "en"), "18:05");
});

test("the time stands above the first message and after five silent minutes", () => {
  assert.equal(isAfterPause("2026-11-22T12:00:00+08:00", null), true);
  assert.equal(isAfterPause("2026-11-22T12:05:00+08:00", "2026-11-22T12:00:00+08:00"), false);
  assert.equal(isAfterPause("2026-11-22T12:05:01+08:00", "2026-11-22T12:00:00+08:00"), true);
});

test("sizes as people say them", () => {
  assert.deepEqual([1, 2048, 1024 * 1024, 1.5 * 1024 * 1024].map(size), ["1 KB", "2 KB", "1 MB", "1.5 MB"]);
});
