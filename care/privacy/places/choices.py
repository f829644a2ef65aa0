"""What somebody switched on and off for their number, and which reminders they do not want.

That something is not wanted stays when all else goes, by the number's blind index alone: without it they would get it
again. What was before, and what they agreed to, goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, select, tuple_
from sqlalchemy.orm import Session, aliased

from care.accounts.service import phone_index
from care.billing.tables import ReminderSwitch
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.privacy.tables import Choice

_newer = aliased(Choice)
_SUPERSEDED = (
    exists()
    .where(_newer.phone_index == Choice.phone_index, _newer.switch == Choice.switch, _newer.id > Choice.id)
    .correlate(Choice)
)
#: somebody does not want it, and has said nothing else since
_OPT_OUT = and_(Choice.is_on.is_(False), ~_SUPERSEDED)


class Choices:
    name = "choices"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        since = subject.number_from
        if since is None:
            return
        for choice in session.scalars(select(Choice).where(_of(subject), Choice.at >= since).order_by(Choice.id)):
            yield record(choice)
        switches = select(ReminderSwitch).where(_reminders_of(subject), ReminderSwitch.changed_at >= since)
        for switch in session.scalars(switches.order_by(ReminderSwitch.changed_at, ReminderSwitch.kind)):
            yield record(switch)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going = count(session, Choice, _of(subject), ~_OPT_OUT)
        going += count(session, ReminderSwitch, _reminders_of(subject), ReminderSwitch.is_on.is_(True))
        return Counts(going, held=_held(session, subject))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        ids = session.scalars(select(Choice.id).where(_of(subject), ~_OPT_OUT)).all()
        session.execute(delete(Choice).where(Choice.id.in_(ids)))
        wanted = delete(ReminderSwitch).where(_reminders_of(subject), ReminderSwitch.is_on)
        removed = len(ids) + len(session.execute(wanted.returning(ReminderSwitch.kind)).all())
        return Counts(removed, held=_held(session, subject))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """The history; what counts now does not grow old. A reminder that is on needs no row."""
        old = is_old(session, Choice.id, Choice.at, before)
        ids = oldest(session, Choice.id, limit, old, _SUPERSEDED)
        session.execute(delete(Choice).where(Choice.id.in_(ids)))
        key = tuple_(ReminderSwitch.phone_index, ReminderSwitch.kind)
        wanted = select(ReminderSwitch.phone_index, ReminderSwitch.kind).where(
            ReminderSwitch.is_on, ReminderSwitch.changed_at < before
        )
        rows = session.execute(wanted.limit(limit).with_for_update(skip_locked=True)).all()
        session.execute(delete(ReminderSwitch).where(key.in_([tuple(row) for row in rows]), ReminderSwitch.is_on))
        kept = count(session, Choice, Choice.at < before, _OPT_OUT)
        return Counts(len(ids) + len(rows), held=[Held(Hold.OPT_OUT, kept)] if kept else [])


def _of(subject: Subject) -> ColumnElement[bool]:
    return Choice.phone_index == phone_index(subject.phone) if subject.phone else false()


def _reminders_of(subject: Subject) -> ColumnElement[bool]:
    return ReminderSwitch.phone_index == phone_index(subject.phone) if subject.phone else false()


def _held(session: Session, subject: Subject) -> list[Held]:
    kept = count(session, Choice, _of(subject), _OPT_OUT)
    kept += count(session, ReminderSwitch, _reminders_of(subject), ReminderSwitch.is_on.is_(False))
    return [Held(Hold.OPT_OUT, kept)] if kept else []
