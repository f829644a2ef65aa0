"""Examples that say nearly the same: by the vectors of the sentence encoder, kept for every text, found by an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import anyio.to_thread
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.dataset.current import state
from care.dataset.rules import Known, State
from care.dataset.tables import ExampleVector
from care.errors import Unavailable
from care.logs import get_logger
from care.surges.encoder import MOST_TEXTS, Encoder
from care.surges.vectors import Vector, centred

T = TypeVar("T")

#: what is found may have been deleted, or be a text of several labels
_SPARE = 4
#: calls of one run of the job; the rest waits for the next
_CALLS = 5
_log = get_logger("care.dataset")


@dataclass(frozen=True)
class Near:
    known: Known
    #: cosine of the two vectors, -1 to 1; unlike ones have 0
    similarity: float


def nearest(session: Session, known: State, vector: Vector, limit: int = 8, but: str | None = None) -> list[Near]:
    """The most alike first. `vector`: as care/surges/vectors.py stores it. `but`: the key of the example itself."""
    distance = ExampleVector.vector.cosine_distance(vector)
    # hnsw.ef_search: how many it looks at, at least as many as are asked for.
    session.execute(text(f"SET LOCAL hnsw.ef_search = {max(40, limit * _SPARE)}"))
    query = select(ExampleVector.text_hash, distance).order_by(distance).limit(limit * _SPARE)
    found = [
        Near(each, round(1 - far, 4))
        for text_hash, far in session.execute(query)
        for each in known.by_hash.get(text_hash, ())
        if far is not None and each.key != but
    ]
    return found[:limit]


async def read_new(encoder: Encoder, calls: int = _CALLS) -> int:
    """Have the encoder read texts that it has not read; how many. No transaction is open meanwhile."""
    done = 0
    for _ in range(calls):
        texts = await _in_database(unread)
        if not texts:
            break
        try:
            vectors = await encoder.vectors([*texts.values()])
        except Unavailable as error:
            _log.warning("examples_unread", reason=error.reason)
            break
        read = dict(zip(texts, vectors, strict=True))
        await _in_database(lambda session: keep(session, read))  # noqa: B023
        done += len(texts)
    return done


def unread(session: Session, most: int = MOST_TEXTS) -> dict[bytes, str]:
    """Up to `most` texts by their hashes."""
    by_hash = state(session).by_hash
    missing = by_hash.keys() - set(session.scalars(select(ExampleVector.text_hash)))
    return {each: by_hash[each][0].text for each in sorted(missing)[:most]}


def keep(session: Session, vectors: Mapping[bytes, Vector | None]) -> None:
    rows = [
        {"text_hash": text_hash, "vector": None if vector is None else centred(vector)}
        for text_hash, vector in vectors.items()
    ]
    if rows:
        session.execute(insert(ExampleVector).on_conflict_do_nothing(), rows)


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
