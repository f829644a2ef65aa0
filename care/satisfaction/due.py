"""Asking when nobody is there: after tickets that were closed, apologies without a mark, matters that the bot settled.

A ticket or a visit is noted as soon as it is over, and asked about once that is no nuisance; whoever cannot be asked by
then is not. What the bot settled is asked about right behind it or not at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.answers.rules import What
from care.answers.tables import Answer
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.conversations.telling import tell
from care.handoff.tables import Handoff
from care.satisfaction.asking import LATER, asked_lately, customer_of, held, spared, split_of
from care.satisfaction.rules import Kind, satisfaction, threshold_of
from care.satisfaction.tables import Rating
from care.tasks.rules import Kind as TaskKind
from care.tasks.rules import Status as TaskStatus
from care.tasks.rules import tasks_spec
from care.tasks.tables import Task
from care.tickets.rules import EventKind, Status
from care.tickets.tables import Ticket, TicketEvent
from care.wording import buttons

#: What was over longer ago, because no worker ran, is not asked about.
_NOTED_WITHIN = timedelta(hours=2)
#: Whoever cannot be asked for so long has forgotten it.
_ASKED_WITHIN = timedelta(days=3)
_AGAIN = timedelta(minutes=10)
#: in which a matter that the bot settled is the last thing that was said
_BOT_WITHIN = timedelta(minutes=15)
_VISITS = (TaskKind.APOLOGY, TaskKind.VISIT)
_ASKING = {Kind.TICKET: "utter_rate_ask_ticket", Kind.VISIT: "utter_rate_ask_visit"}


def note_over(session: Session, now: datetime, limit: int) -> int:
    """Note what was closed or visited lately; how many are new. Asked again: none."""
    rows = [_row(Kind.TICKET, row) for row in session.execute(_closed(now).limit(limit))]
    if satisfaction().ask.visits:
        rows += [_row(Kind.VISIT, row) for row in session.execute(_visited(now).limit(limit))]
    noted = 0
    for row in rows:
        new = insert(Rating).values(row).on_conflict_do_nothing().returning(Rating.id)
        noted += session.scalar(new) is not None
    return noted


def ask_due(session: Session, now: datetime, limit: int) -> int:
    """Ask about what is due, at an hour at which people are asked; how many were looked at."""
    if not satisfaction().asking.is_open(now):
        return 0
    due = select(Rating).where(Rating.asked_at.is_(None), Rating.ask_at <= now).order_by(Rating.ask_at, Rating.id)
    waiting = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
    for rating in waiting:
        _ask(session, rating, now)
    return len(waiting)


def ask_about_bot(session: Session, now: datetime, limit: int) -> int:
    """How many were asked about a matter that the bot settled alone."""
    if not satisfaction().asking.is_open(now):
        return 0
    asked = 0
    for conversation_id in session.scalars(_settled(now).limit(limit)):
        customer = customer_of(session, conversation_id)
        if not held(session, conversation_id, customer, wait=False) or spared(session, conversation_id, customer, now):
            continue
        about = {"customer_id": customer, "asked_at": now} | vars(split_of(session, conversation_id))
        session.add(Rating(kind=Kind.BOT, conversation_id=conversation_id, **about))
        tell(session, conversation_id, "utter_rate_ask_bot", now, buttons=buttons("rate_ask"))
        asked += 1
    return asked


def _ask(session: Session, rating: Rating, now: datetime) -> None:
    number = _closed_ticket(session, rating)
    if number is None or rating.over_at is None or rating.over_at < now - _ASKED_WITHIN:
        rating.ask_at = None  # worked on again, or too late
        return
    if not held(session, rating.conversation_id, rating.customer_id, wait=False):
        rating.ask_at = now + _AGAIN
        return
    why_not = spared(session, rating.conversation_id, rating.customer_id, now)
    if why_not is not None:
        rating.ask_at = now + _AGAIN if why_not in LATER else None
        return
    rating.asked_at = now
    split = split_of(session, rating.conversation_id)
    rating.channel, rating.is_senior = split.channel, split.is_senior
    asking = _ASKING[Kind(rating.kind)]
    tell(session, rating.conversation_id, asking, now, buttons=buttons("rate_ask"), number=number)
    session.flush()  # the next one may be of the same customer


def _closed_ticket(session: Session, rating: Rating) -> str | None:
    """Number of the ticket that it is about; None: it is worked on again."""
    of_task = select(Task.ticket_id).where(Task.id == rating.task_id).scalar_subquery()
    theirs = Ticket.id == (rating.ticket_id if rating.task_id is None else of_task)
    return session.scalar(select(Ticket.number).where(theirs, Ticket.status == Status.CLOSED))


#: no words of anybody
_OF_TICKET: list[ColumnElement[Any] | InstrumentedAttribute[Any]] = [
    Ticket.conversation_id,
    Ticket.customer_id,
    Ticket.province.label("region"),
    Ticket.category,
    Ticket.department,
]


def _closed(now: datetime) -> Select[Any]:
    """Closed after its result reached its customer, and neither merged into another nor asked about before."""
    about = [
        *_OF_TICKET,
        Ticket.id.label("ticket_id"),
        Ticket.assignee.label("staff"),
        TicketEvent.at.label("over_at"),
    ]
    newest = (
        select(Answer.reached_at)
        .where(Answer.ticket_id == Ticket.id, Answer.kind == What.RESULT)
        .order_by(Answer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(*about)
        .select_from(TicketEvent)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            TicketEvent.kind == EventKind.STATUS,
            TicketEvent.status == Status.CLOSED,
            TicketEvent.at > now - _NOTED_WITHIN,
            Ticket.status == Status.CLOSED,
            Ticket.kind.in_(satisfaction().ask.tickets),
            Ticket.merged_into.is_(None),
            Ticket.conversation_id.is_not(None),
            newest.is_not(None),
            ~exists().where(Rating.ticket_id == Ticket.id, Rating.kind == Kind.TICKET),
        )
        .order_by(TicketEvent.at, TicketEvent.id)
    )


def _visited(now: datetime) -> Select[Any]:
    """Apologised to without a mark. Whoever said that it is not settled has it worked on again instead."""
    about = [*_OF_TICKET, Task.id.label("task_id"), Task.done_by.label("staff"), Task.done_at.label("over_at")]
    unsettled = {each.name for kind in _VISITS for each in tasks_spec().kinds[kind].outcomes if each.unsettled}
    return (
        select(*about)
        .select_from(Task)
        .join(Ticket, Ticket.id == Task.ticket_id)
        .where(
            Task.kind.in_(_VISITS),
            Task.status == TaskStatus.DONE,
            Task.score.is_(None),
            Task.outcome.not_in(sorted(unsettled)),
            Task.done_at > now - _NOTED_WITHIN,
            Ticket.status == Status.CLOSED,
            Ticket.conversation_id.is_not(None),
            ~exists().where(Rating.task_id == Task.id),
        )
        .order_by(Task.done_at, Task.id)
    )


def _settled(now: datetime) -> Select[str]:
    """Conversations of the share whose last matter the bot settled a moment ago, without a person."""
    since = now - satisfaction().quiet - _BOT_WITHIN
    first = select(func.min(Message.id)).where(Message.author == "customer", Message.created_at > since)
    return (
        select(Conversation.id)
        .join(Message, Message.id == Conversation.closed_by)
        .where(
            Conversation.closed_by >= first.scalar_subquery(),
            Conversation.owner == "bot",
            Conversation.channel != AUDIT_CHANNEL,
            func.md5(Conversation.id).collate("C") < threshold_of(satisfaction().ask.bot),
            Message.created_at <= now - satisfaction().quiet,
            ~exists().where(asked_lately(Conversation.id, None, now)),
            ~exists().where(
                Handoff.conversation_id == Conversation.id, Handoff.requested_at >= now - timedelta(days=1)
            ),
        )
        .order_by(Conversation.closed_by)
    )


def _row(kind: Kind, found: Row[Any]) -> dict[str, Any]:
    opens = satisfaction().asking.opens_at(found.over_at + satisfaction().quiet)
    return {"kind": kind, "ask_at": opens} | dict(found._mapping)
