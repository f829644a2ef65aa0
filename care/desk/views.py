"""Lists of tickets that somebody named to see them again: filters, and no ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.rules import clean_text
from care.desk.tables import SavedView
from care.errors import InvalidInput
from care.followup.filters import read_filters
from care.sla.policy import policy

#: of one person
MOST = 50
_LONGEST_NAME = 40
#: what was looked for may be somebody's number, and a view is kept
_NOT_KEPT = "q"


def views_of(session: Session, staff_id: int) -> list[SavedView]:
    """By name."""
    return list(session.scalars(select(SavedView).where(SavedView.staff_id == staff_id).order_by(SavedView.name)))


def save_view(session: Session, staff_id: int, name: str, words: Mapping[str, str], now: datetime) -> SavedView:
    """One of the same name gets the new filters. `words`: as `read_filters`.

    Raises InvalidInput: `view_name`, `filter` (also for what was looked for), `too_many`.
    """
    named = " ".join(clean_text(name).split())
    if not named or len(named) > _LONGEST_NAME:
        raise InvalidInput("view_name", f"1 to {_LONGEST_NAME} characters")
    kept = {each: value for each, value in words.items() if value}
    if _NOT_KEPT in kept:
        raise InvalidInput("filter", "what was looked for is not kept in a view")
    read_filters(kept, "", now, policy())
    count = session.scalar(
        select(func.count()).select_from(SavedView).where(SavedView.staff_id == staff_id, SavedView.name != named)
    )
    if (count or 0) >= MOST:
        raise InvalidInput("too_many", f"{MOST} views are the most")
    values = {"staff_id": staff_id, "name": named, "filters": kept, "created_at": now}
    stored = (
        insert(SavedView)
        .values(values)
        .on_conflict_do_update(index_elements=[SavedView.staff_id, SavedView.name], set_={"filters": kept})
        .returning(SavedView)
    )
    return session.scalars(stored, execution_options={"populate_existing": True}).one()


def delete_view(session: Session, staff_id: int, view_id: int) -> None:
    """Of one's own; one that is gone already is gone."""
    session.execute(delete(SavedView).where(SavedView.staff_id == staff_id, SavedView.id == view_id))
