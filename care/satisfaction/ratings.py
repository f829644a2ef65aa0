"""One question after a conversation with a person: how was it, from 1 to 10? Asked once, answered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.telling import tell
from care.errors import InvalidInput
from care.handoff.rules import Reason
from care.handoff.tables import Concern, Handoff
from care.once import OnceKey, once
from care.satisfaction.tables import Rating

LEAST, MOST = 1, 10
#: An answer that comes later is about something else.
ANSWERED_WITHIN = timedelta(days=7)
#: after these nobody is asked for a mark
NOT_ASKED = frozenset({Reason.DISTRESS, Reason.BEREAVED})


def ask(session: Session, handoff_id: int, conversation_id: str, staff: str, now: datetime) -> bool:
    """Ask the customer how it was to talk with this agent; False: was asked before, or is not to be asked."""
    if _is_spared(session, handoff_id, conversation_id):
        return False
    asked = session.scalar(
        insert(Rating)
        .values(handoff_id=handoff_id, conversation_id=conversation_id, staff=staff, asked_at=now)
        .on_conflict_do_nothing(index_elements=[Rating.handoff_id])
        .returning(Rating.id)
    )
    if asked is None:
        return False
    tell(session, conversation_id, "utter_rate_ask", now)
    return True


def answer(session: Session, conversation_id: str, score: int, key: OnceKey, now: datetime) -> bool:
    """The customer's mark for the last hand-off that they were asked about; False: nothing is asked (any more), or it
    was answered before. The same key again tells the same.

    Raises InvalidInput (reason `score`).
    """
    if isinstance(score, bool) or not LEAST <= score <= MOST:
        raise InvalidInput("score", f"a mark is a whole number from {LEAST} to {MOST}")

    def write() -> dict[str, bool]:
        rating = session.scalar(
            select(Rating)
            .where(Rating.conversation_id == conversation_id, Rating.asked_at > now - ANSWERED_WITHIN)
            .order_by(Rating.id.desc())
            .limit(1)
            .with_for_update()
        )
        if rating is None or rating.score is not None:
            return {"taken": False}
        rating.score, rating.answered_at = score, now
        session.flush()
        return {"taken": True}

    return bool(once(session, key, now, write)["taken"])


def _is_spared(session: Session, handoff_id: int, conversation_id: str) -> bool:
    """Who was handed over for one of these, or spoke of ending their life while they talked with the agent."""
    handoff = session.get(Handoff, handoff_id)
    if handoff is None or handoff.reason in NOT_ASKED:
        return True
    raised = exists().where(
        Concern.conversation_id == conversation_id,
        Concern.reason == Reason.DISTRESS,
        Concern.raised_at >= handoff.requested_at - timedelta(days=1),
    )
    return bool(session.scalar(select(raised)))


@dataclass(frozen=True)
class Marks:
    mean: float
    count: int


def marks(session: Session, since: datetime) -> dict[str, Marks]:
    """By number of the agent: the marks that customers gave since then."""
    rows = session.execute(
        select(Rating.staff, func.avg(Rating.score).label("mean"), func.count().label("how_many"))
        .where(Rating.asked_at >= since, Rating.score.is_not(None))
        .group_by(Rating.staff)
    )
    return {row.staff: Marks(float(row.mean), row.how_many) for row in rows}
