import assert from "node:assert/strict";
import { test } from "node:test";

import { Consent, readAsked, type Asked, type Consents } from "../src/consent.js";

const ASKED: Asked = { agreed: false, version: "2026-11", title: "用我的话帮小益学习", text: "打开后……" };

class FakeConsents implements Consents {
  answers: (Asked | null)[] = [];
  calls: unknown[][] = [];

  read(...call: [string]): Promise<Asked | null> {
    this.calls.push(call);
    return Promise.resolve(this.answers.shift() ?? null);
  }

  choose(...call: [string, boolean, string]): Promise<Asked | null> {
    this.calls.push(call);
    return Promise.resolve(this.answers.shift() ?? null);
  }
}

function consentWith(...answers: (Asked | null)[]) {
  const consents = new FakeConsents();
  consents.answers = answers;
  return { consents, consent: new Consent(consents, () => {}) };
}

test("it is off until the server says otherwise, and the choice names the text that was read", async () => {
  const { consents, consent } = consentWith(ASKED, { ...ASKED, agreed: true });
  await consent.show("token-1");
  assert.equal(consent.asked?.agreed, false);
  await consent.choose(true);
  assert.equal(consent.asked?.agreed, true);
  assert.deepEqual(consents.calls, [["token-1"], ["token-1", true, "2026-11"]]);
});

test("a choice that did not arrive is not shown as made", async () => {
  const { consent } = consentWith(ASKED, null);
  await consent.show("token-1");
  await consent.choose(true);
  assert.equal(consent.asked?.agreed, false);
  assert.equal(consent.hasFailed, true);
});

test("nothing is chosen before the text is there", async () => {
  const { consents, consent } = consentWith(null);
  await consent.choose(true);
  await consent.show("token-1");
  assert.equal(consent.hasFailed, true);
  await consent.choose(true);
  assert.deepEqual(consents.calls, [["token-1"]]);
});

test("a session that comes later is asked about, once", async () => {
  const { consents, consent } = consentWith(ASKED);
  await consent.show(null);
  assert.equal(consent.hasFailed, false);
  await consent.follow("token-1");
  await consent.follow("token-1");
  assert.deepEqual(consents.calls, [["token-1"]]);
});

test("the answer for a conversation that was ended meanwhile is not shown", async () => {
  const { consent } = consentWith({ ...ASKED, agreed: true });
  const reading = consent.show("token-1");
  await consent.show(null);
  await reading;
  assert.equal(consent.asked, null);
});

test("what has another shape is no answer", () => {
  for (const odd of [null, "on", {}, { ...ASKED, text: "" }, { ...ASKED, version: 3 }]) {
    assert.equal(readAsked(odd), null);
  }
  assert.equal(readAsked({ ...ASKED, agreed: "true" })?.agreed, false);
});
