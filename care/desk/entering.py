"""A person comes into a conversation: what the customer is told, and what is written down of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader as ReaderOf
from care.accesses.rules import Use
from care.accesses.service import note_access
from care.accesses.tables import Access
from care.audit.service import note
from care.audit.tables import AuditEntry
from care.conversations.telling import tell
from care.desk.reading import Reader
from care.errors import Conflict
from care.handoff.assigning import held_by
from care.handoff.rules import Step
from care.handoff.steps import note_step
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.announcing import tell_desk
from care.staff.rules import Role
from care.staff.tables import Staff
from care.timezone import CHINA

_CAME = (Step.TAKEN, Step.BARGED)


class SignedReader(Reader, Protocol):
    """Somebody signed in on one browser: care.staff.sessions.Signed."""

    @property
    def session_id(self) -> bytes: ...


def joined(session: Session, conversation_id: str, number: str, now: datetime) -> None:
    """In the transaction in which an agent took the conversation (or was given it): the customer is told who it is, and
    that it is another one where somebody was there before. Taken again by the same agent: nothing is said again."""
    handoff = held_by(session, conversation_id)
    if handoff is not None:
        _say_who(session, handoff, number, now)


def _say_who(session: Session, handoff: Handoff, number: str, now: datetime) -> None:
    came = session.execute(
        select(HandoffEvent.id, HandoffEvent.staff)
        .where(HandoffEvent.handoff_id == handoff.id, HandoffEvent.kind.in_(_CAME))
        .order_by(HandoffEvent.id)
    ).all()
    others = [each for each in came if each.staff != number]
    own = [each.id for each in came if each.staff == number]
    is_another = bool(others) and (not own or others[0].id < own[-1])
    occasion = f"joined:{handoff.id}:{own[-1] if own else number}"
    words = "utter_agent_changed" if is_another else "utter_agent_joined"
    tell(session, handoff.conversation_id, words, now, once=occasion, staff=number)


def opened(session: Session, signed: SignedReader, conversation_id: str, now: datetime) -> None:
    """Somebody looks at a conversation: counted for the customer, and in the audit once for a signed-in browser."""
    _note_access(session, signed, conversation_id, "messages", now)
    _audit_once(session, signed, conversation_id)


def read_on(session: Session, signed: SignedReader, conversation_id: str, what: str, now: datetime) -> None:
    """Somebody reads what is new, or older pages, or a file: counted once a day, so that reading on stays cheap; and in
    the audit as `opened`, whichever way they came."""
    noted = select(Access.id).where(
        Access.conversation_id == conversation_id,
        Access.day == now.astimezone(CHINA).date(),
        Access.reader == ReaderOf.AGENT,
        Access.who == signed.number,
        Access.what == what,
    )
    if session.scalar(noted.limit(1)) is None:
        _note_access(session, signed, conversation_id, what, now)
    _audit_once(session, signed, conversation_id)


def _note_access(session: Session, signed: SignedReader, conversation_id: str, what: str, now: datetime) -> None:
    use = use_of(signed)
    note_access(session, ReaderOf.AGENT, use, what, now, conversation_id=conversation_id, who=signed.number)


def _audit_once(session: Session, signed: SignedReader, conversation_id: str) -> None:
    actor, subject, browser = f"staff:{signed.number}", f"conversation:{conversation_id}", signed.session_id.hex()[:12]
    known = select(AuditEntry.id).where(
        AuditEntry.subject == subject,
        AuditEntry.actor == actor,
        AuditEntry.action == "conversation_opened",
        AuditEntry.detail["browser"].astext == browser,
    )
    if session.scalar(known.limit(1)) is None:
        note(session, actor, "conversation_opened", subject, detail={"browser": browser})


def use_of(signed: Reader) -> Use:
    """What for: a supervisor looks how customers are served, an agent serves them."""
    return Use.QUALITY if signed.role is Role.SUPERVISOR else Use.ANSWER


def listen(session: Session, signed: SignedReader, conversation_id: str, now: datetime) -> None:
    """A supervisor follows a conversation without a word. Raises Conflict (reason `gone`) where nobody talks."""
    _step(session, signed, conversation_id, Step.LISTENED, now)


def barge(session: Session, signed: SignedReader, conversation_id: str, now: datetime) -> None:
    """A supervisor comes in, may write from now on beside the agent, and the customer is told. Raises Conflict
    (reason `gone`) where nobody talks."""
    handoff = _step(session, signed, conversation_id, Step.BARGED, now)
    _say_who(session, handoff, signed.number, now)


def _step(session: Session, signed: SignedReader, conversation_id: str, step: Step, now: datetime) -> Handoff:
    """Once for a hand-off and person."""
    handoff = held_by(session, conversation_id)
    if handoff is None:
        raise Conflict("gone", "nobody talks with this customer now")
    done = select(func.count()).where(
        HandoffEvent.handoff_id == handoff.id, HandoffEvent.kind == step, HandoffEvent.staff == signed.number
    )
    if not session.scalar(done):
        note_step(session, handoff.id, step, now, signed.number)
        session.flush()
        note(session, f"staff:{signed.number}", step.value, f"conversation:{conversation_id}")
        _tell_holder(session, handoff)
    return handoff


def _tell_holder(session: Session, handoff: Handoff) -> None:
    number = session.scalar(select(Staff.number).where(Staff.id == handoff.staff_id))
    if number is not None:
        tell_desk(session, f"staff:{number}")
