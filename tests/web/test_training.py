"""`/api/training-consent`: off by itself, switched by the customer of the conversation and nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from care.training import consent
from care.training.rules import CONSENT_VERSION
from tests.support.api import Api, check_problem
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot
from tests.support.training import NOT_UNDERSTOOD
from web import sessions, tokens
from web.training import CHANGES_PER_MINUTE

PATH = "/api/training-consent"


class Switch:
    """The switch of one widget."""

    def __init__(self, client: httpx.AsyncClient, **headers: str) -> None:
        self.client = client
        self.headers = headers or {"X-Quanyi-Session": sessions.begin().token}

    async def read(self) -> dict[str, Any]:
        response = await self.client.get(PATH, headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def send(self, agreed: Any, version: str = CONSENT_VERSION, **more: Any) -> httpx.Response:
        body = {"agreed": agreed, "version": version} | more
        return await self.client.post(PATH, json=body, headers=self.headers)

    async def choose(self, agreed: bool) -> dict[str, Any]:
        response = await self.send(agreed)
        assert response.status_code == 200, response.text
        return dict(response.json())


@pytest.fixture
def switch(client: httpx.AsyncClient) -> Switch:
    return Switch(client)


async def test_it_is_off_and_says_what_it_is_about(switch: Switch) -> None:
    words = consent.wording()
    assert await switch.read() == {
        "agreed": False,
        "at": None,
        "version": CONSENT_VERSION,
        "title": words.title,
        "text": words.text,
    }
    assert count("conversations") == 0, "looking leaves no trace"


async def test_on_and_off_before_anything_is_said(switch: Switch) -> None:
    assert (await switch.choose(True))["agreed"] is True
    assert (await switch.read())["agreed"] is True, "also after a reload"
    assert (await switch.choose(False))["agreed"] is False
    assert (await switch.read())["agreed"] is False
    assert scalar("SELECT string_agg(channel || ' ' || agreed, ', ' ORDER BY id) FROM training_consents") == (
        "socketio true, socketio false"
    )


async def test_saying_no_without_a_conversation_leaves_no_trace(switch: Switch) -> None:
    assert (await switch.choose(False))["agreed"] is False
    assert count("conversations") == 0


async def test_each_conversation_has_its_own(switch: Switch) -> None:
    other = Switch(switch.client)
    await switch.choose(True)
    assert (await other.read())["agreed"] is False


async def test_over_rest_with_a_conversations_token(api: Api, client: httpx.AsyncClient) -> None:
    await api.say("没信号")
    switch = Switch(
        client, **{"X-Quanyi-Conversation": api.state["conversation_id"], "X-Quanyi-Token": api.state["token"]}
    )
    assert (await switch.choose(True))["agreed"] is True
    assert scalar("SELECT channel FROM training_consents") == "rest"


async def test_service_is_the_same_with_and_without(api: Api, bot: FakeBot, client: httpx.AsyncClient) -> None:
    """PIPL art. 16. And what was understood is kept of both, without their words."""
    bot.reading = NOT_UNDERSTOOD
    first = await api.say("没信号")
    headers = {"X-Quanyi-Conversation": api.state["conversation_id"], "X-Quanyi-Token": api.state["token"]}
    await Switch(client, **headers).choose(True)
    second = await api.say("没信号")
    assert [reply["text"] for reply in second["replies"]] == [reply["text"] for reply in first["replies"][1:]]
    assert count("readings") == 2


async def test_another_text_must_be_read_first(switch: Switch) -> None:
    check_problem(await switch.send(True, version="2020-01"), 409, "consent_version")
    assert (await switch.read())["agreed"] is False
    await switch.choose(True)
    assert (await switch.send(False, version="2020-01")).json()["agreed"] is False, "withdrawing is always possible"


FOREIGN = [
    ({}, "session"),
    ({"X-Quanyi-Session": "x"}, "session"),
    ({"X-Quanyi-Conversation": "c1"}, "token"),
    ({"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": "x"}, "token"),
]


@pytest.mark.parametrize(("headers", "reason"), FOREIGN)
async def test_nobody_else(client: httpx.AsyncClient, headers: dict[str, str], reason: str) -> None:
    check_problem(await client.get(PATH, headers=headers), 403, reason)
    body = {"agreed": True, "version": CONSENT_VERSION}
    check_problem(await client.post(PATH, json=body, headers=headers), 403, reason)
    assert count("training_consents") == 0


async def test_a_token_of_a_conversation_that_is_gone(client: httpx.AsyncClient) -> None:
    switch = Switch(client, **{"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": tokens.issue("c1")})
    assert (await switch.read())["agreed"] is False
    check_problem(await switch.send(True), 403, "conversation")


@pytest.mark.parametrize("agreed", ["true", 1, None, "on"])
async def test_only_a_clear_yes_is_a_yes(switch: Switch, agreed: Any) -> None:
    check_problem(await switch.send(agreed), 422, "request")
    check_problem(await switch.send(True, more="yes"), 422, "request")
    assert count("training_consents") == 0


async def test_switching_all_the_time_ends_with_off(switch: Switch) -> None:
    for _ in range(CHANGES_PER_MINUTE):
        await switch.choose(True)
        await switch.choose(False)
    check_problem(await switch.send(True), 429, "too_many")
    assert (await switch.choose(False))["agreed"] is False


async def test_the_description_names_it(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert set(paths[PATH]) == {"get", "post"}
