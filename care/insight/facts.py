"""What happened to tickets, one row for each thing that counts towards a figure: what day it belongs to, what it adds
to numerator and denominator, and where it belongs. The statements that say in SQL what figures.yml says in words.

Every function takes the time that is counted (from `since` to before `until`) and `now`, and gives a SELECT of the
columns of `COLUMNS`; what is not known is `-`. Each finds its rows through an index, so its cost follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import InstrumentedAttribute

from care.appeals.tables import Appeal
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.insight.titles import UNKNOWN
from care.sla.policy import APPEAL_REPLY, CALLBACK, FIRST_FEEDBACK, policy
from care.sla.tables import Clock
from care.tickets.rules import Kind, Status
from care.tickets.tables import Ticket

DIMENSIONS = ("department", "category", "channel", "region", "agent", "reason")
COLUMNS = ("figure", "day", "part", "whole", "seconds", *DIMENSIONS)

Facts = Select[Any]
_Column = ColumnElement[Any] | InstrumentedAttribute[Any]
COMPLAINTS = (Kind.COMPLAINT, Kind.FAULT)
SOLUTIONS = ("solution_simple", "solution_complex")
#: categories of reports that personal data leaked or were misused
_LEAKS = ("privacy_leak", "privacy")


def day_of(at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """In China."""
    return cast(func.timezone("Asia/Shanghai", at), Date)


def decided(clock: type[Clock] = Clock) -> ColumnElement[datetime]:
    """When it was known whether a promise was kept: it was missed, or else met."""
    return func.coalesce(clock.missed_at, clock.met_at)


def kept() -> ColumnElement[bool]:
    return Clock.missed_at.is_(None)


def clock_figures() -> list[tuple[str, str, str]]:
    """Figure, name of the clock, kind of the ticket."""
    requests = {each for kind in policy().privacy.kinds.values() for each in (kind.solution, kind.by_person) if each}
    rows = [(FIRST_FEEDBACK, FIRST_FEEDBACK), *((name, name) for name in SOLUTIONS)]
    rows += [("solved_in_time", name) for name in SOLUTIONS]
    rows += [("statutory", "answer"), ("repair", "repair")]
    return [
        *((figure, name, str(kind)) for figure, name in rows for kind in COMPLAINTS),
        ("statutory", "answer", str(Kind.PRIVACY)),
        *(("privacy_in_time", name, str(Kind.PRIVACY)) for name in sorted(requests)),
        ("callback_in_time", CALLBACK, str(Kind.CALLBACK)),
        ("appeals_in_time", APPEAL_REPLY, str(Kind.APPEAL)),
    ]


def between(at: InstrumentedAttribute[Any], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(at >= since, at < until)


def row_of(
    figure: ColumnElement[Any] | str,
    day: _Column,
    part: ColumnElement[Any] | int,
    whole: ColumnElement[Any] | int = 1,
    seconds: ColumnElement[Any] | None = None,
    belongs: Mapping[str, _Column] = MappingProxyType({}),
) -> list[ColumnElement[Any]]:
    known = [
        (func.coalesce(belongs[name], UNKNOWN) if name in belongs else literal(UNKNOWN)).label(name)
        for name in DIMENSIONS
    ]
    return [
        (cast(literal(figure), String) if isinstance(figure, str) else figure).label("figure"),
        day.label("day"),
        (cast(part, Integer) if not isinstance(part, int) else literal(part)).label("part"),
        (cast(whole, Integer) if not isinstance(whole, int) else literal(whole)).label("whole"),
        cast(null() if seconds is None else func.round(seconds), Integer).label("seconds"),
        *known,
    ]


OF_TICKET: Mapping[str, InstrumentedAttribute[Any]] = {
    "department": Ticket.department,
    "category": Ticket.category,
    "channel": Ticket.channel,
    "region": Ticket.province,
    "agent": Ticket.assignee,
}


def is_customers() -> ColumnElement[bool]:
    """Not one of our own checks; and once where it was filed twice: what was owed on the merged one is on the other."""
    ours = exists().where(Conversation.id == Ticket.conversation_id, Conversation.channel == AUDIT_CHANNEL)
    return Ticket.merged_into.is_(None) & ~ours


def is_promise() -> ColumnElement[bool]:
    """What was told first: a later time that took its place does not make it kept."""
    return and_(Clock.kind != "alarm", Clock.renews.is_(None))


def decided_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Through the indexes of what was missed and what was met."""
    return or_(
        and_(Clock.kind != "alarm", Clock.missed_at.is_not(None), between(Clock.missed_at, since, until)),
        and_(
            Clock.kind != "alarm",
            Clock.met_at.is_not(None),
            between(Clock.met_at, since, until),
            Clock.missed_at.is_(None),
        ),
    )


def clocks(since: datetime, until: datetime, now: datetime) -> Facts:
    """Promises and times of the law, on the day on which it was known whether they were kept."""
    figure = _counted_clocks()
    return (
        select(*row_of(figure.c.figure, day_of(decided()), cast(kept(), Integer), belongs=OF_TICKET))
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .join(figure, and_(figure.c.name == Clock.name, figure.c.kind == Ticket.kind))
        .where(is_promise(), decided_between(since, until), is_customers())
    )


def _counted_clocks() -> Any:
    return (
        values(column("figure", String), column("name", String), column("kind", String), name="counted")
        .data(clock_figures())
        .alias("counted")
    )


def handling(since: datetime, until: datetime, now: datetime) -> Facts:
    took = func.extract("epoch", Clock.met_at - Clock.starts_at)
    return (
        select(*row_of("handling_time", day_of(Clock.met_at), func.round(took), 1, took, belongs=OF_TICKET))
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(
            is_promise(),
            Clock.name.in_(SOLUTIONS),
            Clock.met_at.is_not(None),
            between(Clock.met_at, since, until),
            Ticket.kind.in_(COMPLAINTS),
            is_customers(),
        )
    )


def complaints(since: datetime, until: datetime, now: datetime) -> Facts:
    return select(*row_of("complaints", day_of(Ticket.created_at), 1, belongs=OF_TICKET)).where(
        between(Ticket.created_at, since, until),
        Ticket.kind.in_(COMPLAINTS),
        Ticket.status != Status.CANCELLED,
        is_customers(),
    )


def appeals(since: datetime, until: datetime, now: datetime) -> Facts:
    """By the day on which they reached us."""
    return (
        select(*row_of("appeals", Appeal.received_on, 1, belongs=OF_TICKET))
        .select_from(Appeal)
        .join(Ticket, Ticket.id == Appeal.ticket_id)
        .where(Appeal.received_on.between(*_days(since, until)))
    )


def appealed(since: datetime, until: datetime, now: datetime) -> Facts:
    belongs = {name: OF_TICKET[name] for name in ("department", "category", "region")}
    appealed = (
        select(*row_of("complaints_appealed", Appeal.received_on, 1, 0, belongs=belongs))
        .select_from(Appeal)
        .join(Ticket, Ticket.id == Appeal.complaint_id)
        .where(Appeal.received_on.between(*_days(since, until)))
    )
    filed = select(*row_of("complaints_appealed", day_of(Ticket.created_at), 0, 1, belongs=belongs)).where(
        between(Ticket.created_at, since, until),
        Ticket.kind.in_(COMPLAINTS),
        Ticket.status != Status.CANCELLED,
        is_customers(),
    )
    facts = union_all(appealed, filed).subquery()
    return select(facts)


def incidents(since: datetime, until: datetime, now: datetime) -> Facts:
    return select(*row_of("security_incidents", day_of(Ticket.created_at), 1)).where(
        between(Ticket.created_at, since, until),
        Ticket.category.in_(_LEAKS),
        Ticket.justified.is_(True),
        is_customers(),
    )


def _days(since: datetime, until: datetime) -> tuple[Any, Any]:
    """First and last day in China of this time, which begins and ends at 00:00 there."""
    return since.date(), (until - timedelta(seconds=1)).date()
