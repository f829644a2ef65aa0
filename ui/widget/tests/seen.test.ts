import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Seen } from "../src/seen.js";

/** What was told, with a server that keeps it or not. */
function seenWith(keeps: () => boolean) {
  const told: number[] = [];
  const seen = new Seen((id) => {
    told.push(id);
    return Promise.resolve(keeps());
  });
  return { seen, told };
}

async function after(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

test("what is in view for a moment is confirmed once", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { seen, told } = seenWith(() => true);
  seen.shows(3);
  await after(100);
  seen.shows(7);
  assert.deepEqual(told, []);
  await after(1_000);
  seen.shows(7);
  await after(60_000);
  assert.deepEqual(told, [7]);
  mock.timers.reset();
});

test("what went out of view at once was not shown", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { seen, told } = seenWith(() => true);
  seen.shows(3);
  await after(100);
  seen.shows(null);
  await after(60_000);
  assert.deepEqual(told, []);
  mock.timers.reset();
});

test("what the server does not have is said again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let keeps = false;
  const { seen, told } = seenWith(() => keeps);
  seen.shows(3);
  await after(1_000);
  seen.connected();
  await after(0);
  assert.deepEqual(told, [3, 3], "on the next connection");
  keeps = true;
  await after(20_000);
  assert.deepEqual(told.length >= 3, true, "and after a while");
  const often = told.length;
  seen.connected();
  await after(60_000);
  assert.equal(told.length, often, "until the server has it");
  mock.timers.reset();
});

test("another conversation begins anew", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { seen, told } = seenWith(() => true);
  seen.shows(9);
  await after(1_000);
  seen.clear();
  seen.shows(2);
  await after(1_000);
  assert.deepEqual(told, [9, 2]);
  mock.timers.reset();
});
