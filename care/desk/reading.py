"""Who may read a conversation: who has it, who had it lately, and supervisors. Not what never came to a person.

An agent who handed back reads what was said until then, and nothing of what the customer says to the bot or to somebody
else afterwards (个人信息保护法第六条: no more than the purpose needs).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from care.desk.rules import AGENTS_LATELY, SUPERVISORS_LATELY
from care.errors import NotAllowed
from care.handoff.rules import OPEN, Status
from care.handoff.tables import Handoff
from care.staff.rules import Role


class Reader(Protocol):
    """What is asked of `care.staff.sessions.Signed`."""

    @property
    def staff_id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def role(self) -> Role: ...


def may_follow(session: Session, signed: Reader, conversation_id: str, now: datetime) -> bool:
    """Also what is still to be said, and with a reason what is masked: who has it now, and supervisors."""
    has_it = true() if signed.role is Role.SUPERVISOR else Handoff.status == Status.PICKED
    followed = exists().where(Handoff.conversation_id == conversation_id, readable_by(signed, now), has_it)
    return bool(session.scalar(select(followed)))


def check_may_follow(session: Session, signed: Reader, conversation_id: str, now: datetime) -> None:
    """Raises NotAllowed (reason `not_yours`)."""
    if not may_follow(session, signed, conversation_id, now):
        raise _not_yours()


def check_may_read(session: Session, signed: Reader, conversation_id: str, now: datetime) -> datetime | None:
    """Until when this person reads it; None: all of it. Raises NotAllowed (reason `not_yours`), also for a conversation
    that does not exist."""
    newest = session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id, readable_by(signed, now))
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if newest is None:
        raise _not_yours()
    return end_of(signed, newest)


def end_of(signed: Reader, handoff: Handoff) -> datetime | None:
    """Until when this person reads the conversation, by the newest hand-off that they may read."""
    if signed.role is Role.SUPERVISOR or handoff.status != Status.CLOSED:
        return None
    return handoff.ended_at or handoff.changed_at


def _not_yours() -> NotAllowed:
    return NotAllowed("not_yours", "this conversation is not yours: take it first")


def readable_by(signed: Reader, now: datetime) -> ColumnElement[bool]:
    """Of the hand-offs in a statement, those whose conversation this person may read."""
    if signed.role is Role.SUPERVISOR:
        return or_(Handoff.status.in_(OPEN), Handoff.changed_at > now - SUPERVISORS_LATELY)
    ended = and_(Handoff.status == Status.CLOSED, Handoff.changed_at > now - AGENTS_LATELY)
    return and_(Handoff.staff_id == signed.staff_id, or_(Handoff.status == Status.PICKED, ended))
