"""A Rasa process by its own address: which model it serves, another one for it, and what a model makes of words.

`bot/gateway.py` over HTTP, one call at a time; texts are masked or a trainer's own, and stay out of every log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from care.errors import InvalidInput, Unavailable

#: reading a sentence, or asking what is served
CALL_SECONDS = 10.0
#: twenty turns of a rehearsal, each with the encoder
REHEARSAL_SECONDS = 60.0


@dataclass(frozen=True)
class Serving:
    """What a process says of itself. `loading`, `staged`: names of models; `error`: kind of the last failed load."""

    model: str | None
    threshold: float | None
    loading: str | None
    error: str | None
    #: `version` of the wording that was laid over its own; empty: none
    wording: str


class RasaProcess:
    """One process. Raises Unavailable (reason: what did not answer) from every method."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = f"{url}/webhooks/quanyi"
        self._headers = {"X-Quanyi-Secret": secret}
        #: host:port, how it is called in the desk
        self.name = urlsplit(url).netloc

    async def serving(self) -> Serving:
        answer = await self._ask("GET", "model")
        return Serving(
            model=answer.get("serving"),
            threshold=answer.get("threshold"),
            loading=answer.get("loading"),
            error=answer.get("error"),
            wording=str(answer.get("wording") or ""),
        )

    async def load(self, model: str, threshold: float | None) -> None:
        """Have it serve this model: it goes on with its own until the new one is whole. `serving` tells when."""
        await self._ask("POST", "model", {"model": model, "threshold": threshold})

    async def lay_wording(self, version: str, responses: Mapping[str, Sequence[str]]) -> None:
        """Have it say these texts in the place of those of its model."""
        await self._ask("POST", "wording", {"version": version, "responses": {k: [*v] for k, v in responses.items()}})

    async def parse(self, text: str) -> dict[str, Any]:
        """`tokens`, `entities`, `intent`, `ranking`, `matters`, `signals`, `articles` of the model it serves."""
        return await self._ask("POST", "parse", {"text": text})

    async def rehearse(self, model: str | None, texts: Sequence[str]) -> dict[str, Any]:
        """`{"state": "loading"}`, or the trace of a conversation that nobody has (bot/rehearsal.py)."""
        body = {"model": model, "texts": [*texts]}
        return await self._ask("POST", "rehearse", body, seconds=REHEARSAL_SECONDS)

    async def _ask(
        self, method: str, route: str, body: Mapping[str, Any] | None = None, *, seconds: float = CALL_SECONDS
    ) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=self._headers) as session,
                session.request(method, f"{self._url}/{route}", json=body) as response,
            ):
                answer = await response.json()
                if response.status == 400:
                    raise InvalidInput("model", f"Rasa refused it: {answer.get('reason')}")
                if response.status not in (200, 202):
                    raise Unavailable(f"rasa_{response.status}", f"Rasa answered {response.status}")
        except TimeoutError as error:
            raise Unavailable("rasa_slow", "Rasa did not answer in time") from error
        except (aiohttp.ClientError, ValueError, AttributeError) as error:
            raise Unavailable("rasa_down", f"Rasa cannot be reached ({type(error).__name__})") from error
        if not isinstance(answer, dict):
            raise Unavailable("rasa_odd", "Rasa's answer is no object")
        return answer
