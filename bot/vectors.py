"""``POST /webhooks/quanyi/vectors``: what texts mean, as vectors, for whoever compares complaints with one another.

In: ``{"texts": […]}``, 1 to 32, of which the encoder reads the first 128 characters (`bot.nlu.encoder`); header
``X-Quanyi-Secret``. Out: 200 ``{"vectors": [[384 floats of length 1] | null, …]}``, null: there was nothing to read;
errors as those of a turn (`bot.gateway`). Nothing is stored or remembered, and the texts stand in no log.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from bot.bodies import Invalid
from bot.nlu.encoder import Encoder
from bot.nlu.text import normalise
from bot.turn import kind_of

MOST_TEXTS = 32
MAX_TEXT = 2_000  # characters
_DIGITS = 5  # after the point; the encoder itself has 4 bits a weight

# One thread for all of it, so that conversations keep every other core. Nobody waits for these vectors.
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="vectors")

log = structlog.get_logger("bot.vectors")


def texts_of(body: dict[str, Any]) -> list[str]:
    """The texts of a request.

    Raises:
        Invalid: see there.
    """
    texts = body.get("texts")
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise Invalid(f"texts must be a list of 1 to {MOST_TEXTS}")
    if not all(isinstance(text, str) for text in texts):
        raise Invalid("each of texts must be a string")
    if any(len(text) > MAX_TEXT for text in texts):
        raise Invalid(f"a text is longer than {MAX_TEXT} characters")
    return texts


async def read(texts: list[str]) -> tuple[int, dict[str, Any]]:
    """HTTP status and body; a text at a time, so that other requests for vectors come in between."""
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    try:
        vectors = [await loop.run_in_executor(_THREAD, _vector, text) for text in texts]
    except Exception as error:
        kind, status = kind_of(error)
        log.error("vectors.failed", kind=kind, exc_info=error)
        return status, {"error": kind}
    log.info("vectors.done", ms=round((time.perf_counter() - started) * 1000), texts=len(texts))
    return 200, {"vectors": vectors}


def _vector(text: str) -> list[float] | None:
    read = normalise(text)
    if not any(char.isalnum() for char in read):
        return None
    # not by `mean_of`: it remembers texts for the conversations that run
    [row] = Encoder().embed([read])
    return [round(float(value), _DIGITS) for value in row]
