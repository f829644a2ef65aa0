"""`/api/privacy/receipts`: for the conversation that asked; whether one is real, for everybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from care.conversations.service import open_conversation
from care.db import transaction
from care.once import OnceKey
from care.privacy import requests
from care.privacy.receipts import Receipt, receipt_of
from care.privacy.rules import Kind
from tests.support.api import check_problem
from tests.support.times import NOW
from web import sessions, tokens
from web.receipts import CHECKS_PER_MINUTE

PATH = "/api/privacy/receipts"
PHONE = "13800138000"


class Asked:
    """A widget in which somebody asked what is held of them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        session = sessions.begin()
        self.headers = {"X-Quanyi-Session": session.token}
        with transaction() as database:
            self.conversation_id = open_conversation(database, sessions.CHANNEL, session.opening_key, NOW)
            key = OnceKey(self.conversation_id, 5, "x")
            state = requests.at_once(database, key, Kind.VIEW, PHONE, NOW, {})
            receipt = receipt_of(database, state.number or "")
        assert receipt is not None
        self.receipt: Receipt = receipt

    async def get(self, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
        path = f"{PATH}/{self.receipt.number}"
        return await self.client.get(path, params=query, headers=self.headers if headers is None else headers)


@pytest.fixture
def asked(client: httpx.AsyncClient) -> Asked:
    return Asked(client)


async def check(client: httpx.AsyncClient, given: Any) -> httpx.Response:
    return await client.post(f"{PATH}/verify", json=given)


async def test_the_file_is_ones_own_and_verifies(asked: Asked) -> None:
    response = await asked.get()
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-disposition"] == f'attachment; filename="{asked.receipt.number}.json"'
    assert response.headers["cache-control"] == "private, no-store"
    assert response.json() == asked.receipt.as_json()
    assert PHONE not in response.text
    assert (await check(asked.client, response.json())).json() == {"verdict": "unchanged"}


async def test_the_page_is_a_file_too_and_runs_nothing(asked: Asked) -> None:
    response = await asked.get(format="html")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{asked.receipt.number}.html"'
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert asked.receipt.digest in response.text
    assert "138****8000" in response.text
    assert PHONE not in response.text


async def test_by_conversation_and_token(asked: Asked) -> None:
    headers = {
        "X-Quanyi-Conversation": asked.conversation_id,
        "X-Quanyi-Token": tokens.issue(asked.conversation_id),
    }
    assert (await asked.get(headers)).status_code == 200


STRANGERS: list[dict[str, str]] = [
    {},
    {"X-Quanyi-Session": "x"},
    {"X-Quanyi-Conversation": "c1"},
    {"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": "x"},
]


@pytest.mark.parametrize("headers", STRANGERS)
async def test_without_credentials(asked: Asked, headers: dict[str, str]) -> None:
    response = await asked.get(headers)
    assert response.status_code == 403
    assert asked.receipt.digest not in response.text


async def test_another_conversation_learns_nothing(asked: Asked, client: httpx.AsyncClient) -> None:
    """The same answer whether there is one of that number or not."""
    nothing_said = {"X-Quanyi-Session": sessions.begin().token}
    detail = check_problem(await asked.get(nothing_said), 403, "receipt")
    other = Asked(client)
    assert check_problem(await asked.get(other.headers), 403, "receipt") == detail
    response = await client.get(f"{PATH}/YS261121-000000", headers=asked.headers)
    assert check_problem(response, 403, "receipt") == detail


async def test_a_format_that_we_do_not_have(asked: Asked) -> None:
    check_problem(await asked.get(format="pdf"), 422, "request")


async def test_everybody_may_check_one(asked: Asked) -> None:
    receipt = asked.receipt
    by_digest = {"number": receipt.number, "digest": receipt.digest}
    changed = {"receipt": receipt.body | {"title": "删除个人信息"}, "digest": receipt.digest}
    given = [(by_digest, "unchanged"), (changed, "changed"), (by_digest | {"number": "YS1"}, "unknown")]
    for body, verdict in given:
        response = await check(asked.client, body)
        assert (response.status_code, response.json()) == (200, {"verdict": verdict})


@pytest.mark.parametrize("given", [{}, [], "x", {"number": PHONE}, {"receipt": [PHONE]}])
async def test_what_is_none_is_not_repeated(client: httpx.AsyncClient, given: Any) -> None:
    response = await check(client, given)
    assert response.status_code == 422
    assert PHONE not in response.text


async def test_numbers_cannot_be_tried_out(client: httpx.AsyncClient) -> None:
    given = {"number": "YS261121-000000", "digest": "0" * 64}
    for _ in range(CHECKS_PER_MINUTE):
        assert (await check(client, given)).status_code == 200
    check_problem(await check(client, given), 429, "too_many")
