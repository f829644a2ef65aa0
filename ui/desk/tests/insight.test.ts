import assert from "node:assert/strict";
import { test } from "node:test";

import type { Figure, SplitRow, Unit } from "../src/api/types";
import { worstFirst } from "../src/parts/ranking";
import { change, share, shown, standing } from "../src/parts/figures";
import {
  isSpan,
  monthsBefore,
  presetOf,
  quarterAfter,
  quartersBefore,
  readSpan,
  spanOf,
  stepFor,
} from "../src/parts/periods";
import { labelled, limitsOf, scaleOf } from "../src/parts/scale";
import { changed, oneOf } from "../src/parts/useUrl";
import { zhCn } from "../src/texts/zh-cn";

const TODAY = "2026-11-23";

test("a figure in its unit", () => {
  const rows: [value: number | null, unit: Unit, target: number | null, said: string, why: string][] = [
    [null, "share", 1, "—", "nothing was counted"],
    [0.964, "share", 0.9, "96.4%", "one digit"],
    [0.9996, "share", 1, "99.96%", "not taken for the 100% that was promised"],
    [1, "share", 1, "100%", "all of them"],
    [0.0048, "share", 0.005, "0.48%", "small rates have two digits"],
    [0.8999, "share", 0.9, "89.99%", "just below"],
    [-0.125, "change", null, "−12.5%", "fewer than a year before"],
    [24.34, "seconds", 30, "24.3 秒", "short waits with one digit"],
    [754, "seconds", null, "12 分 34 秒", "minutes"],
    [64_800, "seconds", null, "18 小时", "hours"],
    [8.667, "score", null, "8.67 分", "marks"],
    [12_345, "count", null, "12,345", "thousands apart"],
    [3.256, "per_million", null, "3.26 件/百万用户", "of customers"],
    [1.2, "per_10000", 100, "1.2 件/万用户", "of customers"],
  ];
  for (const [value, unit, target, said, why] of rows) assert.equal(shown(value, unit, zhCn, target), said, why);
  assert.equal(share(0), "0%");
});

test("whether a target is met", () => {
  const rows: [value: number | null, target: number | null, better: "up" | "down", stands: string][] = [
    [0.9, 0.9, "up", "met"],
    [0.8999, 0.9, "up", "missed"],
    [30, 30, "down", "met"],
    [30.4, 30, "down", "missed"],
    [null, 0.9, "up", "few"],
    [0.5, null, "up", "none"],
  ];
  for (const [value, target, better, stands] of rows) assert.equal(standing(value, { target, better }), stands);
});

test("against the period before", () => {
  const rows: [now: number | null, before: number | null, unit: Unit, better: "up" | "down", said: unknown][] = [
    [0.96, 0.948, "share", "up", { text: "+1.2 个百分点", turn: "better" }],
    [0.96, 0.948, "share", "down", { text: "+1.2 个百分点", turn: "worse" }],
    [0.96, 0.96, "share", "up", { text: "持平", turn: "same" }],
    [40, 50, "count", "down", { text: "−10 (−20%)", turn: "better" }],
    [5, 0, "count", "down", { text: "+5", turn: "worse" }],
    [20, 24.5, "seconds", "down", { text: "−4.5 秒", turn: "better" }],
    [8.9, 8.7, "score", "up", { text: "+0.2", turn: "better" }],
    [0.96, null, "share", "up", null],
  ];
  for (const [now, before, unit, better, said] of rows)
    assert.deepEqual(change(now, before, { unit, better }, zhCn), said);
});

test("periods as days of China, and back", () => {
  assert.deepEqual(spanOf("month", TODAY), { since: "2026-11-01", until: TODAY });
  assert.deepEqual(spanOf("last", "2026-01-15"), { since: "2025-12-01", until: "2025-12-31" });
  assert.deepEqual(spanOf("quarter", TODAY), { since: "2026-10-01", until: TODAY });
  assert.deepEqual(spanOf("lastQuarter", "2026-02-10"), { since: "2025-10-01", until: "2025-12-31" });
  assert.equal(presetOf({ since: "2026-10-01", until: "2026-10-31" }, TODAY), "last");
  assert.equal(presetOf({ since: "2026-10-02", until: "2026-10-31" }, TODAY), null);
  assert.deepEqual(monthsBefore("2026-02-10", 3), ["2026-02", "2026-01", "2025-12"]);
  assert.deepEqual(quartersBefore("2026-02-10", 3), ["2026Q1", "2025Q4", "2025Q3"]);
  assert.deepEqual([quarterAfter("2026Q3"), quarterAfter("2026Q4")], ["2026Q4", "2027Q1"]);
});

test("the address names the period, and a wrong one is this month", () => {
  const rows: [address: string, since: string, why: string][] = [
    ["since=2026-10-05&until=2026-10-20", "2026-10-05", "as it says"],
    ["", "2026-11-01", "it names none"],
    ["since=2026-10-20&until=2026-10-05", "2026-11-01", "it ends before it begins"],
    ["since=2025-01-01&until=2026-10-05", "2026-11-01", "longer than a year"],
    ["since=2026-13-01&until=2026-13-05", "2026-11-01", "there are no such days"],
    ["since=yesterday&until=today", "2026-11-01", "no days"],
  ];
  for (const [address, since, why] of rows) {
    assert.equal(readSpan(new URLSearchParams(address), TODAY).since, since, why);
  }
  assert.ok(isSpan({ since: "2025-11-23", until: TODAY }), "366 days");
  assert.ok(!isSpan({ since: "2025-11-22", until: TODAY }), "367 days");
  assert.equal(stepFor(spanOf("last", TODAY)), "day");
  assert.equal(stepFor(spanOf("lastQuarter", TODAY)), "week");
  assert.equal(stepFor({ since: "2026-01-01", until: TODAY }), "month");
});

test("what is empty leaves the address; unknown words mean the first", () => {
  const before = new URLSearchParams("by=region&value=浙江");
  assert.equal(changed(before, { value: null, step: "week" }).toString(), "by=region&step=week");
  assert.equal(before.get("value"), "浙江");
  assert.equal(oneOf("gone", ["department", "region"]), "department");
  assert.equal(oneOf("region", ["department", "region"]), "region");
});

test("an axis has round ticks and does not leave what can be", () => {
  assert.deepEqual(scaleOf([0.91, 0.987, 1], limitsOf("share", 1)), {
    low: 0.9,
    high: 1,
    ticks: [0.9, 0.925, 0.95, 0.975, 1],
  });
  assert.deepEqual(scaleOf([7, 12], limitsOf("count", 12)).ticks, [6, 8, 10, 12]);
  assert.deepEqual(
    scaleOf([3_600, 90_000], limitsOf("seconds", 90_000)).ticks.map((each) => each / 3_600),
    [0, 10, 20, 30],
    "whole hours",
  );
  assert.ok(scaleOf([0.5], limitsOf("share", 0.5)).high > 0.5, "one value alone has room");
  assert.equal(scaleOf([], limitsOf("share", 0)).ticks.length > 1, true, "none at all: an empty axis");
  assert.deepEqual([...labelled(3, 10)], [0, 1, 2]);
  assert.ok(labelled(30, 10).has(29), "the newest is always named");
});

test("what has most to mend stands first", () => {
  const row = (value: string, numerator: number, denominator: number, rate: number | null): SplitRow => ({
    value,
    title: value,
    numerator,
    denominator,
    rate,
  });
  const rows = [row("a", 99, 100, 0.99), row("b", 0, 0, null), row("c", 8, 10, 0.8)];
  const order = (figure: Pick<Figure, "unit" | "better">): string =>
    worstFirst(rows, figure)
      .map(({ value }) => value)
      .join("");
  assert.equal(order({ unit: "share", better: "up" }), "cab");
  assert.equal(order({ unit: "share", better: "down" }), "acb");
  assert.equal(order({ unit: "count", better: "down" }), "acb", "of counts, what is most");
});
