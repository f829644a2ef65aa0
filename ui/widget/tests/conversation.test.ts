import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../src/conversation.js";
import { message } from "./fakes.js";

const AT = "2026-11-22T00:00:00.000Z";

function texts(conversation: Conversation): string[] {
  return conversation.entries.map((entry) => entry.text);
}

test("what came twice is there once, in the server's order", () => {
  const conversation = new Conversation();
  conversation.take(message({ id: 3, text: "c" }), AT);
  conversation.take(message({ id: 1, text: "a" }), AT);
  conversation.take(message({ id: 3, text: "c" }), AT);
  conversation.take(message({ id: 2, text: "b" }), AT);
  assert.deepEqual(texts(conversation), ["a", "b", "c"]);
});

test("the customer's own message is recognised by its id, whatever arrives first", () => {
  const conversation = new Conversation();
  conversation.take(message({ id: 1, text: "hello" }), AT);
  conversation.write("m1", AT, { text: "宽带断了" });
  conversation.take(message({ id: 3, text: "answer", in_reply_to: "m1" }), AT);
  // Answered, so it has arrived.
  assert.deepEqual(texts(conversation), ["hello", "宽带断了", "answer"]);
  assert.equal(conversation.find("m1")?.state, "delivered");

  conversation.take(message({ id: 2, author: "customer", message_id: "m1", text: "宽带断了" }), AT);
  assert.deepEqual(texts(conversation), ["hello", "宽带断了", "answer"]);
  assert.equal(conversation.find("m1")?.state, "delivered");
});

test("a button that was chosen shows its title, before and after the history", () => {
  const conversation = new Conversation();
  conversation.write("m1", AT, { text: "/affirm", title: "确认登记" });
  conversation.take(message({ id: 2, author: "customer", message_id: "m1", text: "确认登记" }), AT);
  const [entry] = conversation.entries;
  assert.equal(entry?.title ?? entry?.text, "确认登记");
});

test("buttons can be chosen until the customer has said something", () => {
  const conversation = new Conversation();
  conversation.take(message({ id: 1, text: "?", buttons: [{ title: "跳过", payload: "/skip" }] }), AT);
  conversation.take(message({ id: 2, text: "one more thing" }), AT);
  const [question] = conversation.entries;
  assert.equal(conversation.openButtons(question!).length, 1);
  conversation.write("m1", AT, { text: "13800138000" });
  assert.equal(conversation.openButtons(question!).length, 0);
});

test("a photo leaves the question open, and only the newest question is", () => {
  const skip = [{ title: "跳过", payload: "/skip" }];
  const conversation = new Conversation();
  conversation.take(message({ id: 1, text: "since when?", buttons: skip, in_reply_to: "m1" }), AT);
  conversation.take(message({ id: 2, author: "customer", message_id: "f1", attachment: { id: "e1" } }), AT);
  conversation.take(message({ id: 3, author: "system", text: "got it", in_reply_to: "f1" }), AT);
  const [first] = conversation.entries;
  assert.equal(conversation.openButtons(first!).length, 1);
  conversation.take(message({ id: 4, text: "what do you want?", buttons: skip, in_reply_to: "m2" }), AT);
  assert.equal(conversation.openButtons(first!).length, 0);
  assert.equal(conversation.openButtons(conversation.entries[3]!).length, 1);
});

test("two messages without numbers stay in the order of their writing", () => {
  const conversation = new Conversation();
  conversation.take(message({ id: 7, text: "old" }), AT);
  conversation.write("m1", AT, { text: "first" });
  conversation.write("m2", AT, { text: "second" });
  assert.deepEqual(texts(conversation), ["old", "first", "second"]);
});

test("a new session keeps only what the server has not stored", () => {
  const conversation = new Conversation();
  conversation.take(message({ id: 7, text: "old" }), AT);
  conversation.write("m1", AT, { text: "delivered" }).state = "delivered";
  conversation.write("m2", AT, { text: "on its way" });
  conversation.forgetStored();
  assert.deepEqual(texts(conversation), ["on its way"]);
  conversation.take(message({ id: 1, text: "new" }), AT);
  assert.deepEqual(texts(conversation), ["new", "on its way"]);
});

test("what was written before a reload stands behind the history, also after it has arrived", () => {
  const conversation = new Conversation();
  const first = conversation.write("m1", AT, { text: "first" });
  const second = conversation.write("m2", AT, { text: "second" });
  conversation.take(message({ id: 7, text: "old" }), AT);
  assert.deepEqual(texts(conversation), ["old", "first", "second"]);
  conversation.mark(first, "sending");
  conversation.mark(first, "delivered");
  conversation.take(message({ id: 9, text: "answer", in_reply_to: "m1" }), AT);
  assert.deepEqual(texts(conversation), ["old", "first", "answer", "second"]);
  conversation.mark(second, "refused", "too_long");
  conversation.take(message({ id: 10, text: "later" }), AT);
  assert.deepEqual(texts(conversation), ["old", "first", "answer", "second", "later"]);
});

test("what was deleted up to a message goes with what the customer wrote before it, without a number", () => {
  const conversation = new Conversation();
  const asked = conversation.write("m1", AT, { text: "把我的资料删掉" });
  conversation.mark(asked, "delivered");
  conversation.take(message({ id: 2, text: "plan", in_reply_to: "m1" }), AT);
  const refused = conversation.write("m2", AT, { text: "too long" });
  conversation.mark(refused, "refused", "too_long");
  const yes = conversation.write("m3", AT, { text: "确认删除" }); // number 3 on the server
  conversation.mark(yes, "delivered");
  conversation.take(message({ id: 4, text: "begun", in_reply_to: "m3" }), AT);
  const later = conversation.write("m4", AT, { text: "好了吗" });
  conversation.mark(later, "delivered");
  conversation.write("m5", AT, { text: "on its way" });
  conversation.erase(3);
  assert.deepEqual(texts(conversation), ["begun", "好了吗", "on its way"]);
});

test("every card of a ticket shows the newest that is known of it", () => {
  const card = (stage: string) => ({ kind: "ticket", number: "TS1", category: "", stage, clocks: [] });
  const conversation = new Conversation();
  conversation.take(message({ id: 1, card: card("已受理") }), AT);
  conversation.take(message({ id: 2, card: card("处理中") }), AT);
  assert.equal(conversation.newestCard("TS1")?.stage, "处理中");
  assert.equal(conversation.newestCard("TS2"), null);
});
