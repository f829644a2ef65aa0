"""What was promised and done beside a ticket's history: answers, pauses, escalations, tasks, redress, incidents.

With a ticket that becomes a line of statistics they stay as figures (what, when, how many points, how much) and lose
the words and whatever leads to a person. A task of no ticket (a quarterly call) belongs to its customer alone and goes
with them; so does where a complaint was, which was only counted to see whether many report the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, or_, select, update
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.answers.tables import Answer
from care.db import Base
from care.escalation.tables import Escalation
from care.privacy.places.base import Record
from care.privacy.places.batches import is_old, oldest
from care.privacy.places.exported import record
from care.privacy.subject import Subject
from care.redress.tables import Redress
from care.satisfaction.tables import Rating, RatingOptOut
from care.sla.tables import Pause
from care.surges.tables import SurgeTicket, TicketVector
from care.tasks.tables import Task

#: of tasks (care/tasks/tables.py)
_OPEN, _GIVEN_UP = "open", "given_up"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_POINT_AT_MESSAGES: tuple[Any, ...] = (Answer, Pause, Redress)
_OF_NO_TICKET = Task.ticket_id.is_(None)


def records(session: Session, tickets: Collection[int], subject: Subject) -> Iterator[Record]:
    """Those of the tickets, and tasks of no ticket since the number is theirs."""
    for table in (Answer, Pause, Escalation):
        for row in session.scalars(select(table).where(table.ticket_id.in_(tickets)).order_by(table.id)):
            yield record(row)
    since = Task.opened_at >= (subject.number_from or _EVER)
    tasks = or_(Task.ticket_id.in_(tickets), and_(of_customer(subject), since))
    for task in session.scalars(select(Task).where(tasks).order_by(Task.id)):
        yield record(task)
    for redress in session.scalars(select(Redress).where(Redress.ticket_id.in_(tickets)).order_by(Redress.id)):
        yield record(redress)
    for place in (SurgeTicket, TicketVector):
        for counted in session.scalars(select(place).where(place.ticket_id.in_(tickets)).order_by(place.ticket_id)):
            yield record(counted)


def of_customer(subject: Subject) -> ColumnElement[bool]:
    """Of tasks, those of no ticket that are theirs."""
    if subject.phone is None:
        return false()
    customers = select(Customer.id).where(Customer.phone_index == phone_index(subject.phone))
    return and_(_OF_NO_TICKET, Task.customer_id.in_(customers))


def let_customer_go(session: Session, subject: Subject) -> int:
    """Before the customer's row goes: how many tasks of no ticket went with it. Those of tickets have all they need."""
    gone = len(session.execute(delete(Task).where(of_customer(subject)).returning(Task.id)).all())
    if subject.phone is not None:
        customers = select(Customer.id).where(Customer.phone_index == phone_index(subject.phone))
        for table in (Task, Rating, RatingOptOut):
            session.execute(update(table).where(table.customer_id.in_(customers)).values(customer_id=None))
    return gone


def forget(session: Session, tickets: Collection[int], now: datetime) -> None:
    """Of tickets that become nobody's. What is still to be done for them is given up: nobody could do it any more."""
    for task in session.scalars(select(Task).where(Task.ticket_id.in_(tickets))):
        task.note = task.customer_id = None
        if task.status == _OPEN:
            task.status, task.done_at, task.next_try_at = _GIVEN_UP, now, None
    for redress in session.scalars(select(Redress).where(Redress.ticket_id.in_(tickets))):
        redress.basis, redress.reason = {}, None
        if redress.told_at is None and redress.declined_at is None:
            redress.declined_at = now
    for table in _POINT_AT_MESSAGES:
        session.execute(update(table).where(table.ticket_id.in_(tickets)).values(message_id=None))
    session.execute(delete(SurgeTicket).where(SurgeTicket.ticket_id.in_(tickets)))


def audited(session: Session, subject: Subject) -> list[str]:
    """Under which names the audit has their tasks and redress."""
    tasks = select(Task.id).where(or_(Task.ticket_id.in_(subject.tickets), of_customer(subject)))
    redresses = select(Redress.id).where(Redress.ticket_id.in_(subject.tickets))
    return [
        *(f"task:{each}" for each in session.scalars(tasks)),
        *(f"redress:{each}" for each in session.scalars(redresses)),
    ]


def let_messages_go(session: Session, message_ids: Collection[int]) -> None:
    """Before they are deleted: what they answered, asked or told stays with its ticket."""
    for table in _POINT_AT_MESSAGES:
        session.execute(update(table).where(table.message_id.in_(message_ids)).values(message_id=None))


def words_of(session: Session, ticket_id: int) -> list[tuple[Base, str]]:
    """Rows and columns with words about a ticket, in which somebody's number may stand."""
    tasks = session.scalars(select(Task).where(Task.ticket_id == ticket_id).order_by(Task.id))
    redresses = session.scalars(select(Redress).where(Redress.ticket_id == ticket_id).order_by(Redress.id))
    return [*((task, "note") for task in tasks), *((redress, "reason") for redress in redresses)]


def expire(session: Session, before: datetime, limit: int) -> int:
    """Tasks of no ticket that were done before; how many."""
    old = is_old(session, Task.id, Task.opened_at, before)
    ids = oldest(session, Task.id, limit, old, _OF_NO_TICKET, Task.status != _OPEN, Task.done_at < before)
    session.execute(delete(Task).where(Task.id.in_(ids)))
    return len(ids)
