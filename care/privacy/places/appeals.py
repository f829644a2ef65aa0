"""Papers for an appeal. What was told for them goes when their address is over; that they were made stays for some
weeks, and holds their ticket for as long (`care.privacy.holds.APPEALED`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from care.privacy.places.base import Counts, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.subject import Subject
from care.rights.tables import AppealPacket

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Appeals:
    name = "appeals"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        for packet in session.scalars(select(AppealPacket).where(_of(subject)).order_by(AppealPacket.id)):
            yield record(packet)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(count(session, AppealPacket, _of(subject)))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        gone = session.execute(delete(AppealPacket).where(_of(subject)).returning(AppealPacket.id)).all()
        return Counts(len(gone))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        ids = oldest(session, AppealPacket.id, limit, is_old(session, AppealPacket.id, AppealPacket.made_at, before))
        session.execute(delete(AppealPacket).where(AppealPacket.id.in_(ids)))
        # What was told is sealed, so those that were emptied already are only known when they are opened.
        over = select(AppealPacket).where(AppealPacket.expires_at <= now).order_by(AppealPacket.id)
        told = [each for each in session.scalars(over.with_for_update(skip_locked=True)) if each.told][:limit]
        for packet in told:
            packet.told = {}
        session.flush()
        return Counts(len(ids), len(told))


def _of(subject: Subject) -> ColumnElement[bool]:
    theirs = and_(
        AppealPacket.conversation_id.in_(subject.conversations),
        AppealPacket.made_at >= (subject.said_since or _EVER),
    )
    return theirs if subject.until is None else theirs & (AppealPacket.message_id <= subject.until)
