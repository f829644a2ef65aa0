"""Who used somebody's data: a network log, which stays for its time (《网络安全法》第二十三条第三项).

It names nobody: a number stands in it as its blind index, a conversation by an id that leads to nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader
from care.accesses.service import accesses_of
from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.privacy.holds import in_held_conversation, on_held_line
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.privacy.subject import Subject

#: of them a customer is told the role, not who it was
_STAFF = (Reader.AGENT, Reader.TRAINER, Reader.OPERATOR)
#: the log of what somebody still looks into
_EVIDENCE = or_(in_held_conversation(Access.conversation_id), on_held_line(Access.phone_index))
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Accesses:
    name = "accesses"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        since = subject.number_from or _EVER
        for access in reversed(accesses_of(session, subject.phone, subject.conversations, since)):
            found = record(access)
            if access.reader in _STAFF:
                found.values["who"] = ""
            yield found

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        since = retention().holds[Hold.USE_LOG].since(now)
        going = count(session, Access, _of(subject), Access.last_at < since, ~_EVIDENCE)
        return Counts(going, held=_held(session, subject, since))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        """What is older than the law asks for."""
        since = retention().holds[Hold.USE_LOG].since(now)
        going = select(Access.id).where(_of(subject), Access.last_at < since, ~_EVIDENCE)
        removed = session.execute(delete(Access).where(Access.id.in_(going)).returning(Access.id)).all()
        return Counts(len(removed), held=_held(session, subject, since))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        old = and_(is_old(session, Access.id, Access.first_at, before), Access.last_at < before)
        ids = oldest(session, Access.id, limit, old, ~_EVIDENCE)
        session.execute(delete(Access).where(Access.id.in_(ids)))
        kept = count(session, Access, old, _EVIDENCE)
        return Counts(len(ids), held=[Held(Hold.OPEN_TICKET, kept)] if kept else [])


def _of(subject: Subject) -> ColumnElement[bool]:
    here = Access.conversation_id.in_(subject.conversations)
    if subject.is_words_only:
        return and_(here, Access.phone_index.is_(None))
    if subject.phone is None:
        return here
    since = subject.number_from or _EVER
    return or_(here, and_(Access.phone_index == phone_index(subject.phone), Access.first_at >= since))


def _held(session: Session, subject: Subject, since: datetime) -> list[Held]:
    kept, newest = session.execute(
        select(func.count(), func.max(Access.last_at)).where(_of(subject), Access.last_at >= since)
    ).one()
    evidence = count(session, Access, _of(subject), Access.last_at < since, _EVIDENCE)
    until = retention().holds[Hold.USE_LOG].until(newest) if kept else None
    held = [Held(Hold.USE_LOG, kept, until), Held(Hold.OPEN_TICKET, evidence)]
    return [each for each in held if each.count]
