"""Tasks over the real app."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from care.conversations.tables import Conversation
from care.db import transaction
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.tickets import file
from tests.support.times import NOW
from tests.web.conftest import SignIn

TASKS = "/api/desk/tasks"
PHONE = "13800138000"
FOUND = {"justified": True, "cause": "network_fault", "prevention": "光猫批次全部更换"}


@pytest.fixture
def handler(signed_in: SignIn) -> Browser:
    return signed_in("agent", number="8001")


@pytest.fixture
def other(signed_in: SignIn) -> Browser:
    return signed_in("agent", number="8002")


@pytest.fixture
async def number(app: FastAPI, handler: Browser) -> str:
    """Of a justified complaint that 8001 answered and closed."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    number = file()
    for step, body in (("result", {"outcome": "已更换光猫，测速正常", "told": True}), ("close", {"findings": FOUND})):
        answer = await handler.post(f"/api/desk/tickets/{number}/{step}", json=body)
        assert answer.status_code == 200, answer.text
    return number


async def _tasks(browser: Browser, **asked: str) -> dict[str, Any]:
    answer = await browser.get(TASKS, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_apology_and_a_call_of_somebody_else(handler: Browser, other: Browser, number: str) -> None:
    listed = await _tasks(handler)
    apology, revisit = listed["items"]
    assert (apology["kind_title"], apology["assignee"], apology["can"]) == ("致歉", "8001", ["tried", "done"])
    assert (revisit["kind"], revisit["ticket"], revisit["can"]) == ("revisit", number, [])
    assert revisit["customer_masked"] == "138****8000"
    assert PHONE not in str(listed)
    assert listed["counts"]["mine"] == 1
    assert [each["id"] for each in (await _tasks(handler, mine="true"))["items"]] == [apology["id"]]
    path = f"{TASKS}/{revisit['id']}"
    check_problem(await handler.post(f"{path}/take", json={}), 409, "own_work")
    assert (await other.post(f"{path}/take", json={})).json()["assignee"] == "8002"
    tried = (await other.post(f"{path}/tried", json={"next_at": None})).json()
    assert (tried["tries"], tried["status"]) == (1, "open")
    check_problem(await other.post(f"{path}/done", json={"outcome": "settled"}), 422, "score_missing")
    done = await other.post(f"{path}/done", json={"outcome": "settled", "score": 9, "note": "客户满意"})
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["outcome_title"], done.json()["can"]) == ("done", "问题已解决", [])
    assert [each["id"] for each in (await _tasks(other, status="done"))["items"]] == [revisit["id"]]
    check_problem(await other.post(f"{TASKS}/999999/take", json={}), 422, "task")


async def test_a_low_mark_opens_the_complaint_again(other: Browser, number: str) -> None:
    (revisit,) = (await _tasks(other, kind="revisit"))["items"]
    await other.post(f"{TASKS}/{revisit['id']}/done", json={"outcome": "settled", "score": 2})
    page = (await other.get(f"/api/desk/tickets/{number}")).json()
    assert (page["status"], page["needs_findings"]) == ("inProgress", True)
    assert [(each["kind"], each["status"]) for each in page["tasks"]] == [("apology", "open"), ("revisit", "done")]


async def test_the_number_is_shown_for_a_reason(other: Browser, number: str) -> None:
    (revisit,) = (await _tasks(other, kind="revisit"))["items"]
    shown = await other.post(f"{TASKS}/{revisit['id']}/reveal", json={"reason": "回访"})
    assert shown.json() == {"phone": PHONE}


async def test_coverage_is_for_supervisors(signed_in: SignIn, other: Browser) -> None:
    check_problem(await other.get(f"{TASKS}/coverage"), 403, "permission")
    shown = (await signed_in("supervisor").get(f"{TASKS}/coverage")).json()
    assert [each["title"] for each in shown["segments"]] == ["大客", "商客", "公客"]
    assert {each["percent"] for each in shown["segments"]} == {None}


async def test_words_for_forms(other: Browser) -> None:
    words = (await other.get("/api/desk/vocabulary")).json()
    assert {"name": "network_fault", "title": "网络或设备故障"} in words["causes"]
    assert {"name": "revisit", "title": "办结回访"} in words["task_kinds"]
    assert {"name": "business", "title": "商客"} in words["segments"]
