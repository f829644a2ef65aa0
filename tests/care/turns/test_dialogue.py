"""Calling Rasa's gateway: what is sent, what comes back, and which failure is which."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.conversations.rules import Reply
from care.errors import Unavailable
from care.turns.dialogue import Question, RasaDialogue
from tests.support.environment import NOBODY
from tests.support.serving import served

QUESTION = Question("c1", "12", "没信号", is_payload=False, is_fresh=True)


class Gateway:
    """Stands where `bot/gateway.py` stands: notes what it gets, answers what it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], object]] = []
        self.answer: Response = JSONResponse({"replies": []})
        self.takes = 0.0
        self.app = Starlette(routes=[Route("/webhooks/quanyi/turn", self._turn, methods=["POST"])])

    async def _turn(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.json()))
        await asyncio.sleep(self.takes)
        return self.answer


@pytest.fixture(scope="module")
def gateway_and_url() -> Iterator[tuple[Gateway, str]]:
    gateway = Gateway()
    with served(gateway.app) as url:
        yield gateway, url


@pytest.fixture
def gateway(gateway_and_url: tuple[Gateway, str]) -> Gateway:
    gateway_and_url[0].requests.clear()
    return gateway_and_url[0]


@pytest.fixture
async def dialogue(gateway_and_url: tuple[Gateway, str]) -> AsyncIterator[RasaDialogue]:
    dialogue = RasaDialogue(gateway_and_url[1], "the-secret")
    yield dialogue
    await dialogue.aclose()


async def test_a_question_and_its_answer(gateway: Gateway, dialogue: RasaDialogue) -> None:
    skip = {"title": "跳过", "payload": "/skip"}
    gateway.answer = JSONResponse(
        {
            "message_id": "12",
            "replies": [{"text": "好的", "buttons": []}, {"text": "哪个号码？", "buttons": [skip]}, {"text": "！"}],
            "replayed": False,
            "intent": "complaint_network",
            "confidence": 0.93,
        }
    )
    assert await dialogue.answer(QUESTION) == [Reply("好的"), Reply("哪个号码？", [skip]), Reply("！")]
    ((headers, body),) = gateway.requests
    assert headers["x-quanyi-secret"] == "the-secret"
    assert body == {"message_id": "12", "conversation_id": "c1", "text": "没信号", "payload": False, "fresh": True}


CARD = {"kind": "ticket", "number": "TS20261121-0001", "clocks": []}
CUSTOM = [
    ({"card": CARD}, CARD),
    ({"card": CARD, "other": 1}, CARD),  # what else an action may send is not ours
    ({"other": 1}, None),
    ({}, None),
    (None, None),
]


@pytest.mark.parametrize(("custom", "card"), CUSTOM)
async def test_a_card(
    gateway: Gateway, dialogue: RasaDialogue, custom: dict[str, object] | None, card: dict[str, object] | None
) -> None:
    gateway.answer = JSONResponse({"replies": [{"text": "已登记", "buttons": [], "custom": custom}]})
    assert await dialogue.answer(QUESTION) == [Reply("已登记", [], card)]


@pytest.mark.parametrize("text", ["没信号😡\n\u2028<b>", '/correct{"field": "line"}', "网" * 12_000])
async def test_any_text_arrives_as_it_is(gateway: Gateway, dialogue: RasaDialogue, text: str) -> None:
    gateway.answer = JSONResponse({"replies": [{"text": "好的"}]})
    await dialogue.answer(Question("c1", "12", text, is_payload=text.startswith("/"), is_fresh=False))
    body = gateway.requests[0][1]
    assert isinstance(body, dict)
    assert (body["text"], body["payload"], body["fresh"]) == (text, text.startswith("/"), False)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_whatever_is_not_an_answer_is_a_failure(gateway: Gateway, dialogue: RasaDialogue, status: int) -> None:
    """An exception in Rasa is a 5xx; a wrong secret or a wrong address is a failure as well, never an empty answer."""
    gateway.answer = Response(json.dumps({"error": "actions_down"}), status)
    with pytest.raises(Unavailable) as failed:
        await dialogue.answer(QUESTION)
    assert failed.value.reason == f"rasa_{status}"


async def test_too_slow(gateway_and_url: tuple[Gateway, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After CALL_SECONDS, here a twentieth of one: before the lease runs out, so nobody overtakes a call that runs."""
    gateway, url = gateway_and_url
    monkeypatch.setattr(gateway, "takes", 0.5)
    dialogue = RasaDialogue(url, "the-secret", seconds=0.05)
    with pytest.raises(Unavailable) as failed:
        await dialogue.answer(QUESTION)
    assert failed.value.reason == "rasa_slow"
    await dialogue.aclose()


async def test_nobody_there() -> None:
    dialogue = RasaDialogue(NOBODY, "the-secret")
    with pytest.raises(Unavailable) as failed:
        await dialogue.answer(QUESTION)
    assert failed.value.reason == "rasa_down"
    assert "没信号" not in str(failed.value)
    await dialogue.aclose()
