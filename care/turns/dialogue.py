"""What answers a message: the Protocol that turns own, and the adapter that calls Rasa's gateway channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import httpx

from care.conversations.rules import Reply
from care.errors import Unavailable
from care.turns.rules import CALL_SECONDS


@dataclass(frozen=True)
class Question:
    conversation_id: str
    message_id: str
    text: str
    #: the text is a button's payload that we sent
    is_payload: bool
    #: begin a new Rasa session first: the matter before is closed
    is_fresh: bool


class Dialogue(Protocol):
    async def answer(self, question: Question) -> list[Reply]:
        """The bot's replies. The same message id again gives the same replies.

        Raises Unavailable (reason: what did not answer).
        """


class RasaDialogue:
    """`bot/gateway.py` over HTTP. One instance a process; close it with `aclose()`."""

    def __init__(self, url: str, secret: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"X-Quanyi-Secret": secret},
            timeout=httpx.Timeout(CALL_SECONDS, connect=2),
            limits=httpx.Limits(max_connections=200, keepalive_expiry=3),  # Sanic closes idle ones after 5 s,
        )

    async def answer(self, question: Question) -> list[Reply]:
        body = {
            "message_id": question.message_id,
            "conversation_id": question.conversation_id,
            "text": question.text,
            "payload": question.is_payload,
            "fresh": question.is_fresh,
        }
        try:
            response = await self._client.post("/webhooks/quanyi/turn", json=body)
        except httpx.TimeoutException as error:
            raise Unavailable("rasa_slow", "Rasa did not answer in time") from error
        except httpx.HTTPError as error:
            raise Unavailable("rasa_down", f"Rasa cannot be reached ({type(error).__name__})") from error
        if response.status_code != 200:
            raise Unavailable(f"rasa_{response.status_code}", f"Rasa answered {response.status_code}")
        return [Reply(reply["text"], reply.get("buttons") or []) for reply in response.json()["replies"]]

    async def aclose(self) -> None:
        await self._client.aclose()
