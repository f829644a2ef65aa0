"""Trying again what an outside system did not take: waits that double, and rows that one worker takes for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped, Session, mapped_column

#: more would only make a longer number: every longest wait is reached before
_MOST_DOUBLINGS = 16


class Retried:
    """Columns of a row that is tried until it is done."""

    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]


Row = TypeVar("Row", bound=Retried)


def doubled(first: timedelta, longest: timedelta, attempts: int) -> timedelta:
    """The wait after `attempts` (1 or more) tries: `first`, then twice as long each time, up to `longest`."""
    return min(first * (1 << min(attempts - 1, _MOST_DOUBLINGS)), longest)


def take_due(
    session: Session,
    kind: type[Row],
    waits: ColumnElement[bool],
    now: datetime,
    limit: int,
    wait_after: Callable[[int], timedelta],
) -> Sequence[Row]:
    """Take up to `limit` rows that are due, the longest waiting first. Other workers take others meanwhile.

    `waits`: what is not done yet, as its partial index says it. Taking a row counts as a try and moves its next one: a
    worker that dies before the row is done leaves it to be tried again. Commit before the outside system is asked.
    """
    rows = session.scalars(
        select(kind)
        .where(waits, kind.next_attempt_at <= now)
        .order_by(kind.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.attempts += 1
        row.next_attempt_at = now + wait_after(row.attempts)
    return rows
