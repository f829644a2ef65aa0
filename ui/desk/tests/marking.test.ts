import assert from "node:assert/strict";
import { test } from "node:test";

import { cuts, marked, read, retyped, typed, unmarked, write } from "../src/pages/trainer/marking";

test("what is written is read again, value and all", () => {
  for (const [words, why] of [
    ["查话费", "nothing is marked"],
    ["[上个月](date)多扣了[八十块](amount)", "two"],
    ['多扣了[八十块]{"entity":"amount","value":"80"}', "with a value of its own"],
    ["气死我了[怒] [怒]", "brackets of the text itself"],
  ] as const)
    assert.equal(write(read(words)), words, why);
});

test("a mark stays where it was while something is typed before or behind it", () => {
  const before = read("多扣了[八十块](amount)");
  assert.equal(write(retyped(before, "这个月多扣了八十块")), "这个月多扣了[八十块](amount)");
  assert.equal(write(retyped(before, "多扣了八十块钱")), "多扣了[八十块](amount)钱");
});

test("a mark whose words are changed is gone", () => {
  assert.equal(write(retyped(read("多扣了[八十块](amount)"), "多扣了九十块")), "多扣了九十块");
});

test("an annotation that is typed becomes a mark, and those that were there stay", () => {
  const before = read("[上个月](date)多扣了八十块");
  assert.equal(write(typed(before, "上个月多扣了[八十块](amount)")), "[上个月](date)多扣了[八十块](amount)");
  assert.equal(typed(before, "上个月多扣了[八十块](amount)").text, "上个月多扣了八十块");
});

test("a new mark takes the place of those under it", () => {
  const sentence = marked(read("[上个](date)月[八十块](amount)"), 0, 3, "month");
  assert.equal(write(sentence), "[上个月](month)[八十块](amount)");
  assert.equal(write(unmarked(sentence, 3)), "[上个月](month)八十块");
});

test("a mark that ends within a word is told", () => {
  const tokens = [
    { text: "多扣", start: 0, end: 2 },
    { text: "八十块", start: 2, end: 5 },
  ];
  assert.equal(cuts({ start: 2, end: 5, entity: "amount" }, tokens), false);
  assert.equal(cuts({ start: 2, end: 4, entity: "amount" }, tokens), true);
  assert.equal(cuts({ start: 1, end: 5, entity: "amount" }, tokens), true);
});
