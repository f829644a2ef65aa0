"""What says much the same, put together: each new message is read by the encoder and joins the nearest group.

The encoder is asked with no transaction open, about masked words only; while it is away messages stand alone. A vector
goes with its message, as soon as that is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import anyio.to_thread
import numpy as np
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from care import db
from care.errors import Unavailable
from care.inbox.listing import standing
from care.inbox.rules import ALIKE
from care.inbox.tables import InboxEntry, InboxGroup
from care.logs import get_logger
from care.surges.encoder import MOST_TEXTS, Encoder
from care.surges.vectors import Vector, centred

T = TypeVar("T")

#: calls of one run; the rest waits for the next
_CALLS = 5
#: of PostgreSQL's advisory locks: two workers would both open a group for the same
_LOCK = 0x71_75_61_6E_79_69_12
_REMOVED_AT_ONCE = 500

_log = get_logger("care.inbox")


async def read_new(encoder: Encoder, clock: Callable[[], datetime] = db.utcnow) -> int:
    """How many messages were put into groups."""
    done = 0
    for _ in range(_CALLS):
        texts = await _in_database(unread)
        if not texts:
            break
        try:
            vectors = await encoder.vectors([*texts.values()])
        except Unavailable as error:
            _log.warning("inbox_unread", reason=error.reason)
            break
        read = dict(zip(texts, vectors, strict=True))
        done += await _in_database(lambda session: put(session, read))  # noqa: B023
    return done


def unread(session: Session) -> dict[int, str]:
    """The newest first: what trainers look at next. Nothing of who has just withdrawn: the sweep comes later."""
    newest_first = select(InboxEntry).where(~InboxEntry.is_read).order_by(InboxEntry.message_id.desc())
    found = session.scalars(newest_first.limit(MOST_TEXTS)).all()
    return {entry.message_id: entry.text for entry in standing(session, found)}


def put(session: Session, vectors: Mapping[int, Vector | None]) -> int:
    """Into the nearest group, or a new one. Those without a vector say nothing that could be like something."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    query = select(InboxEntry).where(InboxEntry.message_id.in_(vectors), ~InboxEntry.is_read)
    entries = session.scalars(query.with_for_update().order_by(InboxEntry.message_id)).all()
    for entry in entries:
        entry.is_read = True
        vector = vectors[entry.message_id]
        if vector is not None:
            entry.vector = centred(vector)
            entry.group_id = _group_of(session, entry.vector)
            session.flush()
    return len(entries)


def remove_empty(session: Session) -> int:
    """Groups whose messages are all decided, or gone."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    empty = ~exists().where(InboxEntry.group_id == InboxGroup.id)
    ids = select(InboxGroup.id).where(empty).limit(_REMOVED_AT_ONCE).scalar_subquery()
    return len(session.execute(delete(InboxGroup).where(InboxGroup.id.in_(ids)).returning(InboxGroup.id)).all())


def _group_of(session: Session, vector: Vector) -> int:
    distance = InboxGroup.centre.cosine_distance(vector)
    near = session.execute(select(InboxGroup, distance).order_by(distance).limit(1)).one_or_none()
    if near is not None and 1 - near[1] >= ALIKE:
        group: InboxGroup = near[0]
        group.centre = _middle(group.centre, group.weight, vector)
        group.weight += 1
        return group.id
    group = InboxGroup(centre=vector, weight=1)
    session.add(group)
    session.flush()
    return group.id


def _middle(centre: Vector, weight: int, vector: Vector) -> Vector:
    whole = np.asarray(centre, dtype=np.float32) * weight + np.asarray(vector, dtype=np.float32)
    return [float(each) for each in whole / np.linalg.norm(whole)]


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
