"""Who works in the desk, and what they saw and did. Of a customer only the entries of the audit that name them.

Entries stay for their period, as a network log does (《网络安全法》第二十三条第三项): a deletion takes the words of the
reasons that were given about somebody's conversations and tickets. Accounts and sessions are those of employees.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, false, select
from sqlalchemy.orm import Session

from care.audit import service as audit
from care.audit.tables import AuditEntry
from care.privacy.places import promises
from care.privacy.places.base import Counts, Record
from care.privacy.places.batches import count, oldest
from care.privacy.places.exported import record
from care.privacy.subject import Subject
from care.staff.tables import Staff as Account
from care.staff.tables import StaffSession
from care.tickets.tables import Ticket

#: after a session has ended, who had one is in the audit
_SESSIONS = timedelta(days=30)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Staff:
    name = "staff"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        for entry in session.scalars(select(AuditEntry).where(_of(session, subject)).order_by(AuditEntry.id)):
            yield record(entry)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(anonymised=count(session, AuditEntry, _of(session, subject), AuditEntry.reason.is_not(None)))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(anonymised=audit.forget_reasons(session, _of(session, subject)))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        gone = audit.expire(session, before, limit)
        over = oldest(session, StaffSession.id, limit, StaffSession.expires_at < now - _SESSIONS)
        session.execute(delete(StaffSession).where(StaffSession.id.in_(over)))
        # The newest entry stays however old it is; what was said in it does not.
        forgotten = audit.forget_reasons(session, AuditEntry.at < before)
        return Counts(gone + len(over), forgotten + _forget_names(session, before))


def _forget_names(session: Session, before: datetime) -> int:
    """Of those who left before. They are few, and only who opens a name sees that it is there."""
    left = session.scalars(select(Account).where(Account.left_at < before).order_by(Account.id).with_for_update())
    named = [account for account in left if account.name]
    for account in named:
        account.name = ""
    session.flush()
    return len(named)


def _of(session: Session, subject: Subject) -> ColumnElement[bool]:
    if subject.is_words_only and subject.said_since is None:  # perhaps somebody else sits at the browser
        return false()
    numbers = session.scalars(select(Ticket.number).where(Ticket.id.in_(subject.tickets))).all()
    named = [*(f"conversation:{each}" for each in subject.conversations), *(f"ticket:{each}" for each in numbers)]
    named += promises.audited(session, subject)
    return and_(AuditEntry.subject.in_(named), AuditEntry.at >= (subject.said_since or _EVER))
