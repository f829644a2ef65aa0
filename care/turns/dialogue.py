"""What answers a message: the Protocol that turns own, and the adapter that calls Rasa's gateway channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from care.conversations.rules import Reply
from care.errors import Unavailable
from care.turns.rules import CALL_SECONDS, RANKED, Reading


@dataclass(frozen=True)
class Question:
    conversation_id: str
    message_id: str
    text: str
    #: the text is a button's payload that we sent
    is_payload: bool
    #: begin a new Rasa session first: the matter before is closed
    is_fresh: bool


@dataclass(frozen=True)
class Answer:
    replies: list[Reply]
    #: None: there was nothing to understand
    reading: Reading | None = None


class Dialogue(Protocol):
    async def answer(self, question: Question) -> Answer:
        """The bot's replies, and what it took the words for. The same message id again gives the same answer.

        Raises Unavailable (reason: what did not answer).
        """


def _reply(said: dict[str, Any]) -> Reply:
    """A card travels in Rasa's free `custom` field, as `{"card": {…}}`."""
    return Reply(said["text"], said.get("buttons") or [], (said.get("custom") or {}).get("card"))


def _reading(answer: dict[str, Any]) -> Reading | None:
    """None where Rasa named no intent. It is a note beside the answer: what is odd in it never costs the answer."""
    try:
        label, sub = answer.get("intent"), answer.get("sub")
        if not label:
            return None
        ranking = [(str(each["label"])[:64], float(each["confidence"])) for each in answer.get("ranking") or []][
            :RANKED
        ]
        confidence = ranking[0][1] if ranking else float(answer.get("confidence") or 0.0)
        near = answer.get("article")
        article = (str(near["id"])[:40], float(near["score"])) if near else None
        shares = (confidence, *(share for _, share in ranking), *(article[1:] if article else ()))
        if not all(math.isfinite(each) for each in shares):
            return None
        return Reading(str(label)[:64], str(sub)[:64] if sub else None, confidence, ranking, article)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


class RasaDialogue:
    """`bot/gateway.py` over HTTP. One instance a process; close it with `aclose()`.

    aiohttp and not httpx: this call is on every message's way, and it costs a tenth there (docs/performance.md).
    """

    def __init__(self, url: str, secret: str, seconds: float = CALL_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        self._url = f"{url}/webhooks/quanyi/turn"
        self._headers = {"X-Quanyi-Secret": secret}
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, question: Question) -> Answer:
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
        replies = [_reply(reply) for reply in answer["replies"]]
        # A button is our own command: there was nothing to understand.
        return Answer(replies, None if question.is_payload else _reading(answer))

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:  # needs the running event loop
            # Sanic closes idle connections after 5 s; ours end first, so that no message meets a closing one.
            connector = aiohttp.TCPConnector(limit=200, keepalive_timeout=3)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
