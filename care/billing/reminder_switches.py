"""Which reminders a number gets: all, but those that its holder switched off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.billing.reminders import Kind
from care.billing.tables import ReminderSwitch


def switched_off(session: Session, phone: str, holder_since: datetime) -> set[Kind]:
    """`holder_since`: the choice of whoever had the number before is nobody's any more."""
    rows = session.scalars(
        select(ReminderSwitch.kind).where(
            ReminderSwitch.phone_index == phone_index(phone),
            ReminderSwitch.is_on.is_(False),
            ReminderSwitch.changed_at >= holder_since,
        )
    )
    return {Kind(kind) for kind in rows}


def switch(session: Session, phone: str, kinds: Iterable[Kind], is_on: bool, now: datetime) -> None:
    """Safe to repeat."""
    index = phone_index(phone)
    rows = [{"phone_index": index, "kind": kind, "is_on": is_on, "changed_at": now} for kind in sorted(kinds)]
    statement = insert(ReminderSwitch).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[ReminderSwitch.phone_index, ReminderSwitch.kind],
            set_={"is_on": statement.excluded.is_on, "changed_at": statement.excluded.changed_at},
        )
    )
