"""How many appeals there were: the only source of that figure. Who only speaks of appealing is not among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.appeals.rules import Authority, Outcome
from care.appeals.tables import Appeal


@dataclass(frozen=True)
class Figure:
    #: the first day of the month in which they reached us
    month: date
    authority: Authority
    #: None: not told yet
    outcome: Outcome | None
    count: int


def figures(session: Session, first: date, last: date) -> list[Figure]:
    """By month, authority and outcome; `first` and `last`: days on which they reached us, both among them."""
    month = func.date_trunc("month", Appeal.received_on).label("month")
    rows = session.execute(
        select(month, Appeal.authority, Appeal.outcome, func.count())
        .where(Appeal.received_on.between(first, last))
        .group_by(month, Appeal.authority, Appeal.outcome)
        .order_by(month, Appeal.authority, Appeal.outcome)
    )
    return [
        Figure(date(at.year, at.month, 1), Authority(authority), Outcome(outcome) if outcome else None, count)
        for at, authority, outcome, count in rows
    ]


def total(counted: Iterable[Figure]) -> int:
    """Those that the customer took back at the authority count as well: they were made."""
    return sum(each.count for each in counted)


def per_million(count: int, users: int | None) -> float | None:
    """百万用户申诉率: appeals a million customers, to two places; None where the policy names no number of customers
    (`operator.users`)."""
    return round(count * 1_000_000 / users, 2) if users else None
