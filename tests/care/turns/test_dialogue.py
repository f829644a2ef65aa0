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
from care.turns.rules import Reading
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
    answer = await dialogue.answer(QUESTION)
    assert answer.replies == [Reply("好的"), Reply("哪个号码？", [skip]), Reply("！")]
    assert answer.reading == Reading("complaint_network", None, 0.93, [])
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
    assert (await dialogue.answer(QUESTION)).replies == [Reply("已登记", [], card)]


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


RANKING = [{"label": "billing_detail", "confidence": 0.31}, {"label": "complaint_billing", "confidence": 0.3}]
READINGS = [
    (
        {"intent": "billing_detail", "confidence": 0.8, "sub": None, "ranking": [RANKING[0] | {"confidence": 0.8}]},
        Reading("billing_detail", None, 0.8, [("billing_detail", 0.8)]),
        "understood",
    ),
    (
        {"intent": "nlu_fallback", "confidence": 0.35, "sub": None, "ranking": RANKING},
        Reading("nlu_fallback", None, 0.31, [("billing_detail", 0.31), ("complaint_billing", 0.3)]),
        "not understood: the confidence is that of the best label, and not the threshold that Rasa gives it",
    ),
    (
        {"intent": "ticket_status", "confidence": 0.9, "sub": "urge"},
        Reading("ticket_status", "urge", 0.9, []),
        "a sub-label; a bot that sends no ranking",
    ),
    (
        {"intent": "rights_other", "confidence": 0.9, "article": {"id": "vas-refund", "score": 0.8}},
        Reading("rights_other", None, 0.9, [], ("vas-refund", 0.8)),
        "the article about rights that is nearest",
    ),
    ({"intent": "rights_other", "article": {"id": "vas-refund", "score": "NaN"}}, None, "an odd score costs no answer"),
    ({"intent": "inform", "confidence": 0.9, "ranking": RANKING * 9}, 5, "no more than five are kept"),
    ({"intent": None, "confidence": 0.0}, None, "nothing to understand"),
    ({}, None, "a bot of before: no reading, and the answer all the same"),
    ({"intent": "inform", "ranking": [{"name": "inform"}]}, None, "another shape never costs the answer"),
    ({"intent": "inform", "ranking": "none"}, None, "nor does this one"),
    (
        {"intent": "inform", "ranking": [{"label": "inform", "confidence": "NaN"}]},
        None,
        "JSON in PostgreSQL has no NaN",
    ),
]


@pytest.mark.parametrize(("body", "expected", "reason"), READINGS)
async def test_what_the_bot_understood(
    gateway: Gateway, dialogue: RasaDialogue, body: dict[str, object], expected: Reading | int | None, reason: str
) -> None:
    gateway.answer = JSONResponse({"replies": [{"text": "好的"}]} | body)
    answer = await dialogue.answer(QUESTION)
    assert answer.replies == [Reply("好的")]
    if isinstance(expected, int):
        assert answer.reading is not None
        assert len(answer.reading.ranking) == expected, reason
    else:
        assert answer.reading == expected, reason


async def test_a_button_is_nothing_to_understand(gateway: Gateway, dialogue: RasaDialogue) -> None:
    gateway.answer = JSONResponse({"replies": [{"text": "好的"}], "intent": "skip", "confidence": 1.0})
    answer = await dialogue.answer(Question("c1", "12", "/skip", is_payload=True, is_fresh=False))
    assert answer.reading is None
