"""One question after a talk, a ticket, a visit: how was it, from 1 to 10? Then why. Asked once, answered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.telling import tell
from care.errors import InvalidInput
from care.once import OnceKey, once
from care.satisfaction.asking import customer_of, held, spared, split_of
from care.satisfaction.rules import ANSWERED_WITHIN, LEAST, LONGEST_REASON, MOST, Kind, satisfaction
from care.satisfaction.tables import Rating
from care.tasks.rules import Kind as TaskKind
from care.tasks.rules import tasks_spec
from care.tasks.service import open_task
from care.tasks.tables import Task
from care.tickets.tables import Ticket


def ask(session: Session, handoff_id: int, conversation_id: str, staff: str, now: datetime) -> bool:
    """Ask the customer how it was to talk with this agent; False: was asked before, or is not to be asked."""
    if not satisfaction().ask.handoff:
        return False
    customer = customer_of(session, conversation_id)
    held(session, conversation_id, customer)
    if spared(session, conversation_id, customer, now, is_there=True):
        return False
    new = (
        insert(Rating)
        .values(
            kind=Kind.HANDOFF,
            handoff_id=handoff_id,
            conversation_id=conversation_id,
            customer_id=customer,
            staff=staff,
            asked_at=now,
            **vars(split_of(session, conversation_id)),
        )
        .on_conflict_do_nothing(index_elements=[Rating.handoff_id])
        .returning(Rating.id)
    )
    if session.scalar(new) is None:
        return False
    tell(session, conversation_id, "utter_rate_ask", now)
    return True


def answer(session: Session, conversation_id: str, score: int, key: OnceKey, now: datetime) -> bool:
    """The customer's mark for what they were asked about last; False: nothing is asked (any more), or it was answered
    before. The same key again tells the same. A low one opens a supervisor's follow-up.

    Raises InvalidInput (reason `score`).
    """
    if isinstance(score, bool) or not LEAST <= score <= MOST:
        raise InvalidInput("score", f"a mark is a whole number from {LEAST} to {MOST}")

    def write() -> dict[str, bool]:
        rating = _asked_last(session, conversation_id, now)
        if rating is None or rating.score is not None:
            return {"taken": False}
        rating.score, rating.answered_at, rating.why_asked_at = score, now, now
        session.flush()
        if tasks_spec().is_low(score):
            _follow_up(session, rating, now)
        return {"taken": True}

    return bool(once(session, key, now, write)["taken"])


def say_why(
    session: Session, conversation_id: str, reasons: Sequence[str], words: str | None, key: OnceKey, now: datetime
) -> int | None:
    """Why they gave the mark that they gave last: words of satisfaction.yml, and theirs. The mark; None: nobody asked
    (any more), or they said it before. The same key again tells the same.

    Raises InvalidInput (reason `reason`) for a word that is none.
    """
    known = {name for names in satisfaction().reasons.values() for name in names}
    if not known.issuperset(reasons):
        raise InvalidInput("reason", "no reason of satisfaction.yml")

    def write() -> dict[str, int | None]:
        rating = _asked_last(session, conversation_id, now)
        if rating is None or rating.score is None or rating.reasons or rating.words:
            return {"score": None}
        rating.reasons = list(reasons)
        rating.words = words.strip()[:LONGEST_REASON] if words and words.strip() else None
        session.flush()
        return {"score": rating.score}

    score: int | None = once(session, key, now, write)["score"]
    return score


@dataclass(frozen=True)
class Marks:
    mean: float
    count: int


def marks(session: Session, since: datetime) -> dict[str, Marks]:
    """By number of the agent: the marks that customers gave for talks since then."""
    rows = session.execute(
        select(Rating.staff, func.avg(Rating.score).label("mean"), func.count().label("how_many"))
        .where(Rating.kind == Kind.HANDOFF, Rating.asked_at >= since, Rating.score.is_not(None))
        .group_by(Rating.staff)
    )
    return {row.staff: Marks(float(row.mean), row.how_many) for row in rows}


def _last(conversation_id: str, now: datetime) -> Select[Rating]:
    return (
        select(Rating)
        .where(Rating.conversation_id == conversation_id, Rating.asked_at > now - ANSWERED_WITHIN)
        .order_by(Rating.asked_at.desc(), Rating.id.desc())
        .limit(1)
    )


def _asked_last(session: Session, conversation_id: str, now: datetime) -> Rating | None:
    """Locked, with its ticket before it where it is about one."""
    found = session.scalar(_last(conversation_id, now))
    if found is None:
        return None
    if (ticket_id := _ticket_of(session, found)) is not None:
        session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    return session.get(Rating, found.id, with_for_update=True, populate_existing=True)


def _ticket_of(session: Session, rating: Rating) -> int | None:
    if rating.task_id is None:
        return rating.ticket_id
    return session.scalar(select(Task.ticket_id).where(Task.id == rating.task_id))


def _follow_up(session: Session, rating: Rating, now: datetime) -> None:
    """Of a ticket, on the ticket; else with the conversation to read, and whom to call where that is known."""
    ticket_id = _ticket_of(session, rating)
    if ticket_id is not None:
        open_task(session, TaskKind.LOW_MARK, session.get_one(Ticket, ticket_id), now)
        return
    open_task(
        session,
        TaskKind.LOW_MARK,
        None,
        now,
        customer_id=rating.customer_id,
        conversation_id=rating.conversation_id,
    )
