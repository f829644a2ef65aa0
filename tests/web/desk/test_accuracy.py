"""`/api/desk/accuracy`: who may, what judges are given, and what is told of a week."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from care import db
from care.accuracy.drawing import draw_week
from care.accuracy.rules import week_before
from tests.support.accuracy import ask, during
from tests.support.desk import Browser

SignIn = Callable[..., Browser]
PATH = "/api/desk/accuracy"


@pytest.fixture
def week(app: FastAPI) -> str:
    """Last week, in which the bot answered three questions and an agent one; drawn now."""
    now = db.utcnow()
    week = week_before(now)
    at = during(week)
    for number in "甲乙丙":
        ask(f"{number}套餐多少钱", "每月二十元，含十个G。", at=at)
    ask("合约什么时候到期", "您的合约明年三月到期。", by="9001", at=at)
    with db.transaction() as session:
        assert draw_week(session, now) == week
    return week


async def test_answers_are_judged_one_after_the_other_and_the_week_tells_what_came_of_it(
    week: str, signed_in: SignIn, supervisor: Browser
) -> None:
    auditor = signed_in("auditor")
    told = (await auditor.get(PATH)).json()
    assert (told["target"], [each["week"] for each in told["weeks"]]) == (0.98, [week])
    assert [each["title"] for each in told["reasons"]][:2] == ["事实错误", "答非所问"]
    assert (told["weeks"][0]["left"], told["weeks"][0]["bot"], told["weeks"][0]["agent"]) == (4, None, None)
    assert (await supervisor.get(f"{PATH}/{week}/wrong")).json()["reason"] == "audit_open"
    for left in (4, 3, 2, 1):
        shown = (await auditor.get(f"{PATH}/next?week={week}")).json()
        assert shown.keys() == {"id", "question", "answer", "left"}
        assert shown["left"] == left
        given = {"verdict": "wrong", "reason": "fact"} if "合约" in shown["question"][0] else {"verdict": "right"}
        judged = await auditor.post(f"{PATH}/{shown['id']}", json=given)
        assert judged.status_code == 200, judged.text
    nothing = (await auditor.get(f"{PATH}/next?week={week}")).json()
    assert nothing == {"id": None, "question": [], "answer": "", "left": 0}
    told = (await supervisor.get(PATH)).json()
    (of,) = told["weeks"]
    assert {name: of["bot"][name] for name in ("right", "judged", "left", "rate", "high")} == {
        "right": 3, "judged": 3, "left": 0, "rate": 1.0, "high": 1.0,
    }  # fmt: skip
    assert of["bot"]["low"] == pytest.approx(0.4385, abs=1e-4)
    assert (of["agent"]["right"], of["agent"]["judged"], of["agent"]["standing"]) == (0, 1, "below")
    assert told["together"] == {"weeks": 1, "bot": of["bot"], "agent": of["agent"]}
    (wrong,) = (await supervisor.get(f"{PATH}/{week}/wrong")).json()["items"]
    assert (wrong["author"], wrong["staff"], wrong["reason_title"]) == ("agent", "9001", "事实错误")


@pytest.mark.parametrize("role", ["agent", "trainer", "admin"])
async def test_others_neither_judge_nor_see(week: str, signed_in: SignIn, role: str) -> None:
    browser = signed_in(role)
    for answer in (
        await browser.get(PATH),
        await browser.get(f"{PATH}/next?week={week}"),
        await browser.post(f"{PATH}/1", json={"verdict": "right"}),
    ):
        assert answer.status_code == 403


async def test_an_auditor_does_not_see_whose_answers_were_wrong(week: str, signed_in: SignIn) -> None:
    assert (await signed_in("auditor").get(f"{PATH}/{week}/wrong")).status_code == 403


WRONG = [
    ({"verdict": "good"}, 422),
    ({"verdict": "wrong"}, 422),  # why?
    ({"verdict": "right", "reason": "fact"}, 422),
    ({"verdict": "right", "staff": "9001"}, 422),
]


@pytest.mark.parametrize(("given", "status"), WRONG)
async def test_a_verdict_that_cannot_be_is_refused(
    week: str, supervisor: Browser, given: dict[str, str], status: int
) -> None:
    shown = (await supervisor.get(f"{PATH}/next?week={week}")).json()
    assert (await supervisor.post(f"{PATH}/{shown['id']}", json=given)).status_code == status


@pytest.mark.parametrize("asked", ["2020-W01", "gone", "2026-W4"])
async def test_a_week_that_was_not_drawn_is_refused(supervisor: Browser, asked: str) -> None:
    assert (await supervisor.get(f"{PATH}/next?week={asked}")).status_code == 422
