"""What texts mean, as vectors: a Protocol, and the adapter that asks Rasa, in whose process the encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import aiohttp

from care.errors import Unavailable
from care.surges.vectors import SIZE, Vector

#: texts of one call (bot/vectors.py)
MOST_TEXTS = 32
#: characters of one; the encoder reads fewer
MAX_TEXT = 500
#: one core reads 32 long texts in 3 s, and conversations come first
CALL_SECONDS = 20.0


class Encoder(Protocol):
    async def vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        """Of each of up to MOST_TEXTS its vector, of length 1; None: there was nothing to read.

        Raises Unavailable (reason: what did not answer).
        """


class RasaEncoder:
    """`bot/vectors.py` over HTTP: a call of its own each time, once a minute."""

    def __init__(self, url: str, secret: str, seconds: float = CALL_SECONDS) -> None:
        self._url = f"{url}/webhooks/quanyi/vectors"
        self._headers = {"X-Quanyi-Secret": secret}
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)

    async def vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        body = {"texts": [text[:MAX_TEXT] for text in texts]}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout, headers=self._headers) as session,
                session.post(self._url, json=body) as response,
            ):
                if response.status != 200:
                    raise Unavailable(f"rasa_{response.status}", f"Rasa answered {response.status}")
                answer = await response.json()
        except TimeoutError as error:
            raise Unavailable("rasa_slow", "Rasa did not answer in time") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Unavailable("rasa_down", f"Rasa cannot be reached ({type(error).__name__})") from error
        return _vectors_of(answer, len(texts))


def _vectors_of(answer: object, count: int) -> list[Vector | None]:
    vectors = answer.get("vectors") if isinstance(answer, dict) else None
    if not isinstance(vectors, list) or len(vectors) != count:
        raise Unavailable("rasa_odd", "Rasa's answer has not as many vectors as there were texts")
    if any(each is not None and (not isinstance(each, list) or len(each) != SIZE) for each in vectors):
        raise Unavailable("rasa_odd", f"a vector has {SIZE} numbers")
    return vectors
