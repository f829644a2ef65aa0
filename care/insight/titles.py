"""What people read for the values of a dimension."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.files import read_yaml
from care.handoff.policy import handoff_policy
from care.insight.definitions import Dimension, words
from care.sla.policy import policy
from care.staff.tables import Staff

#: where nothing is known
UNKNOWN = "-"

_DESK = Path(__file__).resolve().parents[2] / "data" / "desk" / "titles.yml"


def titles_of(session: Session, by: Dimension, values: Collection[str]) -> dict[str, str]:
    """A value that has no title any more (a department that is gone) is its own."""
    found = _titles(session, by, values)
    return {each: words().unknown if each == UNKNOWN else found.get(each, each) for each in values}


def _titles(session: Session, by: Dimension, values: Collection[str]) -> dict[str, str]:
    if by is Dimension.DEPARTMENT:
        return dict(policy().departments)
    if by is Dimension.CATEGORY:
        return {each: policy().title_of(each) for each in values}
    if by is Dimension.CHANNEL:
        return {**words().channels, **_ticket_channels()}
    if by is Dimension.REASON:
        return {str(reason): spec.title for reason, spec in handoff_policy().reasons.items()}
    if by is Dimension.AGENT:
        rows = session.execute(select(Staff.number, Staff.name).where(Staff.number.in_(values)))
        return {row.number: row.name for row in rows}
    return {}


@lru_cache(maxsize=1)
def _ticket_channels() -> dict[str, str]:
    found: dict[str, str] = read_yaml(_DESK, "titles")["channels"]
    return found
