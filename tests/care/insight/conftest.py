"""Figures of a day, counted from what the tests let happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.insight.counting import count_days
from care.insight.tables import FigureDay

#: numerator and denominator
Pair = tuple[int, int]


def counted(
    session: Session, first: date, last: date, now: datetime, dimension: str = ""
) -> dict[tuple[str, str], Pair]:
    """What is counted of these days, by figure and value of the dimension."""
    count_days(session, first, last, now)
    rows = session.scalars(
        select(FigureDay).where(FigureDay.dimension == dimension, FigureDay.day.between(first, last))
    ).all()
    found: dict[tuple[str, str], Pair] = {}
    for row in rows:
        part, whole = found.get((row.figure, row.value), (0, 0))
        found[row.figure, row.value] = (part + row.numerator, whole + row.denominator)
    return found


@pytest.fixture
def talk(session: Session) -> Callable[..., str]:
    """Opens a conversation."""

    def work(id: str, now: datetime, channel: str = "rest") -> str:
        session.add(Conversation(id=id, channel=channel, created_at=now))
        session.flush()
        return id

    return work
