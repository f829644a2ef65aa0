"""Talking to the two sides: one customer, one conversation, one message after the other."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.http import Connection

#: Seconds after which a message counts as lost. The longest wait that is meant to happen is the stalled Rasa's.
PATIENCE = 60.0
_ASK_AGAIN = 0.25


@dataclass(frozen=True)
class Answer:
    """`seconds`: from sending the message to having its answer, however often it had to be asked for."""

    texts: list[str]
    seconds: float
    #: who answers next; only our side knows
    owner: str = "bot"


class Lost(Exception):
    """A message without an answer; the text says what came instead."""


class Customer(Protocol):
    async def say(self, text: str, connection: Connection) -> Answer: ...


class OurCustomer:
    """Through `POST /api/chat`. An answer that is pending is asked for with the same message id, as clients do."""

    def __init__(self) -> None:
        self._going_on: dict[str, str] = {}
        self.message_id = ""

    @property
    def conversation_id(self) -> str:
        return self._going_on["conversation_id"]

    async def say(self, text: str, connection: Connection) -> Answer:
        self.message_id = str(uuid.uuid4())
        return await self.ask(text, self.message_id, connection)

    async def ask(self, text: str, message_id: str, connection: Connection) -> Answer:
        body = json.dumps({"message_id": message_id, "text": text, **self._going_on}).encode()
        began = time.perf_counter()
        while True:
            status, content = await connection.post("/api/chat", body)
            if status not in (200, 202, 503):
                raise Lost(f"{status} {content[:300].decode(errors='replace')}")
            answer: dict[str, Any] = json.loads(content)
            if status == 200:
                break
            if time.perf_counter() - began > PATIENCE:
                raise Lost(f"no answer within {PATIENCE:.0f} s")
            await asyncio.sleep(_ASK_AGAIN)
        seconds = time.perf_counter() - began
        if not self._going_on:
            self._going_on = {key: answer[key] for key in ("conversation_id", "token")}
        return Answer([reply["text"] for reply in answer["replies"]], seconds, answer["owner"])


class StockCustomer:
    """Through Rasa's REST channel, which hands `metadata` on to the tracker: our actions read the message id there."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id

    async def say(self, text: str, connection: Connection) -> Answer:
        metadata = {"message_id": str(secrets.randbits(48))}  # a number, as our gateway sends it
        body = json.dumps({"sender": self.conversation_id, "message": text, "metadata": metadata}).encode()
        began = time.perf_counter()
        status, content = await connection.post("/webhooks/rest/webhook", body)
        seconds = time.perf_counter() - began
        if status != 200:
            raise Lost(f"{status} {content[:300].decode(errors='replace')}")
        return Answer([reply.get("text", "") for reply in json.loads(content)], seconds)
