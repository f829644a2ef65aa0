"""`/api/operator/choices`: the dialler asks before it calls; without a key nobody does, and nothing is logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.db import transaction
from care.privacy.choices import switch
from care.privacy.rules import Switch
from tests.support.api import check_problem
from tests.support.environment import forget_settings
from tests.support.times import NOW
from web.choices import MOST, QUESTIONS_PER_MINUTE, WRONG_KEYS_PER_MINUTE

PATH = "/api/operator/choices"
KEY = "key-of-the-dialler-of-the-tests-0123456789"
PHONE, OTHER = "13800138000", "13800138001"
NEVER = {
    "marketing_calls": False,
    "personalisation": False,
    "marketing_calls_since": None,
    "personalisation_since": None,
}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUANYI_OPERATOR_KEY", KEY)
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


async def ask(client: httpx.AsyncClient, numbers: Any, authorization: str | None = f"Bearer {KEY}") -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return await client.post(PATH, json={"numbers": numbers}, headers=headers)


async def test_who_agreed_and_who_said_nothing(key: None, client: httpx.AsyncClient) -> None:
    with transaction() as session:
        switch(session, PHONE, Switch.MARKETING_CALLS, True, "socketio", NOW)
    response = await ask(client, ["+86 138 0013 8000", OTHER, "not a number", PHONE])
    assert response.status_code == 200, response.text
    agreed = NEVER | {"marketing_calls": True, "marketing_calls_since": "2026-11-21T07:20:00Z"}
    assert response.json() == {
        "numbers": {"+86 138 0013 8000": agreed, OTHER: NEVER, "not a number": NEVER, PHONE: agreed}
    }


async def test_a_no_counts_at_once(key: None, client: httpx.AsyncClient) -> None:
    for on in (True, False):
        with transaction() as session:
            switch(session, PHONE, Switch.MARKETING_CALLS, on, "socketio", NOW)
        assert (await ask(client, [PHONE])).json()["numbers"][PHONE]["marketing_calls"] is on


async def test_every_use_is_written_down(key: None, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await ask(client, [PHONE, OTHER])
    with transaction() as session:
        rows = session.scalars(select(Access).where(Access.phone_index == phone_index(PHONE))).all()
    assert [(row.reader, row.who, row.use, row.what, row.times) for row in rows] == [
        ("partner", "dialler", "rights", "choices", 2)
    ]


WRONG = [None, "", "Bearer", f"Bearer {KEY}x", f"Basic {KEY}", KEY, "Bearer é"]


@pytest.mark.parametrize("authorization", WRONG)
async def test_without_the_key_nobody_asks(key: None, client: httpx.AsyncClient, authorization: str | None) -> None:
    raw = None if authorization is None else authorization.encode("latin-1")
    headers = {} if raw is None else {b"authorization": raw}
    response = await client.post(PATH, json={"numbers": [PHONE]}, headers=headers)
    check_problem(response, 401, "operator_key", PHONE)
    assert response.headers["www-authenticate"] == "Bearer"
    with transaction() as session:
        assert session.scalars(select(Access)).all() == []


@pytest.mark.parametrize("authorization", [None, "Bearer ", f"Bearer {KEY}"])
async def test_where_no_key_is_set_there_is_nothing(client: httpx.AsyncClient, authorization: str | None) -> None:
    """An empty key is no key that an empty one fits."""
    detail = check_problem(await ask(client, [PHONE], authorization), 404, "operator_key", PHONE)
    assert "QUANYI_OPERATOR_KEY" in detail


BODIES: list[Any] = [
    {},
    {"numbers": []},
    {"numbers": PHONE},
    {"numbers": [PHONE] * (MOST + 1)},
    {"numbers": ["1" * 33]},
    {"numbers": [138]},
    {"numbers": [PHONE], "more": 1},
]


@pytest.mark.parametrize("body", BODIES)
async def test_what_is_no_question(key: None, client: httpx.AsyncClient, body: Any) -> None:
    response = await client.post(PATH, json=body, headers={"Authorization": f"Bearer {KEY}"})
    check_problem(response, 422, "request", PHONE)


async def test_as_many_as_a_dialler_needs(key: None, client: httpx.AsyncClient) -> None:
    numbers = [str(13800138000 + n) for n in range(200)]
    response = await ask(client, [*numbers * 5])
    assert response.status_code == 200
    assert set(response.json()["numbers"]) == set(numbers)


async def test_keys_cannot_be_tried_out(key: None, client: httpx.AsyncClient) -> None:
    for _ in range(WRONG_KEYS_PER_MINUTE):
        assert (await ask(client, [PHONE], "Bearer wrong")).status_code == 401
    check_problem(await ask(client, [PHONE], "Bearer wrong"), 429, "too_many")
    assert (await ask(client, [PHONE])).status_code == 200, "the dialler behind the same proxy goes on"


async def test_a_dialler_may_not_run_wild(key: None, client: httpx.AsyncClient) -> None:
    for _ in range(QUESTIONS_PER_MINUTE):
        assert (await ask(client, [PHONE])).status_code == 200
    response = await ask(client, [PHONE])
    assert "retry-after" in response.headers
    check_problem(response, 429, "too_many", PHONE)


async def test_no_number_and_no_key_is_logged(
    key: None, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(client, [PHONE])
    await ask(client, [PHONE], "Bearer wrong-and-secret")
    assert "choices_asked" in caplog.text
    for never in (PHONE, KEY, "wrong-and-secret"):
        assert never not in caplog.text
