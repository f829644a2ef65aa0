"""Answers of named persons: kept with what they lack, and meeting clocks when they reached the customer.

Only that meets a promise or a time of the law: not writing it down, no acknowledgement, no status. The system's own
doings (a copy of one's data was made, a call was made) are no answers; they meet their clocks by being done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, literal, select, true, union_all
from sqlalchemy.orm import Session

from care.answers.phrases import lacks
from care.answers.rules import Way, What
from care.answers.tables import Answer
from care.conversations.tables import Message
from care.errors import InvalidInput
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import FIRST_FEEDBACK
from care.sla.service import meet_clocks
from care.sla.tables import Clock, Pause
from care.tickets.rules import OPEN, EventKind
from care.tickets.service import add_event, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent


def record(
    session: Session,
    ticket: Ticket,
    event: TicketEvent,
    kind: What,
    staff: str,
    message_id: int | None,
    words: str,
    now: datetime,
) -> Answer:
    """What a named person wrote, with what makes it no answer; meets no clock. `ticket` is locked by the caller."""
    session.flush()
    answer = Answer(
        ticket_id=ticket.id,
        event_id=event.id,
        kind=kind,
        staff=staff,
        at=now,
        lacks=lacks(words),
        message_id=message_id,
    )
    session.add(answer)
    session.flush()
    return answer


def reach_chat(
    session: Session, conversation_id: str, upto_message_id: int, way: Way, at: datetime, *, after: int = 0
) -> list[Answer]:
    """The conversation's messages up to this one were shown, those after `after`: answers in them reached, and promises
    stand still for questions in them. Returns the answers; again: none.

    Where nothing waits to be shown, this is one look through the tickets of the conversation.
    """
    since = Message.id > after if after else true()
    shown = select(Message.id).where(Message.conversation_id == conversation_id, Message.id <= upto_message_id, since)
    return _shown(session, conversation_id, shown, way, at)


def reach_handed(session: Session, conversation_id: str, message_id: int, at: datetime) -> list[Answer]:
    """/api/chat gives out what was said since to this message of the customer; else as `reach_chat`."""
    handed = select(Message.id).where(Message.in_reply_to == message_id)
    return _shown(session, conversation_id, handed, Way.HANDED, at)


def _shown(session: Session, conversation_id: str, messages: Select[int], way: Way, at: datetime) -> list[Answer]:
    of_conversation = Ticket.conversation_id == conversation_id
    waiting = session.execute(
        union_all(
            select(Answer.ticket_id, Answer.message_id, literal(True).label("is_answer"))
            .join(Ticket, Ticket.id == Answer.ticket_id)
            .where(of_conversation, Answer.reached_at.is_(None), Answer.message_id.in_(messages)),
            select(Pause.ticket_id, Pause.message_id, literal(False))
            .join(Ticket, Ticket.id == Pause.ticket_id)
            .where(of_conversation, Pause.began_at.is_(None), Pause.ended_at.is_(None), Pause.message_id.in_(messages)),
        )
    ).all()
    if not waiting:
        return []
    tickets = _held(session, {row.ticket_id for row in waiting})
    reached = [
        each
        for ticket in tickets
        for each in _reach(
            session, ticket, [row.message_id for row in waiting if row.ticket_id == ticket.id], way, "customer", at
        )
    ]
    if questions := [row.message_id for row in waiting if not row.is_answer]:
        pauses.deliver(session, questions, at)
    return reached


def reach_by_word(session: Session, number: str, answer_id: int, staff: str, now: datetime) -> Answer:
    """A named person said it to the customer by phone or at the counter; again: nothing.

    Raises InvalidInput `ticket`, `answer` where it is no answer on this ticket.
    """
    ticket = ticket_by_number(session, number, lock=True)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    answer = session.get(Answer, answer_id, with_for_update=True, populate_existing=True)
    if answer is None or answer.ticket_id != ticket.id:
        raise InvalidInput("answer", "this ticket has no such answer")
    reach_now(session, ticket, answer, Way.WORD, f"staff:{staff}", now)
    return answer


def reach_now(session: Session, ticket: Ticket, answer: Answer, way: Way, actor: str, at: datetime) -> None:
    """It is known to have reached. `ticket` is locked by the caller."""
    if answer.reached_at is None:
        _meet(session, ticket, [answer], way, actor, at)


def reach_by_objection(session: Session, ticket: Ticket, at: datetime) -> list[Answer]:
    """The customer does not agree with the newest result, so they have it. `ticket` is locked by the caller."""
    session.flush()
    newest = session.scalar(
        select(Answer)
        .where(Answer.ticket_id == ticket.id, Answer.kind == What.RESULT)
        .order_by(Answer.id.desc())
        .limit(1)
    )
    if newest is None or newest.reached_at is not None:
        return []
    _meet(session, ticket, [newest], Way.REPLY, "customer", at)
    return [newest]


def answers_of(session: Session, ticket_id: int) -> Sequence[Answer]:
    """The oldest first."""
    return session.scalars(select(Answer).where(Answer.ticket_id == ticket_id).order_by(Answer.id)).all()


def owes_answer(session: Session, ticket_id: int) -> bool:
    """A time of the law runs on it, or is over, and no answer has reached its customer."""
    owed = select(Clock.id).where(
        Clock.ticket_id == ticket_id, Clock.kind == "statutory", Clock.met_at.is_(None), Clock.ended_at.is_(None)
    )
    return session.scalar(owed.limit(1)) is not None


def _held(session: Session, ids: Collection[int]) -> list[Ticket]:
    """Locked in the order of staff's steps on several (`care.followup.working.in_one_order`)."""
    found = session.scalars(select(Ticket).where(Ticket.id.in_(ids))).all()
    ordered = sorted(found, key=lambda ticket: (ticket.line or "", ticket.conversation_id or "", ticket.id))
    return [session.get_one(Ticket, each.id, with_for_update=True, populate_existing=True) for each in ordered]


def _reach(
    session: Session, ticket: Ticket, message_ids: Collection[int], way: Way, actor: str, at: datetime
) -> list[Answer]:
    """Asked again under the lock: another tab may have shown the same."""
    found = session.scalars(
        select(Answer)
        .where(Answer.ticket_id == ticket.id, Answer.message_id.in_(message_ids), Answer.reached_at.is_(None))
        .order_by(Answer.id)
        .execution_options(populate_existing=True)
    ).all()
    _meet(session, ticket, found, way, actor, at)
    return list(found)


def _meet(session: Session, ticket: Ticket, answers: Sequence[Answer], way: Way, actor: str, at: datetime) -> None:
    """What was due before is missed first: late is late, whoever was the reason."""
    if not answers:
        return
    record_misses(session, ticket, at)
    for answer in answers:
        answer.reached_at, answer.reached_by = at, way
        add_event(session, ticket, EventKind.REACHED, actor, at, note=way)
    session.flush()
    said = [answer for answer in answers if not answer.lacks]
    if any(answer.kind == What.RESULT and _stands(session, ticket, answer) for answer in said):
        meet_clocks(session, ticket.id, None, at)
    elif said:
        meet_clocks(session, ticket.id, [FIRST_FEEDBACK], at)


def _stands(session: Session, ticket: Ticket, result: Answer) -> bool:
    """Not one that was taken back: the ticket is worked on again, or has another result."""
    newer = select(Answer.id).where(Answer.ticket_id == ticket.id, Answer.kind == What.RESULT, Answer.id > result.id)
    return ticket.status not in OPEN and session.scalar(newer.limit(1)) is None
