"""Files that customers sent, with their contents, and where each was sent and used."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from care.attachments.tables import Attachment, AttachmentContent, MessageAttachment, TicketEvidence
from care.privacy.holds import APPEAL_FILES, EVIDENCE_FILES
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.wechat.tables import Media

_AT_ONCE = 100


class Files:
    name = "files"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        """One content in memory at a time."""
        ids = session.scalars(select(Attachment.id).where(_of(subject)).order_by(Attachment.position)).all()
        for id in ids:
            tables: list[tuple[Any, ColumnElement[bool]]] = [
                (Attachment, Attachment.id == id),
                (AttachmentContent, AttachmentContent.attachment_id == id),
                (MessageAttachment, MessageAttachment.attachment_id == id),
                (TicketEvidence, TicketEvidence.attachment_id == id),
            ]
            for table, its in tables:
                for row in session.scalars(select(table).where(its)).all():
                    yield record(row)
                    session.expunge(row)
        for waiting in session.scalars(select(Media).where(_on_its_way(subject)).order_by(Media.id)):
            yield record(waiting)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(count(session, Attachment, *_going(subject)), held=_held(session, _of(subject)))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        held = _held(session, _of(subject))
        ids = session.scalars(select(Attachment.id).where(*_going(subject))).all()
        removed = sum(_remove(session, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE))
        session.execute(delete(Media).where(_on_its_way(subject)))
        return Counts(removed, held=held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        old = is_old(session, Attachment.position, Attachment.created_at, before)
        fetched = oldest(session, Media.id, limit, Media.created_at < before)
        session.execute(delete(Media).where(Media.id.in_(fetched)))
        places = oldest(session, Attachment.position, limit, old, ~EVIDENCE_FILES, ~APPEAL_FILES)
        ids = session.scalars(select(Attachment.id).where(Attachment.position.in_(places))).all()
        return Counts(_remove(session, ids), held=_held(session, old, or_(EVIDENCE_FILES, APPEAL_FILES)))


def _of(subject: Subject) -> ColumnElement[bool]:
    """Sent in their conversations, and not again since the request."""
    theirs: ColumnElement[bool] = Attachment.conversation_id.in_(subject.conversations)
    if subject.said_since is not None:
        theirs &= Attachment.created_at >= subject.said_since
    if subject.until is None:
        return theirs
    later = exists().where(
        MessageAttachment.attachment_id == Attachment.id, MessageAttachment.message_id > subject.until
    )
    return and_(theirs, ~later)


def _on_its_way(subject: Subject) -> ColumnElement[bool]:
    """Pictures that the platform still has, or had: no file of ours yet."""
    theirs: ColumnElement[bool] = Media.conversation_id.in_(subject.conversations)
    return theirs if subject.said_since is None else and_(theirs, Media.created_at >= subject.said_since)


def _going(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    """With words alone no file of a ticket that stays, also of one that is closed."""
    going = (_of(subject), ~EVIDENCE_FILES)
    if not subject.is_words_only:
        return going
    of_others = exists().where(
        TicketEvidence.attachment_id == Attachment.id, TicketEvidence.ticket_id.not_in(subject.tickets)
    )
    return *going, ~of_others


def _held(session: Session, which: ColumnElement[bool], held: ColumnElement[bool] = EVIDENCE_FILES) -> list[Held]:
    kept = count(session, Attachment, which, held)
    return [Held(Hold.OPEN_TICKET, kept)] if kept else []


def _remove(session: Session, ids: Collection[str]) -> int:
    for of_files in (TicketEvidence.attachment_id, MessageAttachment.attachment_id, AttachmentContent.attachment_id):
        session.execute(delete(of_files.class_).where(of_files.in_(ids)))
    removed = session.execute(delete(Attachment).where(Attachment.id.in_(ids)).returning(Attachment.id))
    return len(removed.all())
