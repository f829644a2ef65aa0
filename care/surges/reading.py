"""The worker's job that has new complaints read by the encoder, and then looks whether more say the same than usual.

Nothing is asked while a transaction is open. With the encoder away they wait for the next run; the counts go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import anyio.to_thread
from sqlalchemy.orm import Session

from care import db
from care.errors import Unavailable
from care.logs import get_logger
from care.surges.encoder import MOST_TEXTS, Encoder
from care.surges.texts import forget_vectors, keep, unread
from care.surges.vectors import Vector

T = TypeVar("T")

#: calls of one run, which is of a minute; the rest waits
_CALLS = 5
_FORGOTTEN_AT_ONCE = 500

_log = get_logger("care.surges")


async def read_new(
    encoder: Encoder, readable: Callable[[str], str], clock: Callable[[], datetime] = db.utcnow
) -> list[int]:
    """The ids of the incidents found. `readable` takes personal data out of words before anybody reads them."""
    found: list[int] = []
    for _ in range(_CALLS):
        texts = await _in_database(lambda session: unread(session, readable, clock(), MOST_TEXTS))
        if not texts:
            break
        try:
            vectors = await _read(encoder, texts)
        except Unavailable as error:
            _log.warning("complaints_unread", reason=error.reason)
            break
        found += await _in_database(lambda session: keep(session, vectors, readable, clock()))  # noqa: B023
    await _in_database(lambda session: forget_vectors(session, clock(), _FORGOTTEN_AT_ONCE))
    return found


async def _read(encoder: Encoder, texts: dict[int, str]) -> dict[int, Vector | None]:
    """Raises Unavailable. Those that say too little are not asked about."""
    asked = {ticket_id: text for ticket_id, text in texts.items() if text}
    read = await encoder.vectors([*asked.values()]) if asked else []
    return dict.fromkeys(texts) | dict(zip(asked, read, strict=True))


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
