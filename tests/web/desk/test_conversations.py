"""`/api/desk/conversations` over HTTP: what agents see and do, who may, and that customers never see what is theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from care import db
from care.audit.tables import AuditEntry
from care.handoff.policy import handoff_policy
from tests.support.desk import Browser
from tests.support.environment import forget_settings
from tests.support.talk import NUMBER, Talk, signed_by, take_up, taken_by
from tests.support.tracker import Trackers, trackers
from tests.web.conftest import SignIn
from web import tokens
from web.desk import conversations
from web.live import reading

Json = dict[str, Any]
WHY = "回拨核对地址"


async def get(browser: httpx.AsyncClient, path: str = "", status: int = 200, **query: Any) -> Json:
    response = await browser.get(f"/api/desk/conversations{path}", params=query)
    assert response.status_code == status, response.text
    return dict(response.json())


async def post(browser: httpx.AsyncClient, path: str, body: Json | None = None, status: int = 200) -> Json:
    response = await browser.post(f"/api/desk/conversations{path}", json=body or {})
    assert response.status_code == status, response.text
    return dict(response.json())


async def test_the_list(agent: Browser, supervisor: Browser, talk: Talk) -> None:
    (card,) = (await get(agent))["items"]
    assert (card["id"], card["handoff"], card["status"], card["owner"]) == (talk.id, talk.handoff, "picked", "agent")
    assert card["last"]["author"] == "system"
    assert (await get(supervisor, scope="mine"))["items"] == []
    assert [each["id"] for each in (await get(supervisor, scope="all"))["items"]] == [talk.id]
    assert (await get(agent, scope="all", status=403))["reason"] == "permission"
    await get(agent, scope="everything", status=422)


async def test_the_summary_comes_without_slots_while_rasa_is_away(agent: Browser, talk: Talk) -> None:
    summary = await get(agent, f"/{talk.id}")
    assert summary["slots"] == []
    assert set(summary) == {
        "id", "handoff", "status", "owner", "staff", "channel", "label", "reason", "reason_title", "queue", "since",
        "last", "unread", "emotion", "verified", "customer", "asked", "slots", "concerns", "tickets", "trigger",
        "steps", "earlier", "can", "is_cut",
    }  # fmt: skip
    assert set(summary["customer"]) == {"name_masked", "since", "age_band", "flags"}


@pytest.fixture
def rasa(app: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trackers]:
    with trackers() as there:
        monkeypatch.setenv("QUANYI_RASA_URL", there.url)
        forget_settings()
        yield there
    monkeypatch.undo()
    forget_settings()


def _collect(rasa: Trackers, talk: Talk) -> None:
    events = [{"event": "slot", "name": "complaint_contact", "value": f"李四 {NUMBER}", "session": 0}]
    rasa.events[talk.id] = [each | {"turn": 0, "stored_at": "2026-11-21T07:20:00+00:00"} for each in events]


async def test_what_the_bot_had_collected_is_masked_until_it_is_shown(
    agent: Browser, talk: Talk, rasa: Trackers
) -> None:
    _collect(rasa, talk)
    (slot,) = (await get(agent, f"/{talk.id}"))["slots"]
    assert slot == {"name": "complaint_contact", "title": "联系方式", "value": "李四 138****8000"}
    shown = await post(agent, f"/{talk.id}/reveal", {"what": "slots", "reason": WHY})
    assert shown["items"][0]["value"] == f"李四 {NUMBER}"


async def test_slots_cannot_be_shown_while_rasa_is_away(agent: Browser, talk: Talk) -> None:
    refused = await post(agent, f"/{talk.id}/reveal", {"what": "slots", "reason": WHY}, 503)
    assert refused["reason"] == "rasa"


async def test_a_slow_rasa_keeps_nobody_waiting(
    agent: Browser, talk: Talk, rasa: Trackers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(self: Any, conversation_id: str) -> list[Any]:
        await asyncio.sleep(30)
        return []

    monkeypatch.setattr(conversations, "SLOTS_SECONDS", 0.2)
    monkeypatch.setattr("care.privacy.tracker.RasaTracker.newest_session", slow)
    assert (await asyncio.wait_for(get(agent, f"/{talk.id}"), 5))["slots"] == []


OTHERS = ["", "/messages", "/notes", "/files/e1"]


@pytest.mark.parametrize("path", OTHERS)
async def test_nobody_reads_what_is_somebody_elses(agent: Browser, signed_in: SignIn, talk: Talk, path: str) -> None:
    other = signed_in("agent")
    assert (await get(other, f"/{talk.id}{path}", 403))["reason"] == "not_yours"
    assert (await get(other, f"/c-unknown{path}", 403))["reason"] == "not_yours"


async def test_talking(agent: Browser, talk: Talk) -> None:
    talk.say(f"我的电话{NUMBER}")
    sent = await post(agent, f"/{talk.id}/messages", {"message_id": "m-1", "text": "好的，请稍等"})
    assert (sent["author"], sent["staff"], sent["message_id"]) == ("agent", agent.number, "m-1")
    again = await post(agent, f"/{talk.id}/messages", {"message_id": "m-1", "text": "好的，请稍等"})
    assert again == sent
    page = await get(agent, f"/{talk.id}/messages")
    texts = [each["text"] for each in page["items"]]
    assert texts[-2:] == ["我的电话138****8000", "好的，请稍等"]
    assert [each["is_masked"] for each in page["items"]][-2:] == [True, False]
    assert page["more"] is False
    new = await get(agent, f"/{talk.id}/messages", after=sent["id"])
    assert sent["id"] in [each["id"] for each in new["items"]], "the last minute comes again: put together by id"


async def test_reading_lets_nothing_stay_unread(agent: Browser, talk: Talk) -> None:
    read = talk.say("在吗")
    assert (await get(agent))["items"][0]["unread"] > 0
    await post(agent, f"/{talk.id}/read", {"to": read})
    assert (await get(agent))["items"][0]["unread"] == 0


async def test_a_promise_is_answered_with_what_to_write_instead(agent: Browser, talk: Talk) -> None:
    body = {"message_id": "m-1", "text": "我保证今天给您修好"}
    refused = await post(agent, f"/{talk.id}/messages", body, 409)
    assert refused["reason"] == "promise"
    assert [set(each) for each in refused["warnings"]] == [{"words", "why", "name"}] * 2
    sent = await post(agent, f"/{talk.id}/messages", body | {"confirmed": True})
    assert sent["text"] == "我保证今天给您修好"


async def test_bad_bodies(agent: Browser, talk: Talk) -> None:
    for path, body in [
        ("messages", {"message_id": "m-1"}),
        ("messages", {"message_id": "m-1", "text": "您好", "author": "bot"}),
        ("messages", {"message_id": "消息", "text": "您好"}),
        ("messages", {"message_id": "m-1", "text": " "}),
        ("notes", {"note_id": "n-1", "text": ""}),
        ("close", {"outcome": "great"}),
        ("transfer", {"to": {"queue": "nowhere"}, "note": "请看账单"}),
        ("transfer", {"to": "9999", "note": "请看账单"}),
        ("transfer", {"to": {"queue": "duty"}, "note": ""}),
        ("verify", {"phone": "12", "method": "agent", "reason": WHY}),
        ("verify", {"phone": NUMBER, "method": "sms", "reason": WHY}),
        ("reveal", {"what": "everything", "reason": WHY}),
        ("reveal", {"what": "phone", "reason": "看看"}),
        ("read", {"to": -1}),
    ]:
        await post(agent, f"/{talk.id}/{path}", body, 422)


async def test_notes_are_for_staff_only(agent: Browser, supervisor: Browser, talk: Talk) -> None:
    written = await post(agent, f"/{talk.id}/notes", {"note_id": "n-1", "text": f"机密：打{NUMBER}"})
    assert await post(agent, f"/{talk.id}/notes", {"note_id": "n-1", "text": f"机密：打{NUMBER}"}) == written
    (own,) = (await get(agent, f"/{talk.id}/notes"))["items"]
    (others,) = (await get(supervisor, f"/{talk.id}/notes"))["items"]
    assert (own["text"], own["staff"], own["note_id"]) == ("机密：打138****8000", agent.number, "n-1")
    assert others["note_id"] is None


async def test_customers_see_no_note_no_id_and_no_reason(
    agent: Browser, supervisor: Browser, client: httpx.AsyncClient, talk: Talk
) -> None:
    """Everything that goes to the customer: the answers of /api/chat, and the history of a widget."""
    await post(agent, f"/{talk.id}/notes", {"note_id": "n-1", "text": "机密的备注"})
    await post(agent, f"/{talk.id}/messages", {"message_id": "own-id-of-the-agent", "text": "看到了"})
    await post(agent, f"/{talk.id}/reveal", {"what": "phone", "reason": "机密的原因在这里"})
    await post(supervisor, f"/{talk.id}/listen")
    await post(agent, f"/{talk.id}/close", {"outcome": "unsolved"})
    question = {"message_id": talk.chat.last_message_id, "text": "我要找人工"}
    credentials = {"conversation_id": talk.id, "token": tokens.issue(talk.id)}
    answer = (await client.post("/api/chat", json=question | credentials)).text
    with db.transaction() as session:
        history = json.dumps(reading.last(session, talk.id).history(), ensure_ascii=False)
    for shown in (answer, history):
        assert "看到了" in shown
        for secret in ("机密", "own-id-of-the-agent", "unsolved", supervisor.number):
            assert secret not in shown


async def test_verifying_opens_the_number_and_is_in_the_audit(agent: Browser, talk: Talk) -> None:
    summary = await post(agent, f"/{talk.id}/verify", {"phone": f"+86 {NUMBER}", "method": "agent", "reason": WHY})
    assert (summary["verified"]["phone"], summary["verified"]["method"]) == ("138****8000", "agent")
    shown = await post(agent, f"/{talk.id}/reveal", {"what": "phone", "reason": WHY})
    assert shown == {"value": NUMBER}
    with db.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "verify")).one()
    assert (entry.actor, entry.subject, entry.reason) == (f"staff:{agent.number}", f"conversation:{talk.id}", WHY)
    assert NUMBER not in json.dumps(entry.detail)


async def test_an_agent_opens_no_list_of_strangers(agent: Browser, talk: Talk) -> None:
    """At most three different numbers for one customer, and the next one is in the audit."""

    async def verify(plus: int, status: int = 200) -> Json:
        phone = str(int(NUMBER) + plus)
        body = {"phone": phone, "method": "holder", "reason": WHY}
        return await post(agent, f"/{talk.id}/verify", body, status)

    for plus in (0, 1, 2, 0):
        await verify(plus)
    refused = await verify(3, 403)
    assert refused["reason"] == "too_many_numbers"
    with db.transaction() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("verify%"))).all()
    assert sorted(actions) == ["verify"] * 4 + ["verify_refused"]
    for _ in range(conversations.Desk().reveals.limit - 5):
        await verify(1)
    assert (await verify(1, 429))["reason"] == "too_many", "counted together with shows of personal data"


async def test_who_handed_back_reads_to_the_end_of_it(
    agent: Browser, supervisor: Browser, talk: Talk, rasa: Trackers
) -> None:
    talk.chat.now = db.utcnow() - timedelta(seconds=2)
    talk.say("这句是跟您说的")
    await post(agent, f"/{talk.id}/notes", {"note_id": "n-1", "text": "已登记"})
    await post(agent, f"/{talk.id}/close", {"outcome": "solved"})
    talk.chat.now = db.utcnow()
    talk.say("这句是跟机器人说的")
    await post(supervisor, f"/{talk.id}/notes", {"note_id": "n-2", "text": "质检备注"})
    _collect(rasa, talk)
    for reader, last, notes, slots in (
        (agent, "跟您", ["已登记"], 0),
        (supervisor, "机器人", ["已登记", "质检备注"], 1),
    ):
        page = json.dumps(await get(reader, f"/{talk.id}/messages"), ensure_ascii=False)
        assert ("跟您说的" in page, "机器人说的" in page) == (True, reader is supervisor)
        assert [each["text"] for each in (await get(reader, f"/{talk.id}/notes"))["items"]] == notes
        summary = await get(reader, f"/{talk.id}")
        assert (summary["is_cut"], summary["can"]["reveal"]) == (reader is agent, reader is supervisor)
        assert len(summary["slots"]) == slots
        assert ("机器人" in summary["last"]["text"]) == (reader is supervisor), last
    for what in ("messages", "phone", "name", "slots"):
        assert (await post(agent, f"/{talk.id}/reveal", {"what": what, "reason": WHY}, 403))["reason"] == "not_yours"
    await post(supervisor, f"/{talk.id}/reveal", {"what": "messages", "reason": WHY})


async def test_only_who_talks_verifies(agent: Browser, supervisor: Browser, talk: Talk) -> None:
    body = {"phone": NUMBER, "method": "holder", "reason": WHY}
    assert (await post(supervisor, f"/{talk.id}/verify", body, 409))["reason"] == "not_yours"


async def test_shows_have_a_limit_a_minute(agent: Browser, talk: Talk) -> None:
    desk = conversations.Desk()
    for _ in range(desk.reveals.limit):
        await post(agent, f"/{talk.id}/reveal", {"what": "phone", "reason": WHY})
    refused = await post(agent, f"/{talk.id}/reveal", {"what": "phone", "reason": WHY}, 429)
    assert refused["reason"] == "too_many"
    with db.transaction() as session:
        shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "reveal")).all()
    assert len(shown) == desk.reveals.limit


async def test_messages_are_shown_whole_for_a_reason(agent: Browser, talk: Talk) -> None:
    talk.say(f"打我电话{NUMBER}")
    shown = await post(agent, f"/{talk.id}/reveal", {"what": "messages", "reason": WHY})
    assert (shown["items"][-1]["text"], shown["items"][-1]["is_masked"]) == (f"打我电话{NUMBER}", False)


async def test_a_supervisor_comes_in_and_only_a_supervisor(agent: Browser, supervisor: Browser, talk: Talk) -> None:
    assert (await post(agent, f"/{talk.id}/barge", status=403))["reason"] == "permission"
    body = {"message_id": "m-1", "text": "我是主管"}
    assert (await post(supervisor, f"/{talk.id}/messages", body, 409))["reason"] == "not_yours"
    assert (await post(supervisor, f"/{talk.id}/listen"))["can"]["write"] is False
    assert (await post(supervisor, f"/{talk.id}/barge"))["can"]["write"] is True
    await post(supervisor, f"/{talk.id}/messages", body)


async def test_handing_on_and_handing_back(agent: Browser, supervisor: Browser, talk: Talk) -> None:
    await post(agent, f"/{talk.id}/transfer", {"to": {"queue": "duty"}, "note": "请核实停机原因"})
    assert (await get(agent))["items"] == []
    take_up(talk, signed_by(supervisor))
    assert [each["text"] for each in (await get(supervisor, f"/{talk.id}/notes"))["items"]] == ["请核实停机原因"]
    for _ in range(2):  # sent again after a lost answer
        await post(supervisor, f"/{talk.id}/close", {"outcome": "solved"})
    assert (await get(supervisor))["items"] == []
    (card,) = (await get(supervisor, scope="recent"))["items"]
    assert (card["status"], card["owner"]) == ("closed", "bot")
    refused = await post(supervisor, f"/{talk.id}/messages", {"message_id": "m-9", "text": "还有一句"}, 409)
    assert refused["reason"] == "not_yours"


HOSTILE = [
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c\u0007",
]


@pytest.mark.parametrize("words", HOSTILE)
async def test_words_come_back_as_words_without_hidden_signs(agent: Browser, talk: Talk, words: str) -> None:
    await post(agent, f"/{talk.id}/messages", {"message_id": "m-1", "text": f"收到{words}"})
    await post(agent, f"/{talk.id}/notes", {"note_id": "n-1", "text": f"收到{words}"})
    message = (await get(agent, f"/{talk.id}/messages"))["items"][-1]
    (note,) = (await get(agent, f"/{talk.id}/notes"))["items"]
    visible = "".join(each for each in words if each.isprintable() and each not in "\u202e\u202c")
    assert message["text"] == note["text"] == f"收到{visible}"
    response = await agent.get(f"/api/desk/conversations/{talk.id}/messages")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


async def test_without_the_token_of_the_page_nothing_is_changed(agent: Browser, talk: Talk) -> None:
    agent.headers.pop("x-quanyi-csrf")
    for path in ("messages", "notes", "close", "transfer", "verify", "reveal", "listen", "barge", "read", "files"):
        assert (await post(agent, f"/{talk.id}/{path}", status=403))["reason"] == "csrf"


async def test_two_agents_at_once(agent: Browser, signed_in: SignIn) -> None:
    """Each sees and writes in their own conversation only."""
    other = signed_in("agent", skills=handoff_policy().skills, presence="ready")
    mine, theirs = taken_by(agent), taken_by(other)
    answers = await asyncio.gather(
        *(post(agent, f"/{mine.id}/messages", {"message_id": f"m-{n}", "text": f"第{n}句"}) for n in range(5)),
        *(post(other, f"/{theirs.id}/messages", {"message_id": f"m-{n}", "text": f"另{n}句"}) for n in range(5)),
    )
    assert len({each["id"] for each in answers}) == 10
    said = [each["text"] for each in (await get(agent, f"/{mine.id}/messages"))["items"] if each["author"] == "agent"]
    assert sorted(said) == [f"第{n}句" for n in range(5)]
    await post(agent, f"/{theirs.id}/messages", {"message_id": "m-x", "text": "您好"}, 409)


async def test_canned_replies(agent: Browser, signed_in: SignIn, talk: Talk) -> None:
    listed = (await agent.get("/api/desk/replies")).json()["items"]
    assert {"id": "hs", "keys": ["staff"]}.items() <= {key: listed[0][key] for key in ("id", "keys")}.items()
    filled = (await agent.post("/api/desk/replies/hs/fill", json={"conversation": talk.id})).json()
    assert filled["missing"] == []
    assert agent.number in filled["text"]
    assert (await agent.post("/api/desk/replies/tsd/fill", json={"conversation": talk.id})).json()["missing"] == [
        "ticket"
    ]
    assert (await agent.post("/api/desk/replies/no/fill", json={"conversation": talk.id})).status_code == 422
    other = signed_in("agent")
    assert (await other.post("/api/desk/replies/hs/fill", json={"conversation": talk.id})).status_code == 403
