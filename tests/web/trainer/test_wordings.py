"""Other words for customers, over HTTP: two people, one text, and what the public pages say of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from care import wording
from care.approval.following import Follower
from care.db import transaction, utcnow
from care.rights import articles
from care.wording import say
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.web.conftest import SignIn

PATH = "/api/desk/trainer/wordings"
DELAYED, PROOF = f"{PATH}/response/utter_answer_delayed", f"{PATH}/article/vas-proof"
WORDS: dict[str, Any] = {"fields": {"text": "这个问题要多查一会儿，请您稍等。"}, "why": "更好懂"}
TITLE: dict[str, Any] = {"fields": {"title": "订购凭证怎么看"}, "why": "客户这样问"}


@pytest.fixture
def follower() -> Iterator[Follower]:
    """As a process runs one."""
    yield Follower()
    wording.lay_over({})
    articles.lay_over({}, {})


async def _done(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_from_a_proposal_to_what_is_told(trainer: Browser, supervisor: Browser, follower: Follower) -> None:
    was = say("answer_delayed")
    assert (await _done(await trainer.post(f"{DELAYED}/check", json={"fields": {"text": "你等等"}})))["problems"] == [
        {"field": "text", "reason": "informal", "text": "你"}
    ]
    change = await _done(await trainer.post(DELAYED, json=WORDS))
    assert (change["fields"], change["before"]) == (WORDS["fields"], {"text": was})
    assert (change["state"], change["from"], change["decided_by"]) == ("waiting", None, None)
    steps = f"{PATH}/changes/{change['id']}"
    check_problem(await trainer.post(f"{steps}/approve", json={}), 403, "own")
    check_problem(await supervisor.post(DELAYED, json=WORDS), 409, "waiting")
    assert not follower.look()
    assert (await _done(await supervisor.post(f"{steps}/approve", json={})))["state"] == "live"
    assert follower.look()
    assert say("answer_delayed") == WORDS["fields"]["text"]
    shown = await _done(await trainer.get(DELAYED))
    assert shown["fields"] == [
        {"name": "text", "value": WORDS["fields"]["text"], "shipped": was, "most": 1000, "placeholders": []}
    ]
    back = await _done(await trainer.post(f"{steps}/roll-back", json={"why": "客户看不懂"}))
    assert (back["state"], back["rolls_back"], back["fields"]) == ("live", change["id"], {"text": was})
    assert follower.look()
    assert say("answer_delayed") == was
    history = (await _done(await trainer.get(DELAYED)))["history"]
    assert [(each["id"], each["state"]) for each in history] == [(back["id"], "live"), (change["id"], "past")]
    with transaction() as session:
        noted = session.execute(text("SELECT action FROM audit_entries WHERE action LIKE 'wording%' ORDER BY id"))
        assert list(noted.scalars()) == ["wording_propose", "wording_approve", "wording_roll_back"]


async def test_the_public_page_says_since_when(
    trainer: Browser, supervisor: Browser, follower: Follower, client: httpx.AsyncClient
) -> None:
    change = await _done(await trainer.post(PROOF, json=TITLE))
    assert TITLE["fields"]["title"] not in (await client.get("/rights/vas-proof")).text
    await _done(await supervisor.post(f"{PATH}/changes/{change['id']}/approve", json={}))
    follower.look()
    page, changes = (await client.get("/rights/vas-proof")).text, (await client.get("/rights/changes")).text
    assert TITLE["fields"]["title"] in page
    assert "第 2 版" in page
    assert f"改了“{TITLE['fields']['title']}”的说法。" in changes


async def test_lists(trainer: Browser, supervisor: Browser) -> None:
    """All, by kind and words, page by page; what waits; what was changed; what is planned."""
    first = await _done(await trainer.get(PATH, params={"limit": 2}))
    second = await _done(await trainer.get(PATH, params={"limit": 2, "after": first["next"]}))
    assert len({each["key"] for each in first["items"] + second["items"]}) == 4
    found = await _done(await trainer.get(PATH, params={"kind": "article", "q": "订购凭证"}))
    assert "vas-proof" in [each["key"] for each in found["items"]]
    assert {each["kind"] for each in found["items"]} == {"article"}
    assert (await _done(await trainer.get(PATH, params={"state": "waiting"})))["items"] == []
    tomorrow = (utcnow() + timedelta(days=1)).isoformat()
    planned = await _done(await trainer.post(PROOF, json=TITLE | {"from": tomorrow}))
    waiting = (await _done(await trainer.get(PATH, params={"state": "waiting"})))["items"]
    assert [(each["key"], each["state"], each["waiting"]["id"]) for each in waiting] == [
        ("vas-proof", "shipped", planned["id"])
    ]
    steps = f"{PATH}/changes/{planned['id']}"
    assert (await _done(await supervisor.post(f"{steps}/approve", json={})))["state"] == "approved"
    assert (await _done(await trainer.get(PATH, params={"state": "changed"})))["items"] == [], "its day has not come"
    change = await _done(await supervisor.post(DELAYED, json=WORDS))
    rejected = await _done(await trainer.post(f"{PATH}/changes/{change['id']}/reject", json={"reason": "不够清楚"}))
    assert (rejected["state"], rejected["reason"]) == ("rejected", "不够清楚")
    change = await _done(await supervisor.post(DELAYED, json=WORDS))
    assert (await _done(await supervisor.post(f"{PATH}/changes/{change['id']}/withdraw", json={})))[
        "state"
    ] == "withdrawn"
    states = [each["state"] for each in (await _done(await trainer.get(f"{PATH}/changes")))["items"]]
    assert states == ["withdrawn", "rejected", "approved"]
    for state in ("approved", "live", "past", "rejected", "withdrawn", "waiting"):
        listed = (await _done(await trainer.get(f"{PATH}/changes", params={"state": state})))["items"]
        assert [each["state"] for each in listed] == [each for each in states if each == state]


REFUSED = [
    ("a text that nobody has", "response/utter_nobody", WORDS, 403, "wording"),
    ("no text at all", "response/utter_answer_delayed", WORDS | {"fields": {}}, 422, None),
    ("a button", "response/utter_answer_delayed", WORDS | {"fields": {"buttons": "x"}}, 422, "unknown"),
    ("without a reason", "response/utter_answer_delayed", {"fields": WORDS["fields"]}, 422, None),
    ("a time of nowhere", "response/utter_answer_delayed", WORDS | {"until": "2026-12-01T00:00:00"}, 422, None),
]


@pytest.mark.parametrize(("why", "path", "body", "status", "reason"), REFUSED)
async def test_refused(
    app: FastAPI, trainer: Browser, why: str, path: str, body: dict[str, Any], status: int, reason: str | None
) -> None:
    answer = await trainer.post(f"{PATH}/{path}", json=body)
    assert answer.status_code == status, why
    if reason is not None:
        check_problem(answer, status, reason)


async def test_agents_do_not_edit_what_is_told(signed_in: SignIn) -> None:
    check_problem(await signed_in("agent").get(PATH), 403, "permission")
