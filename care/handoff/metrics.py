"""How well the queue was served: counts and waits of the hand-offs that were requested in a period.

Every figure is defined in figures.yml; docs/handoff.md says the same in English. Sources: REQUIREMENTS A5 (mean wait at
most 30 s), A19 (at least 90 % picked up), A20 (fewer than 0.5 % cut off by our side).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Float, Subquery, cast, func, literal, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.files import read_yaml
from care.handoff.rules import EndedBy, Status, Step
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.tables import Staff

#: at least, of those who asked
PICK_UP_RATE = 0.9
#: fewer than this
DROP_RATE = 0.005

_WORDS = Path(__file__).with_name("figures.yml")


class By(StrEnum):
    QUEUE = "queue"
    HOUR = "hour"
    AGENT = "agent"


@dataclass(frozen=True)
class Figures:
    """`key`: a queue, an hour in China (`00` … `23`), a number of staff, or `` for all. Waits in seconds."""

    key: str
    requested: int
    recovered: int
    outside: int
    #: requested, without those that still wait and are not late yet
    judged: int
    picked: int
    in_target: int
    abandoned: int
    called_back: int
    dropped: int
    mean_wait: float | None
    p90_wait: float | None

    @property
    def pick_up_rate(self) -> float | None:
        return _share(self.picked, self.judged)

    @property
    def within_target(self) -> float | None:
        return _share(self.in_target, self.judged)

    @property
    def dropped_rate(self) -> float | None:
        return _share(self.dropped, self.requested)

    @property
    def abandoned_rate(self) -> float | None:
        return _share(self.abandoned, self.requested)


@dataclass(frozen=True)
class Conditions:
    """What a hand-off counts for, as conditions on its row: the same wherever it is counted (also care/insight)."""

    #: it was requested, and somebody was to come
    counts: ColumnElement[bool]
    is_recovered: ColumnElement[bool]
    is_outside: ColumnElement[bool]
    is_judged: ColumnElement[bool]
    is_picked: ColumnElement[bool]
    is_dropped: ColumnElement[bool]
    #: seconds
    wait: ColumnElement[float]


def conditions(target: timedelta, now: datetime) -> Conditions:
    """`target`: of the mean wait; who waits less than that has not been left waiting yet."""
    wait = cast(func.extract("epoch", func.greatest(Handoff.picked_at - Handoff.served_from, timedelta())), Float)
    picked = Handoff.picked_at.is_not(None)
    recovered = func.coalesce(Handoff.ended_by == EndedBy.BOT, False)
    outside = ~picked & func.coalesce(Handoff.ended_at < Handoff.served_from, False)
    in_wecom = ~picked & func.coalesce(Handoff.ended_by == EndedBy.WECOM, False)  # somebody came, and not from our desk
    counts = ~recovered & ~outside & ~in_wecom
    is_young = ~picked & (Handoff.status == Status.WAITING) & (Handoff.served_from > now - target)
    left = Handoff.ended_by.in_((EndedBy.CUSTOMER, EndedBy.CALLBACK))
    by_us = (Handoff.ended_by == EndedBy.SYSTEM) | (picked & (Handoff.status == Status.WITHDRAWN) & left)
    return Conditions(
        counts=counts,
        is_recovered=recovered,
        is_outside=outside,
        is_judged=counts & ~is_young,
        is_picked=counts & picked,
        is_dropped=counts & func.coalesce(by_us, False),
        wait=wait,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, str]:
    """What each figure counts, for whoever reads them."""
    found: dict[str, str] = read_yaml(_WORDS, "figures")
    return found


def figures(
    session: Session, since: datetime, until: datetime, by: By | None, target: timedelta, now: datetime
) -> list[Figures]:
    """Of the hand-offs requested from `since` to before `until`; one row a key that has any, in the order of the keys.

    `by` None: one row for all. By agent: of everybody who took one, once each. Its cost follows the period.
    """
    key, took = _key(by)
    row = conditions(target, now)

    def how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(which)

    statement = (
        select(
            key.label("key"),
            how_many(row.counts).label("requested"),
            how_many(row.is_recovered).label("recovered"),
            how_many(row.is_outside & ~row.is_recovered).label("outside"),
            how_many(row.is_judged).label("judged"),
            how_many(row.is_picked).label("picked"),
            how_many(row.is_picked & (row.wait <= target.total_seconds())).label("in_target"),
            how_many(row.counts & ~row.is_picked & (Handoff.ended_by == EndedBy.CUSTOMER)).label("abandoned"),
            how_many(row.counts & ~row.is_picked & (Handoff.ended_by == EndedBy.CALLBACK)).label("called_back"),
            how_many(row.is_dropped).label("dropped"),
            cast(func.avg(row.wait).filter(row.is_picked), Float).label("mean_wait"),
            cast(func.percentile_cont(0.9).within_group(row.wait).filter(row.is_picked), Float).label("p90_wait"),
        )
        .select_from(Handoff)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.requested_at >= since, Handoff.requested_at < until, Conversation.channel != AUDIT_CHANNEL)
        .group_by(text("key"))
        .order_by(text("key"))
    )
    if took is not None:
        statement = statement.join(took, took.c.handoff_id == Handoff.id)
    return [Figures(**row._mapping) for row in session.execute(statement)]


def _key(by: By | None) -> tuple[ColumnElement[str], Subquery | None]:
    """What a row is of; by agent, with who took which."""
    if by is By.QUEUE:
        return Handoff.queue.expression, None
    if by is By.HOUR:
        return func.to_char(func.timezone("Asia/Shanghai", Handoff.requested_at), "HH24"), None
    if by is By.AGENT:
        took = select(HandoffEvent.handoff_id, HandoffEvent.staff).where(HandoffEvent.kind == Step.TAKEN)
        each = took.distinct().subquery()
        return each.c.staff, each
    return literal(""), None


@dataclass(frozen=True)
class Handling:
    """Of one agent."""

    number: str
    #: hand-offs that they closed in the period
    closed: int
    #: seconds from the first pick-up to the end
    mean_handling: float


def handling(session: Session, since: datetime, until: datetime) -> dict[str, Handling]:
    """By number, of the hand-offs requested in the period that ended with this agent."""
    took = func.extract("epoch", Handoff.ended_at - Handoff.picked_at)
    rows = session.execute(
        select(Staff.number, func.count().label("closed"), cast(func.avg(took), Float).label("mean_handling"))
        .join(Handoff, Handoff.staff_id == Staff.id)
        .where(Handoff.requested_at >= since, Handoff.requested_at < until, Handoff.status == Status.CLOSED)
        .group_by(Staff.number)
    )
    return {row.number: Handling(row.number, row.closed, row.mean_handling) for row in rows}
