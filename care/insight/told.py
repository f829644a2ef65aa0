"""What only the operator's own systems know, told by them for a period: coverage, new plans, trainings, exams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.insight.definitions import Group, Unit, figures
from care.insight.periods import period_days
from care.insight.tables import ToldFigure
from care.staff.announcing import tell_desk

MOST_SOURCE = 200


def tell_figure(
    session: Session, key: str, period: str, numerator: int, denominator: int, source: str, now: datetime
) -> None:
    """Write it down; of the same figure and period, what was told last counts.

    Raises InvalidInput: `figure` (none that operators tell), `period`, `numbers` (a share is of something, and not more
    than all of it), `source` (none given).
    """
    figure = figures().get(key)
    if figure is None or figure.group is not Group.TOLD:
        raise InvalidInput("figure", "there is no such figure that is told")
    since, until = period_days(period)
    is_part = 0 <= numerator <= denominator and denominator > 0
    if numerator < 0 or denominator < 0 or (figure.unit is Unit.SHARE and not is_part):
        raise InvalidInput("numbers", "numerator and denominator are not negative; of a share, the part and the whole")
    said = " ".join(source.split())[:MOST_SOURCE]
    if not said:
        raise InvalidInput("source", "say where it comes from")
    row = {"since": since, "until": until, "numerator": numerator, "denominator": denominator, "source": said}
    row["told_at"] = now
    session.execute(
        insert(ToldFigure)
        .values(key=key, period=period, **row)
        .on_conflict_do_update(index_elements=[ToldFigure.key, ToldFigure.period], set_=row)
    )
    tell_desk(session, "insight")


def newest(session: Session, key: str, until: date) -> Sequence[ToldFigure]:
    """The newest that is about days up to `until`, and the one before it; the newest first."""
    return session.scalars(
        select(ToldFigure)
        .where(ToldFigure.key == key, ToldFigure.since <= until)
        .order_by(ToldFigure.until.desc(), ToldFigure.since.desc())
        .limit(2)
    ).all()


def told_between(session: Session, key: str, since: date, until: date) -> Sequence[ToldFigure]:
    """Those whose period ends in these days, the shortest period last."""
    return session.scalars(
        select(ToldFigure)
        .where(ToldFigure.key == key, ToldFigure.until.between(since, until))
        .order_by(ToldFigure.until, ToldFigure.since)
    ).all()
