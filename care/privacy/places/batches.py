"""What is old, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def is_old(
    session: Session, id: InstrumentedAttribute[int], at: InstrumentedAttribute[datetime], before: datetime
) -> ColumnElement[bool]:
    """Rows of before that moment, where ids grow with time: through the primary key, as no table has an index on time.

    The first row that is not old is found from the front, behind what is old; what stands behind it is never read.
    """
    first_new = session.scalar(select(id).where(at >= before).order_by(id).limit(1))
    return at < before if first_new is None else (id < first_new) & (at < before)


def oldest(session: Session, id: InstrumentedAttribute[Any], limit: int, *which: ColumnElement[bool]) -> Sequence[Any]:
    """Ids of up to `limit` rows, locked; those that somebody else works on are left for the next time."""
    return session.scalars(
        select(id).where(*which).order_by(id).limit(limit).with_for_update(skip_locked=True, of=id.class_)
    ).all()


def count(session: Session, table: type[Any], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
