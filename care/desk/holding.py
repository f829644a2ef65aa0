"""Who talks with a customer now, and who may write: that agent, and a supervisor who came in.

Everything that changes a conversation here holds its row first, then its hand-off: two agents, or two tabs of one, come
one after the other (care/handoff/assigning.py locks in the same order).
"""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from care.desk.reading import Reader
from care.errors import Conflict
from care.handoff.assigning import held_by
from care.handoff.rules import Status, Step
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.rules import Role
from care.staff.tables import Staff


def holder(session: Session, conversation_id: str) -> str | None:
    """The number of the agent; None: nobody."""
    held = (
        select(Staff.number)
        .join(Handoff, Handoff.staff_id == Staff.id)
        .where(Handoff.conversation_id == conversation_id, Handoff.status == Status.PICKED)
    )
    return session.scalar(held)


def writable(session: Session, signed: Reader, conversation_id: str) -> Handoff:
    """The hand-off, locked, in which this person may write now. Raises Conflict (reason `not_yours`)."""
    handoff = held_by(session, conversation_id)
    if handoff is None or not may_write(session, signed, handoff):
        raise Conflict("not_yours", "you do not have this conversation (any more)")
    return handoff


def may_write(session: Session, signed: Reader, handoff: Handoff) -> bool:
    if handoff.status != Status.PICKED:
        return False
    return handoff.staff_id == signed.staff_id or has_barged(session, signed, handoff.id)


def has_barged(session: Session, signed: Reader, handoff_id: int) -> bool:
    """Has this supervisor come in? It counts until the hand-off ends."""
    if signed.role is not Role.SUPERVISOR:
        return False
    came = exists().where(
        HandoffEvent.handoff_id == handoff_id,
        HandoffEvent.kind == Step.BARGED,
        HandoffEvent.staff == signed.number,
    )
    return bool(session.scalar(select(came)))
