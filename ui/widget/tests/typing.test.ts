import assert from "node:assert/strict";
import { test } from "node:test";

import { Typing } from "../src/typing.js";

/** Milliseconds from the start, and what the field then holds; what is told, and when. */
const WRITING: [string, [number, string][], [number, boolean][]][] = [
  [
    "one letter, and silence",
    [[0, "您"]],
    [
      [0, true],
      [4_000, false],
    ],
  ],
  [
    "written and taken back",
    [
      [0, "您"],
      [500, ""],
    ],
    [
      [0, true],
      [500, false],
    ],
  ],
  [
    "every letter is not told",
    [
      [0, "a"],
      [300, "ab"],
      [600, "abc"],
    ],
    [
      [0, true],
      [4_600, false],
    ],
  ],
  [
    "who goes on is told again",
    [
      [0, "a"],
      [2_000, "ab"],
      [3_000, "abc"],
    ],
    [
      [0, true],
      [3_000, true],
      [7_000, false],
    ],
  ],
  ["an empty field that is emptied", [[0, ""]], []],
];

for (const [name, writing, told] of WRITING) {
  test(`typing: ${name}`, (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000 });
    const heard: [number, boolean][] = [];
    const typing = new Typing((on) => heard.push([Date.now() - 1_000, on]));
    let now = 0;
    for (const [at, draft] of writing) {
      context.mock.timers.tick(at - now);
      now = at;
      typing.changed(draft === "");
    }
    // In steps: one of a minute would call all timers at its end.
    for (let step = 0; step < 100; step++) context.mock.timers.tick(100);
    assert.deepEqual(heard, told);
  });
}
