import assert from "node:assert/strict";
import { test } from "node:test";

import type { Step } from "../src/api/types";
import { channelsFor, entryOf, type Written } from "../src/pages/tickets/entry";
import { areSame, changed, forAddress, readFilters, tabOf, withTab, writeFilters } from "../src/pages/tickets/filters";
import { shownSteps } from "../src/pages/tickets/steps";

test("filters and the address say the same", () => {
  const rows: [search: string, address: string, why: string][] = [
    ["", "", "nothing"],
    ["?status=open&kind=fault", "status=open&kind=fault", "as it was"],
    ["kind=fault&status=open", "status=open&kind=fault", "always in one order"],
    ["status=&q=%20", "", "what is empty does not filter"],
    ["page=3&status=open", "status=open", "words that are no filter"],
    ["q=%E5%AE%BD%E5%B8%A6+138", "q=%E5%AE%BD%E5%B8%A6+138", "any words"],
  ];
  for (const [search, address, why] of rows) assert.equal(writeFilters(readFilters(search)), address, why);
});

test("of what is searched for, only ticket numbers stand in the address", () => {
  const rows: [q: string, isShown: boolean, why: string][] = [
    ["TS261121-4K7Q2X", true, "as it is written"],
    ["ts2611214k7q2x", true, "as it is typed"],
    ["13800138000", false, "somebody's number"],
    ["TS13800138000", false, "a number behind letters"],
    ["TS261121-4K7Q2X 13800138000", false, "and more"],
    ["王小明", false, "a name"],
    ["宽带", false, "words: nobody can tell what they are"],
  ];
  for (const [q, isShown, why] of rows) {
    const filters = { status: "open", q } as const;
    assert.deepEqual(forAddress(filters), isShown ? filters : { status: "open" }, why);
  }
});

test("a tab keeps what was chosen besides", () => {
  const mine = { assignee: "me", status: "open" };
  assert.equal(tabOf({}), "all");
  assert.equal(tabOf(mine), "mine");
  assert.equal(tabOf({ ...mine, kind: "fault" }), "mine");
  assert.equal(tabOf({ assignee: "me" }), "all", "closed ones as well: that is not the tab");
  assert.equal(tabOf({ ...mine, due: "missed" }), "missed", "the narrower one");
  assert.deepEqual(withTab({ ...mine, kind: "fault" }, "missed"), { kind: "fault", due: "missed", status: "open" });
  assert.deepEqual(withTab({ due: "1h", status: "open", q: "138" }, "all"), { q: "138" });
});

test("one filter changes or goes, the others stay", () => {
  assert.deepEqual(changed({ kind: "fault", q: "x" }, { q: undefined }), { kind: "fault" });
  assert.deepEqual(changed({ kind: "fault" }, { sort: "due" }), { kind: "fault", sort: "due" });
  assert.ok(areSame({ kind: "fault", q: "x" }, { q: "x", kind: "fault" }));
});

test("buttons stand in the page's order, and only for what can be done", () => {
  const can: Step[] = ["close", "reveal", "note", "take"];
  assert.deepEqual(shownSteps(can), ["take", "note", "close"]);
});

const day = (text: string) => ({ format: () => text });

test("what is told to the server", () => {
  const complaint: Written = { kind: "complaint", channel: "hotline", category: "x", description: " 坏了 ", wish: " " };
  assert.deepEqual(entryOf(complaint, "id", null), {
    entry_id: "id",
    kind: "complaint",
    channel: "hotline",
    category: "x",
    description: "坏了",
  });
  assert.equal(entryOf(complaint, "id", "c1").conversation, "c1");

  const appeal: Written = {
    ...complaint,
    kind: "appeal",
    channel: "authority",
    appeal: { authority: "miit", external_number: "12", received_on: day("2026-11-20"), due_on: day("2026-12-01") },
  };
  const told = entryOf(appeal, "id", "c1");
  assert.equal(told.conversation, undefined, "a letter belongs to no conversation");
  assert.deepEqual(told.appeal, {
    authority: "miit",
    external_number: "12",
    received_on: "2026-11-20",
    due_on: "2026-12-01",
  });
  assert.equal(
    entryOf({ ...appeal, kind: "fault" }, "id", null).appeal,
    undefined,
    "another kind was chosen after all",
  );
});

test("where it came in", () => {
  assert.deepEqual(channelsFor("appeal", "c1"), ["authority"]);
  assert.deepEqual(channelsFor("complaint", "c1"), ["chat"]);
  assert.ok(channelsFor("complaint", null).includes("supervision"));
  assert.ok(!channelsFor("callback", null).includes("social"));
});
