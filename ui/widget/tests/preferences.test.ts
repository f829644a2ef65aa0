import assert from "node:assert/strict";
import { test } from "node:test";

import { Preferences } from "../src/preferences.js";
import { MemoryStore } from "../src/storage.js";

test("what a customer has not chosen is left to the page", () => {
  assert.deepEqual(new Preferences(new MemoryStore()).read(), {});
});

test("what a customer has chosen is remembered, each for itself", () => {
  const store = new MemoryStore();
  new Preferences(store).keep({ elder: false });
  new Preferences(store).keep({ theme: "dark", language: "zh-TW" });
  assert.deepEqual(new Preferences(store).read(), { elder: false, theme: "dark", language: "zh-TW" });
});

test("what somebody else has written there is no choice", () => {
  const store = new MemoryStore();
  store.set("theme", "pink");
  store.set("language", "klingon");
  assert.deepEqual(new Preferences(store).read(), {});
});
