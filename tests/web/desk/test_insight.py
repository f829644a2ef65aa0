"""`/api/desk/insight` and `/api/operator/figures`: who may, what is answered, and that no customer is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from care.conversations.tables import Conversation
from care.db import transaction
from care.insight.counting import count
from care.insight.definitions import figures
from tests.support.database import count as rows_in
from tests.support.desk import Browser
from tests.support.environment import forget_settings
from tests.support.tickets import file
from tests.support.times import NOW
from tests.web.conftest import SignIn
from web.choices import WRONG_KEYS_PER_MINUTE

PATH, FEED = "/api/desk/insight", "/api/operator/figures"
DAYS = "since=2026-11-01&until=2026-11-30"
KEY = "key-of-the-network-watch-of-the-tests-0123456789"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUANYI_OPERATOR_KEY", KEY)
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.fixture
def number(database: object) -> str:
    """A complaint that was filed and counted."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    filed = file(category="complaint_billing")
    with transaction() as session:
        count(session, NOW)
    return filed


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
async def test_all_definitions(signed_in: SignIn, role: str) -> None:
    read = (await signed_in(role).get(f"{PATH}/figures")).json()
    assert [each["key"] for each in read["figures"]] == list(figures())
    first = next(each for each in read["figures"] if each["key"] == "first_feedback")
    assert all(first[name] for name in ("definition", "numerator", "denominator", "source"))
    assert (first["unit"], first["target"], first["better"], first["tickets"]) == ("share", 1, "up", True)
    assert first["by"] == ["department", "category", "channel", "region", "agent"]
    assert {each["group"] for each in read["figures"]} == {each["key"] for each in read["groups"]}


async def test_from_the_board_to_the_ticket(supervisor: Browser, number: str) -> None:
    read = (await supervisor.get(f"{PATH}/board?{DAYS}")).json()
    assert (read["since"], read["until"]) == ("2026-11-01", "2026-11-30")
    assert read["counted_at"] is not None
    assert [each["key"] for each in read["figures"]] == list(figures())
    filed = next(each for each in read["figures"] if each["key"] == "complaints")
    assert (filed["numerator"], filed["value"], filed["before"], filed["missing"]) == (1, 1.0, None, None)

    steps = (await supervisor.get(f"{PATH}/trend?figure=complaints&step=week&{DAYS}")).json()["points"]
    assert [(each["from"], each["numerator"]) for each in steps][3:] == [
        ("2026-11-16", 1),
        ("2026-11-23", 0),
        ("2026-11-30", 0),
    ]
    parts = (await supervisor.get(f"{PATH}/split?figure=complaints&by=category&{DAYS}")).json()["rows"]
    assert [(each["value"], each["title"], each["rate"]) for each in parts] == [("complaint_billing", "费用争议", 1.0)]
    one = f"{PATH}/tickets?figure=complaints&by=category&value=complaint_billing&{DAYS}"
    answer = await supervisor.get(one)
    behind = answer.json()
    assert behind["next"] is None
    (item,) = behind["items"]
    assert (item["number"], item["status"], item["missed"], item["late_minutes"]) == (
        number,
        "acknowledged",
        False,
        None,
    )
    assert (item["category_title"], item["department_title"]) == ("费用争议", "客户服务部")
    assert not [words for words in ("13800138000", "断网三天") if words in answer.text], "nobody's words or numbers"
    other = f"{PATH}/tickets?figure=complaints&by=category&value=complaint_network&{DAYS}"
    assert (await supervisor.get(other)).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("board?since=2026-11-30&until=2026-11-01", "period"),
        ("board?since=2025-01-01&until=2026-11-01", "period"),
        (f"trend?figure=nothing&{DAYS}", "figure"),
        (f"split?figure=availability&by=agent&{DAYS}", "by"),
        (f"tickets?figure=availability&{DAYS}", "figure"),  # is not counted from tickets
        (f"tickets?figure=complaints&after=x&{DAYS}", "after"),
        (f"tickets?figure=complaints&by=agent&value=7&{DAYS}", "by"),
    ],
)
async def test_what_cannot_be_asked(supervisor: Browser, path: str, reason: str) -> None:
    answer = await supervisor.get(f"{PATH}/{path}")
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


def _told(**changed: Any) -> dict[str, Any]:
    told = {"key": "coverage", "period": "2026Q4", "numerator": 992, "denominator": 1000, "source": "四季度通报"}
    return told | changed


async def _tell(client: httpx.AsyncClient, bearer: str = KEY, /, **changed: Any) -> httpx.Response:
    return await client.post(FEED, json=_told(**changed), headers={"Authorization": f"Bearer {bearer}"})


async def test_what_the_operator_tells_is_on_the_board(
    key: None, client: httpx.AsyncClient, supervisor: Browser
) -> None:
    told = await _tell(client)
    assert (told.status_code, told.json()) == (200, {"title": figures()["coverage"].title})
    assert (await _tell(client, numerator=995)).status_code == 200, "a correction"
    read = (await supervisor.get(f"{PATH}/board?{DAYS}")).json()
    coverage = next(each for each in read["figures"] if each["key"] == "coverage")
    assert (coverage["value"], coverage["period"], coverage["told_by"]) == (0.995, "2026Q4", "四季度通报")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"key": "appeals"}, "figure"), ({"period": "Q4"}, "period"), ({"numerator": 1001}, "numbers")],
)
async def test_what_the_operator_cannot_tell(
    key: None, client: httpx.AsyncClient, changed: dict[str, Any], reason: str
) -> None:
    answer = await _tell(client, **changed)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_only_with_the_key(client: httpx.AsyncClient) -> None:
    assert (await _tell(client)).status_code == 404, "no key is set, so nobody may"


async def test_wrong_keys_are_few(key: None, client: httpx.AsyncClient) -> None:
    answers = [(await _tell(client, "wrong")).status_code for _ in range(WRONG_KEYS_PER_MINUTE + 1)]
    assert set(answers[:-1]) == {401}
    assert answers[-1] == 429
    assert (await _tell(client)).status_code == 200, "the right one is heard all the same"
    assert rows_in("told_figures") == 1
