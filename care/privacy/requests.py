"""Requests about personal data, from being asked to their receipt. Everything here is safe to run again.

    shown ── confirm ──▶ confirmed ── finish ──▶ done
      └── cancel           └───────── refuse ──▶ refused

A request that is confirmed has a ticket with its number and clocks (care/sla/policy.yml `privacy`); one that is over
has a receipt. Source: 个人信息保护法第四十四条至第五十条; 网络数据安全管理条例第二十三条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level, Purpose
from care.accounts.service import phone_index
from care.errors import Conflict, InvalidInput
from care.once import OnceKey
from care.privacy import request_tickets
from care.privacy.receipts import Outcome, Receipt, receipt_of, write_receipt
from care.privacy.results import Refusal, sentences, what_stays
from care.privacy.rules import BY_WORKER, Kind, Status
from care.privacy.subject import Subject, find_subject
from care.privacy.tables import PrivacyRequest
from care.retries import doubled, take_due
from care.tickets.rules import Status as TicketStatus
from care.tickets.tables import Ticket
from care.wording import say

#: From being shown what would be done to the yes: what is held may have changed since.
CONFIRM_WITHIN = timedelta(minutes=30)
#: How long whoever took a request has it for itself, more than any step takes; each further wait is twice as long.
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)

# Written out in the statement: with a parameter PostgreSQL cannot know that the index of what waits is enough.
_CONFIRMED = PrivacyRequest.status == literal(Status.CONFIRMED.value, literal_execute=True)


@dataclass(frozen=True)
class RequestState:
    id: int
    #: the ticket's; None until it is confirmed
    number: str | None
    kind: Kind
    status: Status
    #: None: about this conversation only, or a deletion that is done
    phone: str | None
    asked_at: datetime
    #: by when we said that it is done; None until it is confirmed
    due_at: datetime | None
    done_at: datetime | None
    steps_done: tuple[str, ...]
    #: how many there are, for progress; 0: not known
    steps: int
    #: counts; no personal data
    result: dict[str, Any] | None
    conversation_id: str


@dataclass(frozen=True)
class DueRequest:
    """A confirmed request that whoever took it has for itself until its next try is due."""

    state: RequestState
    #: what it reaches, as it was found at the yes; None: it was not kept, or cannot be read
    subject: Subject | None
    #: all of what `begin` was given
    detail: dict[str, Any]
    #: which try this is, the first is 1
    attempt: int


def begin(
    session: Session, key: OnceKey, kind: Kind, phone: str | None, now: datetime, detail: dict[str, Any] | None = None
) -> RequestState:
    """Shown, and waits for a yes. The same message again gives the same one; an earlier one of that kind that waits in
    this conversation is cancelled.

    `phone`: normalised, its IDENTITY proof open here; None: about this conversation only. `detail`: under `subject`
    what it reaches (`Subject.as_json()`); sealed, and forgotten when the request is over.
    """
    request_id: int | None = session.scalar(
        insert(PrivacyRequest)
        .values(
            conversation_id=key.conversation_id,
            message_id=key.message_id,
            kind=kind,
            phone=phone,
            phone_index=phone_index(phone) if phone else None,
            status=Status.SHOWN,
            asked_at=now,
            detail=detail or {},
            steps_done=[],
            steps=0,
            attempts=0,
        )
        .on_conflict_do_nothing(
            index_elements=[PrivacyRequest.conversation_id, PrivacyRequest.message_id, PrivacyRequest.kind]
        )
        .returning(PrivacyRequest.id)
    )
    if request_id is None:
        of_message = (
            PrivacyRequest.conversation_id == key.conversation_id,
            PrivacyRequest.message_id == key.message_id,
            PrivacyRequest.kind == kind,
        )
        return state(session, session.scalars(select(PrivacyRequest).where(*of_message)).one())
    waiting = (
        PrivacyRequest.conversation_id == key.conversation_id,
        PrivacyRequest.kind == kind,
        PrivacyRequest.status == Status.SHOWN,
        PrivacyRequest.id != request_id,
    )
    for other in session.scalars(select(PrivacyRequest).where(*waiting).with_for_update()):
        end_untouched(other)
    return state(session, locked(session, request_id))


def confirm(
    session: Session, conversation_id: str, request_id: int, now: datetime, steps: int = 0, until: int | None = None
) -> RequestState:
    """The customer said yes: it gets its ticket and clocks, and what the worker does is due. Again: the same.

    `until`: id of the message with the yes. What was said and filed since the plan was shown belongs to it, too: what
    it reaches is found again, as of whoever had proved what when it was shown.
    The state says CANCELLED instead where it was shown too long ago, or its number was not proved here (IDENTITY) when
    it was shown, or that proof was ended since; for a deletion, which cannot be undone, where it is not proved now any
    more: nothing will be done. Raises InvalidInput `privacy_request` where it is
    none of this conversation's.
    """
    request = _own(session, conversation_id, request_id)
    if request.status == Status.SHOWN:
        is_for_good = request.kind == Kind.DELETE
        at = now if is_for_good else request.asked_at
        if now - request.asked_at >= CONFIRM_WITHIN or not is_proved(session, request, at):
            end_untouched(request)
        else:
            # Before it has a ticket itself.
            _find_again(session, request, until)
            file(session, request, None, now)
            request.steps = steps
            request.next_attempt_at = now if Kind(request.kind) in BY_WORKER else None
    return state(session, request)


def cancel(session: Session, conversation_id: str, request_id: int, now: datetime) -> RequestState:
    """The customer does not want it after all; one that is confirmed goes on. Raises InvalidInput `privacy_request`."""
    request = _own(session, conversation_id, request_id)
    if request.status == Status.SHOWN:
        end_untouched(request)
    return state(session, request)


def at_once(
    session: Session,
    key: OnceKey,
    kind: Kind,
    phone: str | None,
    now: datetime,
    result: Mapping[str, Any],
    note: str | None = None,
) -> RequestState:
    """What was done in the conversation already: view, usage, withdraw, correct. `note`: what was asked, for whoever
    reads the ticket.

    The caller has checked the proof, and does what `result` tells in the same transaction.
    """
    request = locked(session, begin(session, key, kind, phone, now).id)
    if request.status == Status.SHOWN:
        file(session, request, note, now)
    finish(session, request.id, now, result)
    return state(session, request)


def finish(session: Session, request_id: int, now: datetime, result: Mapping[str, Any]) -> Receipt:
    """It is done: ticket answered and closed, receipt written. Again, or by two at once: the same receipt.

    `result` comes on top of what `mark_step` has gathered (care/privacy/results.py says what it holds); no personal
    data. After a deletion the request and its ticket name nobody any more. Raises Conflict `privacy_status` where it
    was never confirmed, was cancelled or refused.
    """
    request = locked(session, request_id)
    if request.status == Status.DONE:
        return _receipt(session, request)
    if request.status != Status.CONFIRMED:
        raise Conflict("privacy_status", f"a request that is {request.status} cannot be finished")
    kind = Kind(request.kind)
    request.result = {**(request.result or {}), **result}
    told = sentences(kind, request.result)
    ticket = _ticket(session, request)
    request_tickets.resolve(session, ticket, "\n".join(told), now)
    receipt = _end(session, request, ticket, Status.DONE, told, now)
    if kind is Kind.DELETE:
        request.phone = request.phone_index = None
        request_tickets.forget(session, ticket, "\n".join(told))
    return receipt


def refuse(session: Session, request_id: int, reason: str, now: datetime) -> Receipt:
    """It is not carried out, and the customer is told why and where to complain (个保法第五十条).

    `reason`: a word of `care.privacy.results.Refusal`. A request that was only shown gets its ticket first. Raises
    Conflict `privacy_status` where it is done or cancelled.
    """
    request = locked(session, request_id)
    if request.status == Status.REFUSED:
        return _receipt(session, request)
    if request.status == Status.SHOWN:
        file(session, request, None, now)
    if request.status != Status.CONFIRMED:
        raise Conflict("privacy_status", f"a request that is {request.status} cannot be refused")
    told = say(f"privacy_refused_{Refusal(reason)}")
    ticket = _ticket(session, request)
    request_tickets.reject(session, ticket, told, now)
    request.result = {**(request.result or {}), "refused": reason}
    return _end(session, request, ticket, Status.REFUSED, [told], now)


def due(session: Session, kind: Kind, now: datetime, limit: int) -> list[DueRequest]:
    """Take up to `limit` confirmed requests whose next try is due (`care.retries.take_due`). One whose ticket its
    customer took back is cancelled and left out."""
    rows = take_due(
        session,
        PrivacyRequest,
        _CONFIRMED & (PrivacyRequest.kind == kind),
        now,
        limit,
        lambda attempts: doubled(FIRST_WAIT, LONGEST_WAIT, attempts),
    )
    taken = []
    for row in rows:
        if _ticket(session, row).status == TicketStatus.CANCELLED:
            end_untouched(row)
            continue
        detail = row.detail or {}
        taken.append(DueRequest(state(session, row), _subject_of(detail), detail, row.attempts))
    return taken


def mark_step(session: Session, request_id: int, step: str, counts: Mapping[str, Any]) -> RequestState:
    """A step is done, in the transaction that did it; `counts` (`Counts.as_json()`) go into the receipt. Again: what
    was counted first stays, as a second run finds nothing more."""
    request = locked(session, request_id)
    if request.status == Status.CONFIRMED and step not in request.steps_done:
        request.steps_done = [*request.steps_done, step]
        result = request.result or {}
        request.result = {**result, "places": {**result.get("places", {}), step: dict(counts)}}
    return state(session, request)


def forget_shown(session: Session, now: datetime, limit: int) -> int:
    """End what was shown and not said yes to in time: what it would have reached is forgotten. How many."""
    waiting = (PrivacyRequest.status == Status.SHOWN, PrivacyRequest.asked_at <= now - CONFIRM_WITHIN)
    rows = session.scalars(
        select(PrivacyRequest)
        .where(*waiting)
        .order_by(PrivacyRequest.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        end_untouched(row)
    return len(rows)


def state_of(session: Session, conversation_id: str, which: int | str) -> RequestState | None:
    """By id or by number; None: there is none, or it is another conversation's."""
    mine = select(PrivacyRequest).where(PrivacyRequest.conversation_id == conversation_id)
    if isinstance(which, int):
        mine = mine.where(PrivacyRequest.id == which)
    else:
        mine = mine.join(Ticket, Ticket.id == PrivacyRequest.ticket_id).where(Ticket.number == which)
    row = session.scalar(mine)
    return None if row is None else state(session, row)


def newest(session: Session, conversation_id: str, kind: Kind) -> RequestState | None:
    """The last one of that kind that was asked here."""
    mine = (PrivacyRequest.conversation_id == conversation_id, PrivacyRequest.kind == kind)
    row = session.scalar(select(PrivacyRequest).where(*mine).order_by(PrivacyRequest.id.desc()).limit(1))
    return None if row is None else state(session, row)


def _find_again(session: Session, request: PrivacyRequest, until: int | None) -> None:
    detail = request.detail or {}
    if "subject" not in detail:
        return
    shown = Subject.from_json(detail["subject"])
    reach = find_subject(
        session,
        request.conversation_id,
        request.phone,
        shown.since,
        request.asked_at,
        until if until is not None else shown.until,
    )
    request.detail = detail | {"subject": reach.as_json()}


def _subject_of(detail: Mapping[str, Any]) -> Subject | None:
    """None also where it cannot be read: one request at fault must not stop those of others."""
    try:
        return Subject.from_json(detail["subject"])
    except (KeyError, TypeError, ValueError):
        return None


def _own(session: Session, conversation_id: str, request_id: int) -> PrivacyRequest:
    request = session.scalar(
        select(PrivacyRequest)
        .where(PrivacyRequest.id == request_id, PrivacyRequest.conversation_id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise InvalidInput("privacy_request", "this conversation has no such request")
    return request


def locked(session: Session, request_id: int) -> PrivacyRequest:
    query = select(PrivacyRequest).where(PrivacyRequest.id == request_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def is_proved(session: Session, request: PrivacyRequest, at: datetime) -> bool:
    """Its number was proved here at that moment (IDENTITY), and that was not ended since."""
    if request.phone is None:
        return True
    lines = open_lines(session, request.conversation_id, at, Level.PROVED, Purpose.IDENTITY)
    return request.phone in {line.phone for line in lines}


def file(
    session: Session, request: PrivacyRequest, words: str | None, now: datetime, *, by_person: bool = False
) -> Ticket:
    """Confirm one that is locked: it gets its ticket and clocks (`request_tickets.file_ticket`)."""
    request.status, request.confirmed_at = Status.CONFIRMED, now
    return request_tickets.file_ticket(session, request, words, now, by_person=by_person)


def end_untouched(request: PrivacyRequest) -> None:
    """Nothing was done, and nothing will be."""
    request.status, request.next_attempt_at, request.detail = Status.CANCELLED, None, None


def _end(
    session: Session, request: PrivacyRequest, ticket: Ticket, status: Status, told: list[str], now: datetime
) -> Receipt:
    request.status, request.done_at, request.next_attempt_at, request.detail = status, now, None, None
    outcome = Outcome.DONE if status is Status.DONE else Outcome.REFUSED
    stays = what_stays(request.result or {})
    due_at = request_tickets.due_of(session, ticket)
    return write_receipt(session, request, ticket.number, outcome, told, stays, due_at, now)


def _ticket(session: Session, request: PrivacyRequest) -> Ticket:
    query = select(Ticket).where(Ticket.id == request.ticket_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _receipt(session: Session, request: PrivacyRequest) -> Receipt:
    receipt = receipt_of(session, _ticket(session, request).number)
    assert receipt is not None  # written with the status
    return receipt


def state(session: Session, request: PrivacyRequest) -> RequestState:
    ticket = session.get(Ticket, request.ticket_id) if request.ticket_id else None
    return RequestState(
        request.id,
        ticket.number if ticket else None,
        Kind(request.kind),
        Status(request.status),
        request.phone,
        request.asked_at,
        request_tickets.due_of(session, ticket) if ticket else None,
        request.done_at,
        tuple(request.steps_done),
        request.steps,
        request.result,
        request.conversation_id,
    )
