"""What is asked of Rasa's gateway about stored conversations. What it does with them: tests/bot/test_trackers.py; both
together: tests/e2e/test_tracker.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.errors import Unavailable
from care.privacy.tracker import RasaTracker
from tests.support.environment import GATEWAY_SECRET, NOBODY
from tests.support.serving import served

BEFORE = datetime(2026, 5, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@dataclass
class Rasa:
    """Answers one call after the other with what it was given."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        if request.headers.get("x-quanyi-secret") != GATEWAY_SECRET:
            return JSONResponse({"error": "unauthorized"}, 401)
        self.asked.append((request.path_params["operation"], await request.json()))
        answer = self.answers.pop(0)
        if answer == "slow":
            await asyncio.sleep(1)
        if answer == "no JSON":
            return Response("<html>", media_type="text/html")
        return JSONResponse({"error": "database_down"}, answer) if isinstance(answer, int) else JSONResponse(answer)


@pytest.fixture
def rasa() -> Iterator[Rasa]:
    there = Rasa()
    path = "/webhooks/quanyi/tracker/{operation}"
    with served(Starlette(routes=[Route(path, there.answer, methods=["POST"])])) as there.url:
        yield there


@pytest.fixture
async def tracker(rasa: Rasa) -> AsyncIterator[RasaTracker]:
    tracker = RasaTracker(rasa.url, GATEWAY_SECRET, seconds=0.5)
    yield tracker
    await tracker.aclose()


async def test_an_export_asks_until_there_is_no_more(rasa: Rasa, tracker: RasaTracker) -> None:
    rasa.answers = [{"events": [{"event": "user"}], "next": [0, 49]}, {"events": [{"event": "bot"}], "next": None}]
    assert await tracker.export("c") == [{"event": "user"}, {"event": "bot"}]
    assert rasa.asked == [
        ("export", {"conversation_id": "c", "after": None}),
        ("export", {"conversation_id": "c", "after": [0, 49]}),
    ]


async def test_a_deletion_and_what_is_old(rasa: Rasa, tracker: RasaTracker) -> None:
    rasa.answers = [{"deleted": 3}, {"deleted": 0}, {"deleted": 700}]
    assert [await tracker.delete("c"), await tracker.delete("c"), await tracker.expire(BEFORE, 500)] == [3, 0, 700]
    assert rasa.asked[0] == ("delete", {"conversation_id": "c"})
    assert rasa.asked[2] == ("expire", {"before": "2026-05-25T09:00:00+08:00", "limit": 500})


async def test_sealing_again_goes_to_the_end_and_says_how_far_it_is(rasa: Rasa, tracker: RasaTracker) -> None:
    pages = [(2, ["c", 0, 4]), (0, ["d", 1, 0]), (1, None)]
    rasa.answers = [{"resealed": done, "next": after} for done, after in pages]
    told: list[int] = []
    assert await tracker.reseal(5, told.append) == 3
    assert told == [2, 2, 3]
    assert [body["after"] for _, body in rasa.asked] == [None, ["c", 0, 4], ["d", 1, 0]]


@pytest.mark.parametrize("answer", [503, 500, 401, "slow", "no JSON"])
async def test_a_failure_is_one_kind_of_error(rasa: Rasa, tracker: RasaTracker, answer: object) -> None:
    rasa.answers = [answer]
    with pytest.raises(Unavailable) as caught:
        await tracker.delete("c")
    assert caught.value.reason == "rasa"


async def test_half_an_export_is_none(rasa: Rasa, tracker: RasaTracker) -> None:
    rasa.answers = [{"events": [{"event": "user"}], "next": [0, 49]}, 503]
    with pytest.raises(Unavailable):
        await tracker.export("c")


@pytest.mark.parametrize(("url", "secret"), [(NOBODY, GATEWAY_SECRET), (None, "a-wrong-secret-of-the-tests")])
async def test_nobody_there_and_a_wrong_secret(rasa: Rasa, url: str | None, secret: str) -> None:
    tracker = RasaTracker(url or rasa.url, secret)
    with pytest.raises(Unavailable):
        await tracker.delete("c")
    await tracker.aclose()
