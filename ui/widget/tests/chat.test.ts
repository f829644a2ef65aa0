import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../src/chat.js";
import { MemoryStore } from "../src/storage.js";
import { FakeFiles, FakeLine, message, settled } from "./fakes.js";

const SERVER = "https://care.example.cn";
const BOT = { owner: "bot", staff: null } as const;

function chatWith(store = new MemoryStore()) {
  const line = new FakeLine();
  const files = new FakeFiles();
  const heard: string[] = [];
  const refused: string[] = [];
  const chat = new Chat(
    SERVER,
    store,
    line,
    files,
    () => {},
    (each) => heard.push(each.text),
    (why) => refused.push(why),
  );
  return { chat, line, files, store, heard, refused };
}

function states(chat: Chat): (string | null)[] {
  return chat.conversation.entries.map((entry) => entry.state);
}

test("what is written before the connection is there is sent when it is, in order", async () => {
  const { chat, line } = chatWith();
  chat.connect();
  chat.say("第一句");
  chat.say("第二句");
  assert.deepEqual(states(chat), ["waiting", "waiting"]);
  line.open();
  await settled();
  assert.deepEqual(
    line.uttered.map((each) => each.text),
    ["第一句", "第二句"],
  );
  assert.deepEqual(states(chat), ["delivered", "delivered"]);
});

test("the second message waits for the first one's acknowledgement", async () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.acks = ["never"];
  chat.say("第一句");
  chat.say("第二句");
  await settled();
  assert.deepEqual(
    line.uttered.map((each) => each.text),
    ["第一句"],
  );
  assert.deepEqual(states(chat), ["sending", "waiting"]);
});

test("a reload in the middle: the same message goes again under the same id", async () => {
  const { chat, line, store } = chatWith();
  chat.connect();
  line.open();
  line.acks = ["never"];
  chat.say("/affirm", "确认登记");
  await settled();
  const [first] = line.uttered;

  const after = chatWith(store);
  assert.equal(after.chat.restore(), true);
  assert.equal(after.chat.conversation.entries[0]?.title, "确认登记");
  after.chat.connect();
  after.line.open();
  await settled();
  assert.deepEqual(after.line.sessionsAsked, ["token-1"]);
  assert.deepEqual(after.line.uttered, [first]);
  assert.equal(chatWith(store).chat.restore(), false);
});

test("no acknowledgement in time: a new connection, and the same id again", async () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.acks = [null];
  chat.say("家里宽带断了");
  await settled();
  assert.equal(line.reconnects, 1);
  assert.deepEqual(states(chat), ["waiting"]);
  line.listener.onLost("");
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal(line.uttered.length, 1);
  line.open();
  await settled();
  assert.equal(line.uttered.length, 2);
  assert.equal(line.uttered[0]?.messageId, line.uttered[1]?.messageId);
  assert.deepEqual(states(chat), ["delivered"]);
});

test("a message that the server refuses for good says why and can be sent again", async () => {
  const { chat, line, store } = chatWith();
  chat.connect();
  line.open();
  line.acks = [{ ok: false, reason: "too_long", retry: false, after: 0 }];
  chat.say("很长");
  await settled();
  const [entry] = chat.conversation.entries;
  assert.deepEqual([entry?.state, entry?.reason], ["refused", "too_long"]);
  assert.equal(chatWith(store).chat.restore(), false);
  chat.again(entry!.key);
  await settled();
  assert.notEqual(line.uttered[0]?.messageId, line.uttered[1]?.messageId);
  assert.deepEqual(states(chat), ["delivered"]);
});

test("a session that is not taken any more: said so, and what is unsent goes with the new one", async () => {
  const store = new MemoryStore();
  store.set(`${SERVER}|session`, "expired");
  const { chat, line } = chatWith(store);
  chat.say("在吗");
  chat.connect();
  line.listener.onConnected();
  assert.deepEqual(line.sessionsAsked, ["expired"]);
  line.listener.onRefused("session", "");
  line.listener.onSession("fresh");
  await settled();
  assert.equal(chat.notice, "session_ended");
  assert.deepEqual(
    line.uttered.map((each) => each.token),
    ["fresh"],
  );
  assert.equal(store.get(`${SERVER}|session`), "fresh");
});

test("a renewed token is the same conversation", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open("token-1");
  line.listener.onHistory({ messages: [message({ id: 1, text: "您好" })], answering: BOT, more: false });
  line.listener.onSession("token-2");
  assert.equal(chat.conversation.entries.length, 1);
  assert.equal(chat.notice, "");
});

test("history after a reload counts nothing as new; live messages do", () => {
  const { chat, line, heard } = chatWith();
  chat.connect();
  line.open();
  line.listener.onHistory({
    messages: [message({ id: 1, text: "旧" })],
    answering: { owner: "agent", staff: "0172" },
    more: true,
  });
  assert.deepEqual([heard, chat.owner, chat.hasEarlier], [[], "agent", true]);
  line.listener.onMessage(message({ id: 2, text: "新", author: "agent", staff: "0172" }));
  line.listener.onMessage(message({ id: 2, text: "新", author: "agent", staff: "0172" }));
  assert.deepEqual(heard, ["新"]);
  chat.askEarlier();
  assert.deepEqual(line.earlier, [1]);
});

test("what is true for the moment goes with the answer and is in no history", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.listener.onTyping({ on: true, by: "bot" });
  line.listener.onMessage(message({ id: null, transient: true, author: "system", text: "有点慢" }));
  assert.equal(chat.meanwhile?.text, "有点慢");
  assert.equal(chat.conversation.entries.length, 0);
  line.listener.onMessage(message({ id: 3, text: "答案" }));
  assert.equal(chat.meanwhile, null);
  line.listener.onTyping({ on: false, by: "bot" });
});

const NOTICES: [string, string][] = [
  ["too_many_sockets", "too_many"],
  ["database", "busy"],
  ["", ""],
];

for (const [reason, notice] of NOTICES) {
  test(`a connection lost with the reason ${reason || "(none)"}`, () => {
    const { chat, line } = chatWith();
    chat.connect();
    line.listener.onLost(reason);
    assert.deepEqual([chat.link, chat.notice], ["lost", notice]);
    line.open();
    assert.deepEqual([chat.link, chat.notice], ["ready", ""]);
  });
}

test("a file goes up under its id, again when the connection is back, and says why when it is refused", async () => {
  const { chat, line, files } = chatWith();
  chat.connect();
  const photo = new File(["x"], "router.png", { type: "image/png" });
  assert.equal(await chat.attach(photo), "");
  assert.deepEqual([states(chat), files.sent], [["waiting"], []]);
  files.answers = [{ ok: false, reason: "evidence_broken", told: "这个文件打不开", retry: false }];
  line.open();
  await settled();
  const [entry] = chat.conversation.entries;
  assert.deepEqual([entry?.state, entry?.reason, entry?.told], ["refused", "evidence_broken", "这个文件打不开"]);
  chat.again(entry!.key);
  await settled();
  assert.deepEqual(states(chat), ["delivered"]);
  assert.deepEqual(files.sent, [entry!.key, entry!.key]);
});

const OBJECTIONS: [string, File, string][] = [
  ["a program", new File(["MZ"], "a.exe", { type: "application/x-msdownload" }), "evidence_type"],
  ["a photo of an iPhone", new File(["x"], "a.heic", { type: "image/heic" }), "evidence_heic"],
  ["nothing in it", new File([], "a.pdf", { type: "application/pdf" }), "evidence_empty"],
  [
    "too large",
    new File([new Uint8Array(10 * 1024 * 1024 + 1)], "a.pdf", { type: "application/pdf" }),
    "evidence_large",
  ],
];

for (const [why, file, reason] of OBJECTIONS) {
  test(`a file that is not even sent: ${why}`, async () => {
    const { chat, line, files } = chatWith();
    chat.connect();
    line.open();
    assert.equal(await chat.attach(file), reason);
    assert.deepEqual([chat.conversation.entries.length, files.sent], [0, []]);
  });
}

test("ending the conversation leaves nothing on the device", async () => {
  const { chat, line, store } = chatWith();
  chat.connect();
  line.open();
  line.acks = ["never"];
  chat.say("还没发出去");
  await settled();
  chat.forget();
  assert.deepEqual(store.names(""), []);
  assert.deepEqual([chat.conversation.entries.length, chat.link], [0, "off"]);
});

test("a wrong clock on the device does not change what is left of a promise", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  line.listener.onMessage(message({ id: 1, text: "x", at: ahead }));
  assert.ok(Math.abs(chat.skew - 3_600_000) < 1_000);
  line.listener.onMessage(message({ id: 2, text: "x", at: new Date().toISOString() }));
  assert.equal(chat.skew, 0);
});

test("who is logged in is said with every session, and again when it changes", () => {
  const { chat, line } = chatWith();
  chat.identify("jwt-1");
  chat.connect();
  line.open();
  chat.identify("jwt-2");
  line.listener.onConnected(); // the connection was cut and is back
  assert.deepEqual(line.identities, ["jwt-1", "jwt-2", "jwt-2"]);
  assert.deepEqual(line.sessionsAsked, [null, "token-1", "token-1"]);
});

test("an identity that is refused is the page's business, and the conversation goes on", () => {
  const { chat, line, refused } = chatWith();
  chat.identify("expired");
  chat.connect();
  line.listener.onConnected();
  line.listener.onRefused("identity", "it has expired");
  line.listener.onSession("token-1");
  assert.deepEqual([refused, chat.link, chat.notice], [["it has expired"], "ready", ""]);
});

test("whoever logs in on the same computer sees nothing of the one before, and sends nothing of theirs", async () => {
  const { chat, line, store } = chatWith();
  chat.connect();
  line.open("token-1");
  line.listener.onHistory({ messages: [message({ id: 1, text: "余额 12.00 元" })], answering: BOT, more: false });
  line.acks = ["never"];
  chat.say("我的账单");
  chat.identify("jwt of another");
  line.listener.onRefused("identity_other", "this conversation is another user's");
  line.listener.onSession("token-2");
  await settled();
  assert.deepEqual([chat.conversation.entries, line.uttered.length], [[], 1]);
  assert.equal(store.get(`${SERVER}|session`), "token-2");
});

test("logging out ends the conversation on this device", () => {
  const { chat, line, store } = chatWith();
  chat.identify("jwt");
  chat.connect();
  line.open("token-1");
  line.listener.onHistory({ messages: [message({ id: 1, text: "余额 12.00 元" })], answering: BOT, more: false });
  chat.identify(null);
  line.listener.onConnected();
  assert.deepEqual(chat.conversation.entries, []);
  assert.equal(store.get(`${SERVER}|session`), null);
  assert.deepEqual(line.sessionsAsked.at(-1), null);
});

test("a page that is loaded after logging out shows nothing of who was logged in", () => {
  const store = new MemoryStore();
  const before = chatWith(store);
  before.chat.identify("jwt");
  before.chat.connect();
  before.line.open("token-1");
  const after = chatWith(store);
  after.chat.identify(null);
  after.chat.connect();
  after.line.listener.onConnected();
  assert.deepEqual(after.line.sessionsAsked, [null]);
});

test("a page that is loaded while still logged in goes on", () => {
  const store = new MemoryStore();
  const before = chatWith(store);
  before.chat.identify("jwt");
  before.chat.connect();
  before.line.open("token-1");
  const after = chatWith(store);
  after.chat.identify("jwt of later");
  after.chat.connect();
  after.line.listener.onConnected();
  assert.deepEqual(after.line.sessionsAsked, ["token-1"]);
});

test("a deletion: what was deleted goes from the screen, what is younger or unsent stays", async () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.listener.onMessage(message({ id: 1, text: "号码" }));
  line.listener.onMessage(message({ id: 2, text: "确认" }));
  line.listener.onMessage(message({ id: 3, text: "正在删除" }));
  line.acks = ["never"];
  chat.say("好了吗");
  const card = { kind: "receipt", number: "YS261122-000001", title: "删除个人信息", rows: [], erased: 2 };
  line.listener.onMessage(message({ id: 5, author: "system", text: "已删除", card }));
  assert.deepEqual(
    chat.conversation.entries.map((entry) => entry.text),
    ["正在删除", "已删除", "好了吗"],
  );
});

test("the place in the queue stands while a person is waited for, and the agent's number once there is one", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.listener.onOwner({ owner: "queue", staff: null });
  line.listener.onPlace({ position: 3, estimate: 90, isOpen: true, opensAt: null });
  assert.deepEqual([chat.owner, chat.place?.position], ["queue", 3]);
  line.listener.onOwner({ owner: "agent", staff: "8021" });
  assert.deepEqual([chat.owner, chat.place, chat.staff], ["agent", null, "8021"]);
  line.listener.onOwner(BOT);
  assert.deepEqual([chat.owner, chat.staff], ["bot", null]);
});

test("an agent's typing ends with the message, with the agent, with the connection, and by itself", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  const ends: [string, () => void][] = [
    ["told", () => line.listener.onTyping({ on: false, by: "agent" })],
    ["message", () => line.listener.onMessage(message({ id: 9, text: "好的", author: "agent" }))],
    ["owner", () => line.listener.onOwner(BOT)],
    ["connection", () => line.listener.onLost("")],
    ["the end was lost", () => context.mock.timers.tick(8_000)],
  ];
  for (const [why, end] of ends) {
    line.listener.onTyping({ on: true, by: "agent" });
    assert.equal(chat.isAgentTyping, true, why);
    end();
    assert.equal(chat.isAgentTyping, false, why);
  }
  assert.equal(chat.isTyping, false);
});

test("a bot's end of typing leaves an agent's alone", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.listener.onTyping({ on: true, by: "agent" });
  line.listener.onTyping({ on: false, by: "bot" });
  assert.equal(chat.isAgentTyping, true);
  chat.disconnect();
});

test("only an agent is told that the customer writes", () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  chat.writes(false);
  line.listener.onOwner({ owner: "queue", staff: null });
  chat.writes(false);
  assert.deepEqual(line.typed, []);
  line.listener.onOwner({ owner: "agent", staff: "8021" });
  chat.writes(false);
  chat.writes(false);
  chat.say("好的");
  assert.deepEqual(line.typed, [true, false]);
});

test("what is in view is confirmed, but not the customer's own words", async () => {
  const { chat, line } = chatWith();
  chat.connect();
  line.open();
  line.listener.onMessage(message({ id: 4, author: "system", text: "工单有处理结果了" }));
  line.listener.onMessage(message({ id: 5, author: "customer", text: "好" }));
  chat.shows(false);
  chat.shows(true);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.deepEqual(line.seen, [4]);
  chat.disconnect();
});
