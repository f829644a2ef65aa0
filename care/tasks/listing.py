"""Lists of tasks, and how many customers of a segment were called in a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from care.accounts.tables import Customer
from care.errors import InvalidInput
from care.tasks.rules import Kind, Status
from care.tasks.tables import Task
from care.tickets.rules import OPEN
from care.tickets.tables import Ticket

MOST = 50


@dataclass(frozen=True)
class Listed:
    task: Task
    ticket: Ticket | None
    #: who is called where there is no ticket
    customer: Customer | None


@dataclass(frozen=True)
class Page:
    items: list[Listed]
    #: id of the last one, where there are more
    next: int | None


@dataclass(frozen=True)
class Counts:
    mine: int
    #: of one's department, that nobody has taken
    department: int
    #: of both, those that are late
    late: int


@dataclass(frozen=True)
class Wanted:
    """Which tasks; None: all."""

    is_open: bool = True
    #: number of who does them
    assignee: str | None = None
    kind: str | None = None
    department: str | None = None


# While a matter is worked on again, nobody asks whether it is settled.
_CAN_BE_DONE = or_(Ticket.id.is_(None), Ticket.status.not_in(sorted(OPEN)))


def list_tasks(session: Session, wanted: Wanted, after: int | None = None, limit: int = MOST) -> Page:
    """Open ones: what is due first first; the others: the newest first. `after`: id of the last one of the page before.

    Raises InvalidInput `kind`, `after`.
    """
    if wanted.kind is not None and wanted.kind not in list(Kind):
        raise InvalidInput("kind", "no kind of task")
    query = _joined().where(*_conditions(wanted))
    query = query.order_by(Task.due_at, Task.id) if wanted.is_open else query.order_by(Task.id.desc())
    if after is not None:
        last = session.get(Task, after)
        if last is None:
            raise InvalidInput("after", "there is no such task")
        here = tuple_(Task.due_at, Task.id)
        query = query.where(here > tuple_(last.due_at, last.id) if wanted.is_open else Task.id < last.id)
    rows = session.execute(query.limit(limit + 1)).all()
    items = [Listed(task, ticket, customer) for task, ticket, customer in rows[:limit]]
    return Page(items, items[-1].task.id if len(rows) > limit else None)


def task_by_id(session: Session, task_id: int) -> Listed:
    """Raises InvalidInput `task`."""
    session.flush()
    found = session.execute(_joined().where(Task.id == task_id)).one_or_none()
    if found is None:
        raise InvalidInput("task", "there is no such task")
    task, ticket, customer = found
    return Listed(task, ticket, customer)


def tasks_of_ticket(session: Session, ticket_id: int) -> Sequence[Listed]:
    """The oldest first; those that are done as well."""
    rows = session.execute(_joined().where(Task.ticket_id == ticket_id).order_by(Task.id))
    return [Listed(task, ticket, customer) for task, ticket, customer in rows]


def counts(session: Session, number: str, department: str | None, now: datetime) -> Counts:
    """What somebody of this number and department is told beside the list."""
    mine = Task.assignee == number
    waits = and_(Task.assignee.is_(None), Task.department == department)

    def how_many(*which: ColumnElement[bool]) -> int:
        found = (
            select(func.count())
            .select_from(Task)
            .outerjoin(Ticket, Ticket.id == Task.ticket_id)
            .where(Task.status == Status.OPEN, _CAN_BE_DONE, *which)
        )
        return session.scalar(found) or 0

    return Counts(how_many(mine), how_many(waits), how_many(or_(mine, waits), Task.due_at <= now))


def _joined() -> Select[Task, Ticket, Customer]:
    return (
        select(Task, Ticket, Customer)
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
        .outerjoin(Customer, Customer.id == Task.customer_id)
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    is_open = Task.status == Status.OPEN
    conditions = [and_(is_open, _CAN_BE_DONE) if wanted.is_open else Task.status != Status.OPEN]
    pairs = [
        (Task.assignee, wanted.assignee),
        (Task.kind, wanted.kind),
        (Task.department, wanted.department),
    ]
    return [*conditions, *(column == value for column, value in pairs if value is not None)]
