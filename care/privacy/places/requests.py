"""Requests about personal data: receipts, copies that wait, corrections; and incidents that somebody reported.

What proves that a request was carried out stays: its number, kind, times, and the receipt with a masked number. What it
was about goes. A deletion that is being carried out is left alone: its end forgets whose it was (`requests.finish`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, defer

from care.accounts.service import phone_index
from care.privacy.holds import held_tickets
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import is_old, oldest
from care.privacy.places.exported import as_json, record
from care.privacy.places.tickets import ERASED, EXPIRED
from care.privacy.retention import retention
from care.privacy.rules import Hold, Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import (
    CopyLink,
    Correction,
    DataCopy,
    Incident,
    IncidentStep,
    PrivacyReceipt,
    PrivacyRequest,
)
from care.tickets.tables import Ticket

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_OVER = (Status.SHOWN, Status.CONFIRMED)
_CONTENT = (defer(DataCopy.content), defer(DataCopy.password))


class Requests:
    name = "requests"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        """Without the copies themselves, and without what a request was found to reach: that names conversations."""
        requests = session.scalars(select(PrivacyRequest).where(_of(subject)).order_by(PrivacyRequest.id)).all()
        for request in requests:
            own = record(request)
            own.values["detail"] = {name: value for name, value in (request.detail or {}).items() if name != "subject"}
            yield own
        ids = [request.id for request in requests]
        for receipt in session.scalars(
            select(PrivacyReceipt).where(PrivacyReceipt.request_id.in_(ids)).order_by(PrivacyReceipt.made_at)
        ):
            yield record(receipt)
        for correction in session.scalars(
            select(Correction).where(Correction.request_id.in_(ids)).order_by(Correction.id)
        ):
            yield record(correction)
        copies = select(DataCopy).where(DataCopy.request_id.in_(ids)).options(*_CONTENT)
        for copy in session.scalars(copies.order_by(DataCopy.made_at)):
            facts = ("request_id", "size", "made_at", "expires_at")
            yield Record("data_copies", {name: as_json(getattr(copy, name)) for name in facts})
        for link in session.scalars(select(CopyLink).where(CopyLink.request_id.in_(ids)).order_by(CopyLink.id)):
            yield record(link)
        for incident in _incidents(session, subject):
            yield record(incident)
            steps = select(IncidentStep).where(IncidentStep.incident_id == incident.id).order_by(IncidentStep.id)
            for step in session.scalars(steps):
                taken = record(step)
                taken.values["staff"] = ""
                yield taken

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going = _going(session, subject)
        ids = [request.id for request in going]
        removed = sum(
            session.scalar(select(func.count()).select_from(table).where(table.request_id.in_(ids))) or 0
            for table in (Correction, DataCopy)
        )
        named = [request for request in going if _names(request)]
        return Counts(removed, len(named) + len(_reported(session, subject)), _held(session, subject))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        held = _held(session, subject)
        going = _going(session, subject)
        removed = _remove_from(session, [request.id for request in going])
        named = [request for request in going if _names(request)]
        for request in named:
            _forget(request)
        reported = _reported(session, subject)
        _blank(session, reported, ERASED)
        return Counts(removed, len(named) + len(reported), held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """Whole, with its receipt; one that is not over yet waits for its end. A copy goes with its own time. Of an
        incident the words go."""
        old = is_old(session, PrivacyRequest.id, PrivacyRequest.asked_at, before)
        ids = oldest(session, PrivacyRequest.id, limit, old, PrivacyRequest.status != Status.CONFIRMED)
        _remove_from(session, ids)
        session.execute(delete(PrivacyReceipt).where(PrivacyReceipt.request_id.in_(ids)))
        session.execute(delete(PrivacyRequest).where(PrivacyRequest.id.in_(ids)))
        incidents = _old_incidents(session, before, limit)
        _blank(session, incidents, EXPIRED)
        return Counts(len(ids), len(incidents))


def _of(subject: Subject) -> ColumnElement[bool]:
    """What was asked since is another matter."""
    theirs: ColumnElement[bool] = PrivacyRequest.conversation_id.in_(subject.conversations)
    if subject.is_words_only:
        since = subject.said_since or _EVER
        theirs = and_(theirs, PrivacyRequest.phone_index.is_(None), PrivacyRequest.asked_at >= since)
    if subject.phone is not None:
        by_number = PrivacyRequest.phone_index == phone_index(subject.phone)
        theirs = or_(theirs, and_(by_number, PrivacyRequest.asked_at >= (subject.number_from or _EVER)))
    return theirs if subject.until is None else and_(theirs, PrivacyRequest.message_id <= subject.until)


def _going(session: Session, subject: Subject) -> list[PrivacyRequest]:
    """All but a deletion that is being carried out, and those that somebody still works on."""
    is_running = PrivacyRequest.status == Status.CONFIRMED
    if not subject.is_words_only:  # with words alone nobody's work is stopped
        is_running &= PrivacyRequest.kind == Kind.DELETE
    found = session.scalars(select(PrivacyRequest).where(_of(subject), ~is_running).order_by(PrivacyRequest.id)).all()
    held = held_tickets(session, [each.ticket_id for each in found if each.ticket_id is not None])
    return [each for each in found if each.ticket_id not in held]


def _names(request: PrivacyRequest) -> bool:
    is_whole = request.phone is None and request.phone_index is None and not request.detail
    return not is_whole or request.status in _NOT_OVER


def _forget(request: PrivacyRequest) -> None:
    request.phone = request.phone_index = request.detail = None
    if request.status in _NOT_OVER:
        request.status, request.next_attempt_at = Status.CANCELLED, None


def _remove_from(session: Session, ids: Collection[int]) -> int:
    """Corrections and copies; links go with their copy (ON DELETE CASCADE)."""
    corrections = session.execute(delete(Correction).where(Correction.request_id.in_(ids)).returning(Correction.id))
    copies = session.execute(delete(DataCopy).where(DataCopy.request_id.in_(ids)).returning(DataCopy.request_id))
    return len(corrections.all()) + len(copies.all())


def _incidents(session: Session, subject: Subject) -> Sequence[Incident]:
    return session.scalars(select(Incident).where(Incident.ticket_id.in_(subject.tickets)).order_by(Incident.id)).all()


def _reported(session: Session, subject: Subject) -> list[Incident]:
    """Told in their words, and nobody works on the report any more."""
    held = held_tickets(session, subject.tickets)
    over = [each for each in _incidents(session, subject) if each.ticket_id not in held]
    return [each for each in over if each.description not in (ERASED, EXPIRED)]


def _old_incidents(session: Session, before: datetime, limit: int) -> list[Incident]:
    """With words, and nobody works on them: closed so long ago, or opened so long ago for a ticket that is nobody's."""
    is_nobodys = exists().where(Ticket.id == Incident.ticket_id, Ticket.conversation_id.is_(None))
    old = or_(Incident.closed_at < before, and_(Incident.found_at < before, is_nobodys))
    # What was said is sealed, so those that were done already are only known when they are opened.
    rows = session.scalars(select(Incident).where(old).order_by(Incident.id).with_for_update(skip_locked=True))
    return [each for each in rows if each.description not in (ERASED, EXPIRED)][:limit]


def _blank(session: Session, incidents: Sequence[Incident], instead: str) -> None:
    """That there was one stays, with what was done about it and when: they are counted for years."""
    for incident in incidents:
        incident.description = instead
    of_these = IncidentStep.incident_id.in_([each.id for each in incidents])
    session.execute(update(IncidentStep).where(of_these, IncidentStep.note.is_not(None)).values(note=None))
    session.flush()


def _held(session: Session, subject: Subject) -> list[Held]:
    found = session.execute(
        select(func.count(), func.max(PrivacyReceipt.made_at))
        .join(PrivacyRequest, PrivacyRequest.id == PrivacyReceipt.request_id)
        .where(_of(subject))
    ).one()
    receipts, newest = found
    words = retention().holds[Hold.RECEIPT]
    held = [Held(Hold.RECEIPT, receipts, words.until(newest))] if receipts else []
    tickets = select(PrivacyRequest.ticket_id).where(_of(subject), PrivacyRequest.ticket_id.is_not(None))
    if waiting := held_tickets(session, [id for id in session.scalars(tickets) if id is not None]):
        held.append(Held(Hold.OPEN_TICKET, len(waiting)))
    return held
