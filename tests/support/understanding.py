"""Rasa's gateway as far as `/rights` asks it: which articles answer a question. On a real port."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.environment import GATEWAY_SECRET
from tests.support.serving import served


@dataclass
class Understanding:
    #: question → what is near: ids and scores
    near: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    url: str = ""
    #: instead of an answer
    status: int = 200
    body: Any = None
    #: seconds until it answers
    takes: float = 0.0
    asked: list[str] = field(default_factory=list)
    running: int = 0
    most_at_once: int = 0

    async def answer(self, request: Request) -> Response:
        if request.headers.get("x-quanyi-secret") != GATEWAY_SECRET:
            return JSONResponse({"error": "unauthorized"}, 401)
        text = (await request.json())["text"]
        self.asked.append(text)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        await asyncio.sleep(self.takes)
        self.running -= 1
        articles = [{"id": id_, "score": score} for id_, score in self.near.get(text, [])]
        return JSONResponse({"articles": articles} if self.body is None else self.body, self.status)


@contextmanager
def understanding() -> Iterator[Understanding]:
    there = Understanding()
    with served(Starlette(routes=[Route("/webhooks/quanyi/articles", there.answer, methods=["POST"])])) as address:
        there.url = address
        yield there
