"""What answers a message: the Protocol that turns own, and the adapter that calls Rasa's gateway channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

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


def _reply(said: dict[str, Any]) -> Reply:
    """A card travels in Rasa's free `custom` field, as `{"card": {…}}`."""
    return Reply(said["text"], said.get("buttons") or [], (said.get("custom") or {}).get("card"))


class RasaDialogue:
    """`bot/gateway.py` over HTTP. One instance a process; close it with `aclose()`.

    aiohttp and not httpx: this call is on every message's way, and it costs a tenth there (docs/performance.md).
    """

    def __init__(self, url: str, secret: str, seconds: float = CALL_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        self._url = f"{url}/webhooks/quanyi/turn"
        self._headers = {"X-Quanyi-Secret": secret}
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, question: Question) -> list[Reply]:
        body = {
            "message_id": question.message_id,
            "conversation_id": question.conversation_id,
            "text": question.text,
            "payload": question.is_payload,
            "fresh": question.is_fresh,
        }
        try:
            async with self._client().post(self._url, json=body, headers=self._headers) as response:
                if response.status != 200:
                    raise Unavailable(f"rasa_{response.status}", f"Rasa answered {response.status}")
                answer = await response.json()
        except TimeoutError as error:
            raise Unavailable("rasa_slow", "Rasa did not answer in time") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Unavailable("rasa_down", f"Rasa cannot be reached ({type(error).__name__})") from error
        return [_reply(reply) for reply in answer["replies"]]

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:  # needs the running event loop
            # Sanic closes idle connections after 5 s; ours end first, so that no message meets a closing one.
            connector = aiohttp.TCPConnector(limit=200, keepalive_timeout=3)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
