"""The sentence encoder: the adapter of a Rasa that is not there, one with readings of its own, and the real one's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.surges.encoder import RasaEncoder
from care.surges.vectors import Vector
from tests.support.environment import GATEWAY_SECRET, NOBODY
from tests.support.serving import served

_ROOT = Path(__file__).parents[2]
#: Python of the bot, which alone has the encoder
BOT = _ROOT / ".venv" / "bot" / "bin" / "python"
_READ = """
import json, sys
from bot.nlu.encoder import Encoder
from bot.nlu.text import normalise
texts = json.load(sys.stdin)
json.dump(Encoder().embed([normalise(text) for text in texts]).round(5).tolist(), sys.stdout)
"""


class Reader:
    """At the Protocol `care.surges.encoder.Encoder`: it knows what it was told of each text, and nothing of others."""

    def __init__(self, known: dict[str, Vector]) -> None:
        self.known = known
        self.asked: list[list[str]] = []
        self.failures: list[Exception] = []

    async def vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        self.asked.append([*texts])
        if self.failures:
            raise self.failures.pop(0)
        return [self.known.get(text) for text in texts]


def encoder_at(url: str = NOBODY) -> RasaEncoder:
    """The adapter; by default of a Rasa that is not there."""
    return RasaEncoder(url, GATEWAY_SECRET)


def really_read(texts: Iterable[str]) -> dict[str, Vector]:
    """What the real encoder reads in them; 20 ms each."""
    distinct = [*dict.fromkeys(texts)]
    done = subprocess.run(
        [BOT, "-c", _READ], input=json.dumps(distinct), capture_output=True, text=True, check=True, cwd=_ROOT
    )
    return dict(zip(distinct, json.loads(done.stdout), strict=True))


@contextmanager
def reading(known: dict[str, Vector]) -> Iterator[str]:
    """Address of a Rasa that knows the readings of these texts, on a real port."""

    async def answer(request: Request) -> Response:
        if request.headers.get("x-quanyi-secret") != GATEWAY_SECRET:
            return JSONResponse({"error": "unauthorized"}, 401)
        return JSONResponse({"vectors": [known.get(text) for text in (await request.json())["texts"]]})

    with served(Starlette(routes=[Route("/webhooks/quanyi/vectors", answer, methods=["POST"])])) as address:
        yield address
