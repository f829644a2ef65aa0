"""Tickets, their history, clocks, and who may ask about them.

A ticket that is over becomes a line of statistics: kind, category, department, dates, clocks, the steps that were
taken and what was done beside them (`promises`), and nobody's. What a stranger filed about somebody's number keeps the
stranger's words, without the number; so does what staff entered for whoever called about it, because nobody proved who
that was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.appeals.tables import Appeal
from care.callbacks.tables import Callback
from care.complaints.entering import ENTERED
from care.db import Base
from care.numbers import read_of, width_of
from care.once import Receipt
from care.privacy.holds import APPEALED, held_tickets
from care.privacy.places import promises
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count
from care.privacy.places.exported import as_json, record
from care.privacy.rules import Hold, Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import PrivacyRequest
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.rules import PauseEnd
from care.sla.service import end_clocks
from care.sla.tables import Clock
from care.tasks.tables import Task
from care.tickets import rules
from care.tickets.service import change_status
from care.tickets.tables import Ticket, TicketEvent, TicketGrant, TicketLink
from care.timezone import CHINA

#: what stands in the place of the customer's story
ERASED = "（已按客户要求删除）"
EXPIRED = "（保存期满已删除）"
#: in the place of a number in somebody else's words
NO_NUMBER = "（号码已删除）"

_WORDS = ("since", "wish", "contact", "address", "speed_test", "outcome", "prevention")
_PERSONAL = (*_WORDS, "since_date", "line", "line_index", "customer_id", "notify_phone")
#: nobody owes the customer an answer to a proposal
_WAITS = and_(Ticket.status.in_(rules.OPEN), Ticket.kind != rules.Kind.FEEDBACK)
#: in the place of an authority's number; what follows makes it the only one
_NO_EXTERNAL = "-"
#: what people put between the digits of one number
_GAP = "[ \\-\u00a0\u200b\u2010-\u2015\u2212_.·,，、]{0,3}"


@dataclass(frozen=True)
class _Work:
    """What there is to do, found the same way for the plan and for the deed."""

    #: to be made nobody's
    over: list[Ticket]
    #: of the deletion that is being carried out: it is told of until it is done
    running: list[Ticket]
    #: for each ticket of others with the number in it: row, column and new value
    masked: list[list[tuple[Base, str, Any]]]
    grants: ColumnElement[bool]
    #: tasks of no ticket
    tasks: ColumnElement[bool]
    held: list[Held]


class Tickets:
    name = "tickets"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        """Own tickets whole, with what was concluded (repeat_of, threatens_appeal, priority); of others' the facts."""
        own, others = set(subject.tickets), set(subject.mentions) - set(subject.tickets)
        for ticket in filter(_is_somebodys, _by_id(session, own | others)):
            yield record(ticket) if ticket.id in own else _facts(ticket)
        for event in session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id.in_(own)).order_by(TicketEvent.id)
        ):
            yield record(event)
        for clock in session.scalars(select(Clock).where(Clock.ticket_id.in_(own)).order_by(Clock.id)):
            yield record(clock)
        yield from promises.records(session, own, subject)
        links = select(TicketLink).where(or_(TicketLink.ticket_id.in_(own), TicketLink.other_id.in_(own)))
        for link in session.scalars(links.order_by(TicketLink.at, TicketLink.ticket_id)):
            yield record(link)
        for appeal in session.scalars(select(Appeal).where(Appeal.ticket_id.in_(own)).order_by(Appeal.ticket_id)):
            yield record(appeal)
        for call in session.scalars(select(Callback).where(Callback.ticket_id.in_(own)).order_by(Callback.ticket_id)):
            yield record(call)
        grants = select(TicketGrant).where(TicketGrant.conversation_id.in_(subject.conversations))
        for grant in session.scalars(grants.order_by(TicketGrant.granted_at)):
            yield record(grant)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        work = _work(session, subject)
        return _counts(work, count(session, TicketGrant, work.grants) + count(session, Task, work.tasks))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        work = _work(session, subject, lock=True)
        removed = len(session.execute(delete(TicketGrant).where(work.grants).returning(TicketGrant.ticket_id)).all())
        removed += promises.let_customer_go(session, subject)
        for ticket in work.over:
            _end(session, ticket, now)
        _forget(session, work.over, ERASED if subject.said_since is None else EXPIRED, now)
        for ticket in work.running:
            _blank(ticket)
        for row, column, value in chain.from_iterable(work.masked):
            setattr(row, column, value)
        if subject.phone is not None:
            # Also on tickets that stay: the customer's row goes, and the ticket has all that it needs.
            customers = select(Customer.id).where(Customer.phone_index == phone_index(subject.phone))
            session.execute(update(Ticket).where(Ticket.customer_id.in_(customers)).values(customer_id=None))
        session.flush()
        return _counts(work, removed)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """Counted from the last thing that happened to it."""
        is_somebodys = or_(Ticket.conversation_id.is_not(None), Ticket.entered_by.is_not(None))
        lately = exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.at >= before)
        old = and_(is_somebodys, Ticket.created_at < before, ~lately)
        over = session.scalars(
            select(Ticket)
            .where(old, ~_WAITS, ~APPEALED)
            .order_by(Ticket.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for ticket in over:
            _end(session, ticket, now)
        ids = [ticket.id for ticket in over]
        grants = session.execute(
            delete(TicketGrant).where(TicketGrant.ticket_id.in_(ids)).returning(TicketGrant.ticket_id)
        )
        _forget(session, over, EXPIRED, now)
        _forget_entries(session, before, limit)
        tasks = promises.expire(session, before, limit)
        session.flush()
        waiting = count(session, Ticket, old, or_(_WAITS, APPEALED))
        held = [Held(Hold.OPEN_TICKET, waiting)] if waiting else []
        return Counts(removed=len(grants.all()) + tasks, anonymised=len(over), held=held)


def _work(session: Session, subject: Subject, *, lock: bool = False) -> _Work:
    running = _running(session, subject)
    own = set(subject.tickets) - running
    others = set(subject.mentions) - own - running
    open_ones = held_tickets(session, own | others)
    gone, left = own - open_ones, others - open_ones
    over = [each for each in _by_id(session, gone, lock=lock) if _is_somebodys(each)]
    told = [each for each in _by_id(session, running, lock=lock) if _has_personal(each)]
    strangers = [each for each in _by_id(session, left, lock=lock) if _is_somebodys(each)]
    changes = [_without_number(session, each, subject.phone) for each in strangers]
    grants: ColumnElement[bool] = TicketGrant.ticket_id.in_(gone)
    if not subject.is_words_only:
        grants |= and_(
            TicketGrant.conversation_id.in_(subject.conversations),
            TicketGrant.ticket_id.not_in(open_ones | running),
        )
    held = [Held(Hold.OPEN_TICKET, len(open_ones)), Held(Hold.OTHERS, len(strangers))]
    masked = [each for each in changes if each]
    return _Work(over, told, masked, grants, promises.of_customer(subject), [each for each in held if each.count])


def _counts(work: _Work, removed: int) -> Counts:
    return Counts(removed, len(work.over) + len(work.running) + len(work.masked), work.held)


def _by_id(session: Session, ids: Collection[int], *, lock: bool = False) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
    return session.scalars(query.with_for_update() if lock else query).all()


def _running(session: Session, subject: Subject) -> set[int]:
    """Tickets of deletions that are being carried out for these conversations."""
    running = select(PrivacyRequest.ticket_id).where(
        PrivacyRequest.conversation_id.in_(subject.conversations),
        PrivacyRequest.kind == Kind.DELETE,
        PrivacyRequest.status == Status.CONFIRMED,
    )
    if subject.is_words_only:
        running = running.where(PrivacyRequest.phone_index.is_(None))
    rows = session.scalars(running)
    return {id for id in rows if id is not None}


def _facts(ticket: Ticket) -> Record:
    """That there is one. By its number whoever has the telephone could ask about it and take it back; what it is about
    and when it was filed would tell who did."""
    month = ticket.created_at.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Record("tickets", {"status": ticket.status, "created_at": as_json(month)})


def _is_somebodys(ticket: Ticket) -> bool:
    return ticket.conversation_id is not None or ticket.description not in (ERASED, EXPIRED)


def _has_personal(ticket: Ticket) -> bool:
    return any(getattr(ticket, name) is not None for name in _PERSONAL)


def _end(session: Session, ticket: Ticket, now: datetime) -> None:
    """Nobody can do anything about it any more, so nobody is asked to, and nothing is held for it."""
    if ticket.status in rules.OPEN:
        change_status(session, ticket.id, rules.Status.CANCELLED, "system", now)
        pauses.end(session, ticket.id, PauseEnd.CLOSED, now)
        record_misses(session, ticket, now)
        end_clocks(session, ticket.id, None, now)
    elif ticket.status == rules.Status.RESOLVED:
        change_status(session, ticket.id, rules.Status.CLOSED, "system", now)


def _forget(session: Session, tickets: Sequence[Ticket], instead: str, now: datetime) -> None:
    for ticket in tickets:
        _blank(ticket)
        ticket.conversation_id = ticket.entered_by = None
        ticket.description = instead
    for appeal in session.scalars(select(Appeal).where(Appeal.ticket_id.in_([ticket.id for ticket in tickets]))):
        # The number is the authority's name for the person; that there was an appeal is a figure.
        appeal.external_number, appeal.reply = f"{_NO_EXTERNAL}{appeal.ticket_id}", None
    of_these = TicketEvent.ticket_id.in_([ticket.id for ticket in tickets])
    calls = Callback.ticket_id.in_([ticket.id for ticket in tickets])
    promises.forget(session, [ticket.id for ticket in tickets], now)
    session.execute(update(Callback).where(calls).values(phone_index=None))
    session.execute(update(TicketEvent).where(of_these, TicketEvent.note.is_not(None)).values(note=None))


def _forget_entries(session: Session, before: datetime, limit: int) -> None:
    """That an agent's browser sent an entry: worth nothing after a few minutes."""
    old = (
        select(Receipt.conversation_id, Receipt.action)
        .where(Receipt.conversation_id.startswith(ENTERED), Receipt.created_at < before)
        .limit(limit)
    )
    session.execute(
        delete(Receipt)
        .where(tuple_(Receipt.conversation_id, Receipt.action).in_(old))
        .execution_options(synchronize_session=False)
    )


def _blank(ticket: Ticket) -> None:
    for name in _PERSONAL:
        setattr(ticket, name, None)


def _without_number(session: Session, ticket: Ticket, phone: str | None) -> list[tuple[Base, str, Any]]:
    changed: list[tuple[Base, str, Any]] = []
    if phone is None:
        return changed
    if ticket.line_index == phone_index(phone):
        changed += [(ticket, "line", None), (ticket, "line_index", None)]
    if ticket.notify_phone == phone:
        changed.append((ticket, "notify_phone", None))
    events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
    appeals = session.scalars(select(Appeal).where(Appeal.ticket_id == ticket.id))
    call = session.get(Callback, ticket.id)
    if call is not None and call.phone_index == phone_index(phone):
        changed.append((call, "phone_index", None))
    texts: list[tuple[Base, str]] = [(ticket, name) for name in ("description", *_WORDS)]
    texts += [(event, "note") for event in events]
    texts += [(appeal, "reply") for appeal in appeals]
    texts += promises.words_of(session, ticket.id)
    for row, column in texts:
        said: str | None = getattr(row, column)
        if said is not None and (masked := without_number(said, phone)) != said:
            changed.append((row, column, masked))
    return changed


def without_number(text: str, phone: str) -> str:
    """A text with NO_NUMBER wherever the number stands, also with its digits grouped, full-width or read out."""
    read = read_of(text, width_of(text))
    parts, end = [], 0
    for found in re.finditer(_GAP.join(phone), read):
        parts += [text[end : found.start()], NO_NUMBER]
        end = found.end()
    return "".join((*parts, text[end:]))
