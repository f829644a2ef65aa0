"""The search of `/rights`: what the chat would answer with, as the same understanding finds it, and where words stand.

A question is neither logged nor kept. When the understanding does not answer in time the words alone decide.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from care.errors import Unavailable
from care.logs import get_logger
from care.rights.articles import Article, article_of
from care.rights.choosing import MOST, NEAR
from care.settings import settings
from web.rates import PerMinute
from web.rights_words import mentioning, prepare

#: characters of a question; what is longer is cut
MAX_QUESTION = 200
#: of one address
SEARCHES_PER_MINUTE = 20
#: questions that one process puts to the understanding at the same time: the chat comes first
AT_ONCE = 2
#: until the words alone decide, waiting for a place included
PATIENCE_SECONDS = 1.5
#: results by words
MOST_BY_WORDS = 8

_log = get_logger("web.rights")


@dataclass(frozen=True)
class Found:
    #: answers, the likeliest first
    nearest: tuple[Article, ...]
    #: others that have the words of the question
    mentioning: tuple[Article, ...]
    #: the understanding did not answer: nothing is known of `nearest`
    is_by_words: bool


class Desk:
    """What the searches of one process share. Close it with `aclose()`."""

    def __init__(self) -> None:
        self.rates = PerMinute(SEARCHES_PER_MINUTE, "searches of one address")
        self._places = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        prepare()

    async def find(self, question: str) -> Found:
        """`question`: at most MAX_QUESTION characters."""
        try:
            nearest: tuple[Article, ...] | None = await self._nearest(question)
        except Unavailable as error:
            _log.warning("rights_search_by_words", reason=error.reason)
            nearest = None
        known = {article.id for article in nearest or ()}
        others = [article for article in mentioning(question, MOST_BY_WORDS + MOST) if article.id not in known]
        return Found(nearest or (), tuple(others[:MOST_BY_WORDS]), nearest is None)

    async def _nearest(self, question: str) -> tuple[Article, ...]:
        """Raises Unavailable (reason: what did not answer)."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._places:
                address = f"{settings().rasa_url}/webhooks/quanyi/articles"
                async with self._client().post(address, json={"text": question}) as response:
                    if response.status != 200:
                        raise Unavailable(f"rasa_{response.status}", f"Rasa answered {response.status}")
                    answer = await response.json()
            return tuple(_near(answer["articles"]))
        except TimeoutError as error:
            raise Unavailable("rasa_slow", "Rasa did not answer in time") from error
        except aiohttp.ClientError as error:
            raise Unavailable("rasa_down", f"Rasa cannot be reached ({type(error).__name__})") from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("rasa_odd", f"Rasa's answer cannot be read ({type(error).__name__})") from error

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:  # needs the running event loop
            self._session = aiohttp.ClientSession(
                # Sanic closes idle connections after 5 s; ours end first.
                connector=aiohttp.TCPConnector(limit=AT_ONCE, keepalive_timeout=3),
                headers={"X-Quanyi-Secret": settings().gateway_secret.get_secret_value()},
            )
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _near(ranked: Iterable[dict[str, Any]]) -> Iterable[Article]:
    """As the chat offers them: at most three, none that is far. Raises KeyError for an id that is no article."""
    for each in list(ranked)[:MOST]:
        score = float(each["score"])
        if math.isfinite(score) and score >= NEAR:
            yield article_of(each["id"])
