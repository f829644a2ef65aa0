"""What is promised on a ticket, as staff see it: answers and whether they reached, a pause, who was told of a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.service import answers_of, owes_answer
from care.answers.tables import Answer
from care.escalation.tables import Escalation
from care.sla.policy import policy
from care.sla.tables import Clock, Pause
from care.tickets.tables import Ticket


@dataclass(frozen=True)
class Told:
    """Somebody besides was told of a clock."""

    #: a word of care.escalation.rules.Level
    level: str
    #: name of the clock
    clock: str
    at: datetime


@dataclass(frozen=True)
class Promises:
    #: the oldest first
    answers: Sequence[Answer]
    #: the newest question that nobody has answered; it may not have been delivered yet
    pause: Pause | None
    #: the oldest first
    escalations: Sequence[Told]
    #: a result is promised and not given
    promises_result: bool
    #: the law's time runs on, whatever the status says
    owes_answer: bool

    @property
    def has_unread_answer(self) -> bool:
        return any(each.reached_at is None for each in self.answers)

    @property
    def has_unread_question(self) -> bool:
        return self.pause is not None and self.pause.began_at is None


def promises_of(session: Session, ticket: Ticket) -> Promises:
    pauses = select(Pause).where(Pause.ticket_id == ticket.id, Pause.ended_at.is_(None)).order_by(Pause.id.desc())
    told = session.execute(
        select(Escalation.level, Clock.name, Escalation.at)
        .join(Clock, Clock.id == Escalation.clock_id)
        .where(Escalation.ticket_id == ticket.id)
        .order_by(Escalation.at, Escalation.id)
    )
    promised = select(Clock.id).where(
        Clock.ticket_id == ticket.id,
        Clock.kind == "promise",
        Clock.name == policy().solution_of(ticket.category, ticket.complexity),
        Clock.met_at.is_(None),
        Clock.ended_at.is_(None),
    )
    return Promises(
        answers=answers_of(session, ticket.id),
        pause=session.scalars(pauses.limit(1)).first(),
        escalations=[Told(level, name, at) for level, name, at in told],
        promises_result=session.scalar(promised.limit(1)) is not None,
        owes_answer=owes_answer(session, ticket.id),
    )
