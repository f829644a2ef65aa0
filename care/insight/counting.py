"""Counting the figures of a day, wholesale: counted again is the same, and what was corrected since is then right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, cast, delete, exists, func, literal, null, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from care.accuracy.rules import span_of, week_before
from care.accuracy.service import result_of
from care.insight.periods import start_of
from care.insight.sources import Source, sources
from care.insight.tables import CountedDay, FigureDay
from care.staff.announcing import tell_desk
from care.tasks.planning import coverage
from care.timezone import CHINA

#: late corrections are found on so many days: an appeal that is linked later, a finding, a mark
CORRECTED_WITHIN = 35
#: a week's audit is judged in the weeks after it
_JUDGED_WITHIN_WEEKS = 4

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('insight.count'))")
_KEY = ("day", "figure", "dimension", "value")
_COUNTS = ("numerator", "denominator", "spread")


def count(session: Session, now: datetime) -> int:
    """Today and yesterday; how many figures changed. The desk is told where any did."""
    today = _today(now)
    # One by one, so that no statement is long on a busy day.
    changed = sum(count_days(session, day, day, now) for day in (today, today - timedelta(days=1)))
    if changed:
        tell_desk(session, "insight")
    return changed


def count_states(session: Session, now: datetime) -> int:
    """What is worked out elsewhere: how far the calls of the quarter are today, what the weekly audits found; how many
    changed."""
    session.execute(_LOCK)
    found = coverage(session, now)
    reached, asked = sum(each.reached for each in found), sum(each.customers - each.opted_out for each in found)
    changed = int(keep(session, "callback_coverage", _today(now), reached, asked))
    for weeks_ago in range(_JUDGED_WITHIN_WEEKS):
        week = week_before(now - timedelta(weeks=weeks_ago))
        result = result_of(session, week, now)
        if result is not None and result.is_final:
            both = result.bot + result.agent
            last = span_of(week)[1].astimezone(CHINA) - timedelta(seconds=1)
            changed += keep(session, "accuracy", last.date(), both.right, both.judged)
    if changed:
        tell_desk(session, "insight")
    return changed


def days_to_recount(now: datetime) -> list[date]:
    """The newest first. Each is counted in a transaction of its own."""
    return [_today(now) - timedelta(days=n) for n in range(CORRECTED_WITHIN)]


def count_days(session: Session, first: date, last: date, now: datetime) -> int:
    """The days from `first` to `last`; how many figures are not what they were. Several at once wait for each other."""
    session.execute(_LOCK)
    changed = sum(_count_source(session, each, first, last, now) for each in sources())
    days = [{"day": first + timedelta(days=n), "counted_at": now} for n in range((last - first).days + 1)]
    counted = insert(CountedDay)
    session.execute(
        counted.on_conflict_do_update(
            index_elements=[CountedDay.day], set_={"counted_at": counted.excluded.counted_at}
        ),
        days,
    )
    return changed


def keep(session: Session, key: str, day: date, numerator: int, denominator: int) -> bool:
    """A figure that is worked out elsewhere; False: it was the same."""
    row = {"day": day, "figure": key, "dimension": "", "value": "", "numerator": numerator, "denominator": denominator}
    added = insert(FigureDay).values(**row, spread=None)
    changed = session.scalar(
        added.on_conflict_do_update(
            index_elements=[getattr(FigureDay, name) for name in _KEY],
            set_={name: added.excluded[name] for name in _COUNTS},
            where=_is_other(added.excluded),
        ).returning(literal(1))
    )
    return changed is not None


def _count_source(session: Session, source: Source, first: date, last: date, now: datetime) -> int:
    since, until = start_of(first), start_of(last + timedelta(days=1))
    facts = source.facts(since, until, now).subquery()
    names = source.dimensions
    by = func.grouping_sets(
        tuple_(facts.c.figure, facts.c.day), *(tuple_(facts.c.figure, facts.c.day, facts.c[name]) for name in names)
    )
    # 0 in the one set that is grouped by it
    is_by = {name: func.grouping(facts.c[name]) == 0 for name in names}
    dimension: ColumnElement[str] = case(*((is_by[name], name) for name in names), else_="") if names else literal("")
    value: ColumnElement[str] = (
        case(*((is_by[name], facts.c[name]) for name in names), else_="") if names else literal("")
    )
    spread: ColumnElement[Any] = cast(null(), FigureDay.spread.type)
    if source.is_timed:
        each = func.array_agg(aggregate_order_by(facts.c.seconds, facts.c.seconds)).filter(facts.c.seconds.is_not(None))
        spread = case((dimension == "", each), else_=null())
    fresh = (
        select(
            facts.c.day,
            facts.c.figure,
            dimension.label("dimension"),
            value.label("value"),
            func.sum(facts.c.part).label("numerator"),
            func.sum(facts.c.whole).label("denominator"),
            spread.label("spread"),
        )
        .group_by(by)
        .cte("fresh")
    )
    gone = (
        delete(FigureDay)
        .where(
            FigureDay.day.between(first, last),
            FigureDay.figure.in_(source.figures),
            ~exists().where(*(getattr(FigureDay, name) == fresh.c[name] for name in _KEY)),
        )
        .returning(literal(1).label("one"))
        .cte("gone")
    )
    added = insert(FigureDay).from_select([*_KEY, *_COUNTS], select(*(fresh.c[name] for name in (*_KEY, *_COUNTS))))
    changed = (
        added.on_conflict_do_update(
            index_elements=[getattr(FigureDay, name) for name in _KEY],
            set_={name: added.excluded[name] for name in _COUNTS},
            where=_is_other(added.excluded),
        )
        .returning(literal(1).label("one"))
        .cte("changed")
    )
    counts = (select(func.count()).select_from(each_of).scalar_subquery() for each_of in (gone, changed))
    return sum(session.execute(select(*counts)).one())


def _is_other(excluded: ReadOnlyColumnCollection[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    return or_(*(getattr(FigureDay, name).is_distinct_from(excluded[name]) for name in _COUNTS))


def _today(now: datetime) -> date:
    return now.astimezone(CHINA).date()
