import assert from "node:assert/strict";
import { test } from "node:test";

import { attend, isUnattended, touch, UNATTENDED_AFTER } from "../src/api/attending";
import { get, post } from "../src/api/client";

test("somebody is there as long as they touch something now and then", () => {
  const page = new EventTarget();
  attend(page);
  for (const sign of ["keydown", "pointermove", "wheel"]) {
    const later = Date.now() + UNATTENDED_AFTER + 1;
    assert.ok(isUnattended(later), "nothing was touched since");
    page.dispatchEvent(new Event(sign));
    assert.ok(!isUnattended(Date.now() + UNATTENDED_AFTER - 1000), sign);
  }
});

test("what the page reads by itself says so, what somebody sends does not", async (t) => {
  const said: (string | undefined)[] = [];
  t.mock.method(globalThis, "fetch", (_: string, init: RequestInit) => {
    said.push((init.headers as Record<string, string>)["x-quanyi-unattended"]);
    return Promise.resolve(new Response("{}"));
  });
  touch();
  await get("/queue");
  t.mock.method(Date, "now", () => new Date().getTime() + UNATTENDED_AFTER + 1);
  await get("/queue");
  await post("/presence", { state: "away" });
  assert.deepEqual(said, [undefined, "1", undefined]);
});
