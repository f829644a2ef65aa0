"""SMS that were written for a number or a ticket, and the list of what a number was reminded of.

What was sent to whom and when is kept for six months: 《通信短信息服务管理规定》（工业和信息化部令第74号）第十三条、
第二十条. What was not sent yet is stopped, except news of a complaint that somebody still works on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, tuple_
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.billing.tables import Reminder
from care.notices.rules import Status
from care.notices.tables import Notice
from care.privacy.holds import HELD
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.tickets.tables import Ticket

#: of a complaint that somebody still works on
_OF_HELD = exists().where(HELD, Ticket.id == Notice.ticket_id)
#: or to its number: what was announced before a charge may be what is disputed
_DISPUTED = exists().where(HELD, or_(Ticket.id == Notice.ticket_id, Ticket.line_index == Notice.phone_index))


class Notices:
    name = "notices"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        for notice in session.scalars(select(Notice).where(_of(subject)).order_by(Notice.id)):
            yield record(notice)
        for reminder in session.scalars(select(Reminder).where(_reminded(subject)).order_by(Reminder.sent_at)):
            yield record(reminder)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going, held = _work(session, subject, now)
        return Counts(removed=len(going) + count(session, Reminder, _reminded(subject)), held=held)

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going, held = _work(session, subject, now)
        session.execute(delete(Notice).where(Notice.id.in_(going)))
        reminders = session.execute(delete(Reminder).where(_reminded(subject)).returning(Reminder.about)).all()
        return Counts(removed=len(going) + len(reminders), held=held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        old = is_old(session, Notice.id, Notice.created_at, before)
        notices = oldest(session, Notice.id, limit, old, ~_DISPUTED)
        session.execute(delete(Notice).where(Notice.id.in_(notices)))
        key = tuple_(Reminder.phone_index, Reminder.about)
        told = select(Reminder.phone_index, Reminder.about).where(Reminder.sent_at < before).limit(limit)
        reminders = session.execute(told.with_for_update(skip_locked=True)).all()
        session.execute(delete(Reminder).where(key.in_([tuple(each) for each in reminders])))
        disputed = count(session, Notice, old, _DISPUTED)
        held = [Held(Hold.DISPUTE, disputed)] if disputed else []
        return Counts(removed=len(notices) + len(reminders), held=held)


def _of(subject: Subject) -> ColumnElement[bool]:
    """About their tickets, to whichever number; or to their number, since it is theirs."""
    theirs: ColumnElement[bool] = Notice.ticket_id.in_(subject.tickets)
    if subject.phone is not None and subject.number_from is not None:
        theirs |= and_(Notice.phone_index == phone_index(subject.phone), Notice.created_at >= subject.number_from)
    return theirs


def _reminded(subject: Subject) -> ColumnElement[bool]:
    if subject.phone is None or subject.number_from is None:
        return false()
    return and_(Reminder.phone_index == phone_index(subject.phone), Reminder.sent_at >= subject.number_from)


def _work(session: Session, subject: Subject, now: datetime) -> tuple[Sequence[int], list[Held]]:
    """Ids of what goes, and why the rest stays."""
    record_of = retention().holds[Hold.SMS_RECORD]
    going, sent, news = [], [], 0
    rows = session.execute(select(Notice.id, Notice.sent_at, Notice.status, _OF_HELD).where(_of(subject)))
    for id, sent_at, status, is_of_held in rows:
        if is_of_held:
            news += 1
        elif status == Status.SENT and sent_at is not None and sent_at >= record_of.since(now):
            sent.append(sent_at)
        else:
            going.append(id)
    held = []
    if sent:
        held.append(Held(Hold.SMS_RECORD, len(sent), record_of.until(max(sent))))
    if news:
        held.append(Held(Hold.OPEN_TICKET, news))
    return going, held
