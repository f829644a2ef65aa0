"""`/api/operator/panel`, `/visits`, `/segments`: what the operator's systems tell, with a key, row by row checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from care.accounts.segments import segment_of
from care.accounts.service import phone_index
from care.conversations.tables import Conversation
from care.db import transaction
from care.satisfaction.survey_tables import CounterVisit, PanelMember
from care.tickets.tables import Ticket
from tests.support.api import check_problem
from tests.support.environment import forget_settings
from tests.support.tickets import file
from tests.support.times import NOW
from web.choices import WRONG_KEYS_PER_MINUTE
from web.panel_feed import MOST

KEY = "key-of-the-lists-of-the-tests-0123456789"
PHONE = "13800138000"
AT = "2026-11-20T10:00:00+08:00"
MEMBER = {"phone": PHONE, "agreed_at": AT, "region": "北京", "segment": "public"}
VISIT = {"id": "v1", "shop": "人民路营业厅", "visited_at": AT, "phone": PHONE}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUANYI_OPERATOR_KEY", KEY)
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


async def tell(client: httpx.AsyncClient, what: str, rows: Any, key: str | None = KEY) -> httpx.Response:
    name = {"panel": "members", "visits": "visits", "segments": "segments"}[what]
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return await client.post(f"/api/operator/{what}", json={name: rows}, headers=headers)


async def test_who_agreed_to_be_asked(key: None, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await tell(client, "panel", [MEMBER])).json() == {"members": 1, "unwilling": 0}
    with transaction() as session:
        member = session.scalars(select(PanelMember)).one()
    assert (member.phone, member.region, member.segment) == (PHONE, "北京", "public")


async def test_who_was_at_a_counter(key: None, client: httpx.AsyncClient) -> None:
    assert (await tell(client, "visits", [VISIT, VISIT | {"id": "v2", "phone": None}])).json() == {"new": 2}
    assert (await tell(client, "visits", [VISIT])).json() == {"new": 0}
    with transaction() as session:
        assert list(session.scalars(select(CounterVisit.phone).order_by(CounterVisit.id))) == [PHONE, None]


async def test_a_segment_counts_from_the_next_complaint_on(key: None, client: httpx.AsyncClient) -> None:
    """大客 have shorter promises (care/sla/policy.yml)."""
    assert (await tell(client, "segments", [{"phone": PHONE, "segment": "key"}])).json() == {"kept": 1}
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    file()
    with transaction() as session:
        assert session.scalars(select(Ticket.segment)).one() == "key"
    await tell(client, "segments", [{"phone": PHONE, "segment": None}])
    with transaction() as session:
        assert segment_of(session, phone_index(PHONE)) is None


WRONG: list[tuple[str, Any, str]] = [
    # where, row; what the answer names
    ("panel", MEMBER | {"phone": "12"}, "members[1]"),
    ("panel", MEMBER | {"region": "北京市"}, "members[1]"),
    ("visits", VISIT | {"phone": "abc"}, "visits[1]"),
    ("segments", {"phone": "999", "segment": "key"}, "segments[1]"),
]


@pytest.mark.parametrize(("what", "row", "named"), WRONG)
async def test_a_row_that_is_wrong_is_named_and_nothing_is_kept(
    key: None, client: httpx.AsyncClient, what: str, row: Any, named: str
) -> None:
    good = {"panel": MEMBER, "visits": VISIT, "segments": {"phone": PHONE, "segment": "key"}}[what]
    response = await tell(client, what, [good, row])
    assert response.status_code == 422
    assert named in response.text
    assert str(row.get("phone")) not in response.text, "never the number"
    with transaction() as session:
        assert session.scalars(select(PanelMember)).all() == []
        assert session.scalars(select(CounterVisit)).all() == []
        assert segment_of(session, phone_index(PHONE)) is None


@pytest.mark.parametrize("what", ["panel", "visits", "segments"])
async def test_without_the_key(key: None, client: httpx.AsyncClient, what: str) -> None:
    good = {"panel": MEMBER, "visits": VISIT, "segments": {"phone": PHONE, "segment": "key"}}[what]
    check_problem(await tell(client, what, [good], None), 401, "operator_key")
    for _ in range(WRONG_KEYS_PER_MINUTE):
        await tell(client, what, [good], "wrong")
    check_problem(await tell(client, what, [good], "wrong"), 429, "too_many")


async def test_where_no_key_is_set_nobody_tells(client: httpx.AsyncClient) -> None:
    check_problem(await tell(client, "panel", [MEMBER]), 404, "operator_key")


async def test_too_many_rows(key: None, client: httpx.AsyncClient) -> None:
    assert (await tell(client, "panel", [MEMBER] * (MOST + 1))).status_code == 422
