"""Redress over the real app: who may look, who decides, what is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from care.conversations.tables import Conversation
from care.db import transaction
from care.escalation.sweep import sweep
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.tickets import file
from tests.support.times import NOW

PATH = "/api/desk/redress"
FACTS = {"facts": [{"name": "monthly_fee", "value": "99.00"}, {"name": "ended_on", "value": "2026-11-23"}]}


@pytest.fixture
def number(app: FastAPI) -> str:
    """Of a complaint about a line that was not repaired in time."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    number = file()
    sweep(NOW + timedelta(hours=48))
    return number


async def _one(browser: Browser, status: str = "open") -> dict[str, Any]:
    answer = await browser.get(PATH, params={"status": status})
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    (found,) = answer.json()["items"]
    return dict(found)


async def test_an_amount_is_filled_approved_and_told(agent: Browser, supervisor: Browser, number: str) -> None:
    seen = await _one(agent)
    assert (seen["ticket"], seen["law_title"], seen["citation"]) == (
        number,
        "障碍超时，免收月租费",
        "《电信条例》第三十二条",
    )
    assert (seen["status"], seen["status_title"], seen["amount"], seen["can"]) == ("proposed", "待批准", None, [])
    assert seen["missing"] == [{"name": "monthly_fee", "title": "月租费", "unit": "元"}]
    assert seen["lasts"]
    seen = await _one(supervisor)
    assert seen["can"] == ["facts", "decline"]
    one = f"{PATH}/{seen['id']}"
    check_problem(await supervisor.post(f"{one}/approve", json={}), 409, "facts_missing")
    filled = (await supervisor.post(f"{one}/facts", json=FACTS)).json()
    assert (filled["amount"], filled["amount_text"], filled["missing"]) == (990, "9.90 元", [])
    assert {"title": "月租费", "value": "99.00 元"} in filled["basis"]
    assert filled["can"] == ["facts", "approve", "decline"]
    assert not filled["lasts"]
    told = (await supervisor.post(f"{one}/approve", json={})).json()
    assert (told["status"], told["amount"], told["decided_by"], told["can"]) == ("told", 990, supervisor.number, [])
    assert (await supervisor.post(f"{one}/approve", json={})).json() == told, "sent again"
    assert (await _one(agent, "decided"))["id"] == seen["id"]
    page = (await agent.get(f"/api/desk/tickets/{number}")).json()
    assert [each["status"] for each in page["redresses"]] == ["told"]
    assert [each["kind_title"] for each in page["events"] if each["kind"] == "redress"] == ["法定减免与违约金"] * 3


async def test_declining_needs_a_reason(supervisor: Browser, number: str) -> None:
    one = f"{PATH}/{(await _one(supervisor))['id']}"
    check_problem(await supervisor.post(f"{one}/decline", json={"reason": " "}), 422, "reason_missing")
    declined = (await supervisor.post(f"{one}/decline", json={"reason": "客户 13800138000 自有路由器坏了"})).json()
    assert (declined["status"], declined["status_title"]) == ("declined", "不适用")
    assert "13800138000" not in declined["reason"]
    check_problem(await supervisor.post(f"{one}/approve", json={}), 409, "redress_decided")


DECISIONS = [("facts", FACTS), ("approve", {}), ("decline", {"reason": "自有设备"}), ("told", {})]


@pytest.mark.parametrize(("step", "body"), DECISIONS)
async def test_an_agent_decides_nothing(step: str, body: dict[str, Any], agent: Browser, number: str) -> None:
    one = f"{PATH}/{(await _one(agent))['id']}"
    check_problem(await agent.post(f"{one}/{step}", json=body), 403, "permission")
    assert (await _one(agent))["status"] == "proposed"


WRONG = [
    ("facts", {"facts": []}, 422, "request"),
    ("facts", {"facts": [{"name": "monthly_fee", "value": 99}]}, 422, "request"),
    ("facts", {"facts": [{"name": "days", "value": "3"}]}, 422, "fact"),
    ("facts", {"facts": [{"name": "monthly_fee", "value": "1e9"}]}, 422, "fact_value"),
    ("facts", {"facts": [{"name": "ended_on", "value": "2026-11-01"}]}, 422, "period"),
    ("told", {}, 409, "not_approved"),
]


@pytest.mark.parametrize(("step", "body", "status", "reason"), WRONG)
async def test_what_is_refused(
    step: str, body: dict[str, Any], status: int, reason: str, supervisor: Browser, number: str
) -> None:
    one = f"{PATH}/{(await _one(supervisor))['id']}"
    check_problem(await supervisor.post(f"{one}/{step}", json=body), status, reason)


async def test_one_that_is_not_there(supervisor: Browser) -> None:
    check_problem(await supervisor.post(f"{PATH}/999/approve", json={}), 422, "redress")
