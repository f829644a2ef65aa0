"""Requests that a person has to look into: papers, somebody else's rights, data that may be another's, leaks.

Staff work on their tickets as on every ticket; when one is answered, `settle` gives its request the receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.rules import is_mobile
from care.followup.service import add_information
from care.once import OnceKey
from care.privacy import requests
from care.privacy.incidents import open_incident
from care.privacy.requests import RequestState
from care.privacy.results import Refusal
from care.privacy.rules import Kind, Status
from care.privacy.tables import PrivacyRequest
from care.tickets.rules import OPEN
from care.tickets.rules import Status as TicketStatus
from care.tickets.tables import Ticket

#: a deletion waits for the end: what was answered to it goes with it
_ANSWERED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)
_OVER = (TicketStatus.CLOSED, TicketStatus.REJECTED, TicketStatus.CANCELLED)


def to_person(
    session: Session,
    key: OnceKey,
    kind: Kind,
    phone: str | None,
    words: str,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> RequestState:
    """A ticket for staff, with first feedback in a day; the same message again gives the same one.

    `words`: what is asked for, whose data, which papers the customer was told to bring (`correcting.papers`). `phone`:
    a proved one hears of every step. `detail`: as of `requests.begin`, for what may be another's (`Subject.doubtful`).
    """
    request = requests.locked(session, requests.begin(session, key, kind, phone, now, detail).id)
    if request.status == Status.SHOWN:
        ticket = requests.file(session, request, words, now, by_person=True)
        if phone is not None and is_mobile(phone) and requests.is_proved(session, request, request.asked_at):
            ticket.notify_phone = phone
    return requests.state(session, request)


def report_leak(session: Session, key: OnceKey, words: str, phone: str | None, now: datetime) -> RequestState:
    """Somebody says that their data leaked or are misused: information security has it at once, as an incident too.

    While one of this conversation is open, more words go to its ticket: nobody calls the whole department alone.

    Source: 个人信息保护法第五十七条.
    """
    if (open_one := _open_report(session, key)) is not None:
        request, number = open_one
        more = OnceKey(key.conversation_id, key.message_id, "privacy_leak_more")
        add_information(session, key.conversation_id, number, words, more, now)
        return requests.state(session, request)
    reported = requests.locked(session, requests.begin(session, key, Kind.LEAK, phone, now).id)
    if reported.status == Status.SHOWN:
        state = to_person(session, key, Kind.LEAK, phone, words, now)
        ticket_id = requests.locked(session, state.id).ticket_id
        open_incident(session, "report", words, now, ticket_id=ticket_id)
    return requests.state(session, reported)


def _open_report(session: Session, key: OnceKey) -> tuple[PrivacyRequest, str] | None:
    """Of an earlier message; with its ticket's number."""
    found = session.execute(
        select(PrivacyRequest, Ticket.number)
        .join(Ticket, Ticket.id == PrivacyRequest.ticket_id)
        .where(
            PrivacyRequest.conversation_id == key.conversation_id,
            PrivacyRequest.kind == Kind.LEAK,
            PrivacyRequest.message_id < key.message_id,
            Ticket.status.in_(OPEN),
        )
        .order_by(PrivacyRequest.id.desc())
        .limit(1)
    ).first()
    return None if found is None else (found[0], found[1])


def settle(session: Session, now: datetime, limit: int) -> int:
    """Requests whose ticket staff have answered or rejected get their receipt, and those that were taken back end; how
    many. For a periodic job."""
    waits = (PrivacyRequest.status == Status.CONFIRMED, PrivacyRequest.next_attempt_at.is_(None))
    is_answered = Ticket.status.in_(_ANSWERED) & (PrivacyRequest.kind != Kind.DELETE)
    rows = session.execute(
        select(PrivacyRequest, Ticket.status)
        .join(Ticket, Ticket.id == PrivacyRequest.ticket_id)
        .where(*waits, is_answered | Ticket.status.in_(_OVER))
        .order_by(PrivacyRequest.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for request, status in rows:
        if status == TicketStatus.CANCELLED:
            requests.end_untouched(request)
        elif status == TicketStatus.REJECTED:
            requests.refuse(session, request.id, Refusal.BY_PERSON, now)
        else:
            requests.finish(session, request.id, now, {"by_person": True})
    return len(rows)
