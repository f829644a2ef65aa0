"""Tasks: opened, taken, tried, done. A task of a ticket is told in its history.

Order of locks: the ticket, then the task.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.tables import Customer
from care.audit.service import note as audit
from care.errors import Conflict, InvalidInput, NotAllowed
from care.followup.reopening import reopening_refused, take_up_again
from care.followup.rules import added_words
from care.followup.telling import tell_in_conversation
from care.followup.working import SAME_STEP, actor_of, note_use, written
from care.sla.policy import Policy, policy
from care.staff.announcing import tell_desk
from care.staff.rules import Permission, Role, permissions_of
from care.staff.service import staff_by_number
from care.tasks.rules import SCORES, Kind, Outcome, Spec, Status, department_of, tasks_spec
from care.tasks.tables import Task
from care.tickets.rules import OPEN, EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket

#: the next try is not put off for longer
_MOST_AHEAD = timedelta(days=30)


def open_task(
    session: Session,
    kind: str,
    ticket: Ticket | None,
    now: datetime,
    *,
    customer_id: int | None = None,
    not_by: str | None = None,
    due_at: datetime | None = None,
    quarter: str | None = None,
    conversation_id: str | None = None,
) -> Task:
    """One of a kind is open on a ticket: again, it is the same; where the matter was worked on again meanwhile, with
    the new time. By its kind it is whoever worked on the ticket who does it, or anybody but them (`not_by`).

    `ticket` is locked by the caller. `due_at`, None: as the kind has it. `conversation_id`: what there is to read where
    there is no ticket.
    """
    spec = tasks_spec().kinds[Kind(kind)]
    session.flush()
    handler = ticket.assignee if ticket else None
    due = due_at or tasks_spec().due_of(Kind(kind), now)
    not_by = not_by or (handler if spec.by == "other" else None)
    values = {
        "ticket_id": ticket.id if ticket else None,
        "customer_id": customer_id if customer_id is not None or ticket is None else ticket.customer_id,
        "kind": Kind(kind).value,
        "status": Status.OPEN.value,
        "department": department_of(spec, ticket.department if ticket else None, policy()),
        "assignee": handler if spec.by == "handler" else None,
        "not_by": not_by,
        "due_at": due,
        "quarter": quarter,
        "conversation_id": conversation_id,
        "opened_at": now,
    }
    new = (
        insert(Task)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["ticket_id", "kind"], index_where=text("status = 'open'"))
        .returning(Task.id)
    )
    made = session.scalar(new)
    if made is None:
        assert ticket is not None  # only a ticket has one of a kind
        task = session.scalars(
            select(Task).where(Task.ticket_id == ticket.id, Task.kind == kind, Task.status == Status.OPEN)
        ).one()
        task.due_at, task.not_by = max(task.due_at, due), not_by
        return task
    if ticket is not None:
        words = tasks_spec().notes.opened.format(title=spec.title)
        add_event(session, ticket, EventKind.TASK, "system", now, note=words)
        tell_desk(session, f"ticket:{ticket.number}")
    return session.get_one(Task, made)


def take(session: Session, task_id: int, staff: str, now: datetime) -> Task:
    """A supervisor may also take what somebody else has.

    Raises InvalidInput `task`; Conflict `task_over`, `taken`, `own_work` (nobody asks about their own), `ticket_open`
    while the matter is worked on again; NotAllowed `supervisor_only`.
    """
    ticket, task = _held(session, task_id)
    _check(session, ticket, task, staff)
    if task.assignee == staff:
        return task
    task.assignee = staff
    _trace(session, ticket, task, staff, "taken", now)
    return task


def tried(session: Session, task_id: int, next_at: datetime | None, staff: str, now: datetime) -> Task:
    """Nobody answered. After the last try it is given up. `next_at`: None: as soon as the kind has it.

    Raises as `take`, and InvalidInput `next_at` for a time that is over, far away, or at which nobody is called.
    """
    ticket, task = _held(session, task_id)
    spec = _check(session, ticket, task, staff)
    ahead = tasks_spec().again_at(Kind(task.kind), now)
    if next_at is not None and not (now < next_at <= now + _MOST_AHEAD and tasks_spec().calling.is_open(next_at)):
        raise InvalidInput("next_at", "within 30 days, at a time at which customers may be called")
    if task.tries and task.next_try_at is not None:
        sent_before = tasks_spec().again_at(Kind(task.kind), now - SAME_STEP)
        if task.next_try_at == next_at or (next_at is None and sent_before <= task.next_try_at <= ahead):
            return task
    task.assignee = staff
    task.tries += 1
    if task.tries >= spec.tries:
        _end(task, Status.GIVEN_UP, staff, now)
        words = tasks_spec().notes.given_up.format(title=spec.title)
    else:
        task.next_try_at = next_at or ahead
        words = tasks_spec().notes.tried.format(title=spec.title, tries=task.tries)
    if ticket is not None:
        add_event(session, ticket, EventKind.TASK, actor_of(staff), now, note=words)
    _trace(session, ticket, task, staff, "tried", now)
    return task


def done(
    session: Session,
    task_id: int,
    outcome: str,
    score: int | None,
    note: str | None,
    staff: str,
    now: datetime,
    rules: Policy,
) -> Task:
    """What came of it. Who is not satisfied, or gives a low mark, has the complaint worked on again; where that is too
    late, or there is no ticket, a supervisor calls. Again, the same: nothing.

    `rules`: today's policy. Raises as `take`, and InvalidInput `outcome`, `score` (1 to 10), `score_missing`,
    `field_long`.
    """
    ticket, task = _held(session, task_id)
    spec = tasks_spec().kinds[Kind(task.kind)]
    if task.status != Status.OPEN and (task.done_by, task.outcome, task.score) == (staff, outcome, score):
        return task
    _check(session, ticket, task, staff)
    found = spec.outcome(outcome)
    if found is None:
        raise InvalidInput("outcome", "no outcome of this kind of task")
    if found.ends == "retry":
        return tried(session, task_id, None, staff, now)
    _check_score(found, score)
    task.outcome, task.score = found.name, score
    task.note = added_words(note) if note and note.strip() else None
    _end(task, Status(found.ends), staff, now)
    if ticket is not None:
        words = tasks_spec().notes.done.format(title=spec.title, outcome=found.title)
        add_event(session, ticket, EventKind.TASK, actor_of(staff), now, note=words)
    if found.unsettled or tasks_spec().is_low(score):
        _not_satisfied(session, ticket, task, now, rules)
    _trace(session, ticket, task, staff, "done", now)
    return task


def reveal_number(session: Session, task_id: int, reason: str, staff: str, now: datetime) -> str:
    """The number that is to be called: of the ticket's line, else of the customer; whoever sees it is noted.

    Raises InvalidInput `task`, `reason_missing`; Conflict `no_number`.
    """
    said = written(reason, "reason_missing")
    ticket, task = _held(session, task_id)
    customer = session.get(Customer, task.customer_id) if task.customer_id is not None else None
    phone = ticket.line if ticket is not None and ticket.line else customer.phone if customer else None
    if phone is None:
        raise Conflict("no_number", "no number is known; look at the ticket's contact")
    audit(session, actor_of(staff), "task_reveal", f"task:{task.id}", reason=said)
    _note_use(session, ticket, task, staff, now)
    return phone


def _not_satisfied(session: Session, ticket: Ticket | None, task: Task, now: datetime, rules: Policy) -> None:
    if task.kind == Kind.LOW_MARK:
        return
    if ticket is None:
        open_task(session, Kind.LOW_MARK, None, now, customer_id=task.customer_id)
    elif task.kind == Kind.QUARTERLY or reopening_refused(session, ticket, now) is not None:
        open_task(session, Kind.LOW_MARK, ticket, now)
    else:
        words = tasks_spec().notes.opened.format(title=tasks_spec().kinds[Kind(task.kind)].title)
        take_up_again(session, ticket, words, "system", now, rules)
        tell_in_conversation(session, ticket, "reopened", now)


def _held(session: Session, task_id: int) -> tuple[Ticket | None, Task]:
    """Both locked. Raises InvalidInput `task`."""
    ticket_id = session.scalar(select(Task.ticket_id).where(Task.id == task_id))
    ticket = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True) if ticket_id else None
    task = session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise InvalidInput("task", "there is no such task")
    return ticket, task


def _check(session: Session, ticket: Ticket | None, task: Task, staff: str) -> Spec:
    spec = tasks_spec().kinds[Kind(task.kind)]
    if task.status != Status.OPEN:
        raise Conflict("task_over", f"the task is {task.status}")
    if ticket is not None and ticket.status in OPEN:
        raise Conflict("ticket_open", "the matter is worked on again; the task waits until that is done")
    if task.not_by == staff:
        raise Conflict("own_work", "somebody else asks about this: nobody asks about their own work")
    member = staff_by_number(session, staff)
    is_supervisor = member is not None and Permission.DECIDE in permissions_of(Role(member.role))
    if spec.by == "supervisor" and not is_supervisor:
        raise NotAllowed("supervisor_only", "a supervisor does this")
    if task.assignee not in (None, staff) and not is_supervisor:
        raise Conflict("taken", f"{task.assignee} does it")
    return spec


def _check_score(outcome: Outcome, score: int | None) -> None:
    if score is None and outcome.needs_score:
        raise InvalidInput("score_missing", "ask for a mark from 1 to 10")
    if score is not None and score not in SCORES:
        raise InvalidInput("score", "1 to 10")


def _end(task: Task, status: Status, staff: str, now: datetime) -> None:
    task.status, task.done_at, task.done_by, task.next_try_at = status, now, staff, None
    task.assignee = staff


def _trace(session: Session, ticket: Ticket | None, task: Task, staff: str, step: str, now: datetime) -> None:
    if ticket is not None:
        tell_desk(session, f"ticket:{ticket.number}")
    audit(session, actor_of(staff), f"task_{step}", f"task:{task.id}", detail={"kind": task.kind})
    _note_use(session, ticket, task, staff, now)


def _note_use(session: Session, ticket: Ticket | None, task: Task, staff: str, now: datetime) -> None:
    if ticket is not None:
        note_use(session, ticket, staff, now)
        return
    customer = session.get(Customer, task.customer_id) if task.customer_id is not None else None
    phone = customer.phone if customer else None
    note_access(session, Reader.AGENT, Use.QUALITY, "call", now, phone=phone, who=staff)
