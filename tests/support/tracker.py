"""Rasa's tracker routes (bot/trackers.py) on a real port, with what it stores in a dictionary."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.privacy.tracker import RasaTracker
from tests.support.environment import GATEWAY_SECRET, NOBODY
from tests.support.serving import served

Json = dict[str, Any]


@dataclass
class Trackers:
    """What Rasa has stored, by conversation."""

    url: str = ""
    events: dict[str, list[Json]] = field(default_factory=dict)
    #: conversations that it was asked to delete, as often as it was
    deleted: list[str] = field(default_factory=list)
    #: answers so many times with 503 first
    failures: int = 0
    #: happens while it deletes, before it answers
    meanwhile: Callable[[], object] | None = None

    def hears(self, conversation_id: str, *texts: str) -> None:
        """Turns of a conversation."""
        for number, words in enumerate(texts):
            event = {"event": "user", "text": words, "timestamp": 1_700_000_000.5, "parse_data": {"intent": {}}}
            stored = {"session": "s1", "turn": number, "stored_at": "2026-11-21T07:20:00+00:00"}
            self.events.setdefault(conversation_id, []).append(event | stored)

    async def answer(self, request: Request) -> Response:
        if request.headers.get("x-quanyi-secret") != GATEWAY_SECRET:
            return JSONResponse({"error": "unauthorized"}, 401)
        conversation_id = (await request.json())["conversation_id"]
        if self.failures:
            self.failures -= 1
            return JSONResponse({"error": "down"}, 503)
        if request.path_params["operation"] == "export":
            return JSONResponse({"events": self.events.get(conversation_id, []), "next": None})
        if self.meanwhile is not None:
            await asyncio.to_thread(self.meanwhile)
        self.deleted.append(conversation_id)
        return JSONResponse({"deleted": len(self.events.pop(conversation_id, []))})


@contextmanager
def trackers() -> Iterator[Trackers]:
    there = Trackers()
    route = "/webhooks/quanyi/tracker/{operation:str}"
    with served(Starlette(routes=[Route(route, there.answer, methods=["POST"])])) as address:
        there.url = address
        yield there


def tracker_at(url: str = NOBODY) -> RasaTracker:
    """The adapter; by default of a Rasa that is not there. Close it."""
    return RasaTracker(url, GATEWAY_SECRET)
