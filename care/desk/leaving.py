"""The agent lets go of a conversation: handed back to the bot, or handed on to somebody else with a note."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.audit.service import note
from care.conversations.service import answer_held
from care.conversations.telling import tell
from care.desk.holding import may_write
from care.desk.reading import Reader
from care.desk.rules import Outcome
from care.desk.writing import add_note
from care.errors import Conflict
from care.handoff.assigning import ToQueue, ToStaff, end, held_by, transfer
from care.handoff.rules import EndedBy, Status
from care.handoff.tables import Handoff
from care.satisfaction.ratings import ask


def close(session: Session, signed: Reader, conversation_id: str, outcome: Outcome, now: datetime) -> None:
    """Give the conversation back to the bot, and ask the customer how it was. Sent again: nothing more happens.

    Raises Conflict (reason `not_yours`).
    """
    handoff = held_by(session, conversation_id)
    if handoff is None:
        _check_closed_before(session, signed, conversation_id)
        return
    if not may_write(session, signed, handoff):
        raise Conflict("not_yours", "you do not have this conversation (any more)")
    answer_held(session, conversation_id, now)
    end(session, conversation_id, EndedBy.AGENT, now, staff=signed.number, outcome=outcome)
    tell(session, conversation_id, "utter_handed_back", now, once=f"back:{handoff.id}")
    ask(session, handoff.id, conversation_id, signed.number, now)
    closed = {"handoff": handoff.id, "outcome": outcome.value}
    note(session, f"staff:{signed.number}", "conversation_closed", f"conversation:{conversation_id}", detail=closed)


def _check_closed_before(session: Session, signed: Reader, conversation_id: str) -> None:
    last = session.scalar(
        select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.id.desc()).limit(1)
    )
    if last is None or last.status != Status.CLOSED or last.staff_id != signed.staff_id:
        raise Conflict("not_yours", "you do not have this conversation (any more)")


def hand_on(
    session: Session, signed: Reader, conversation_id: str, to: ToQueue | ToStaff, words: str, now: datetime
) -> None:
    """To a queue or an agent; the words are a note, so that the customer is not asked again.

    Raises InvalidInput (reasons `empty`, `too_long`, `to`), Conflict (reasons `not_yours`, `away`, `full`, …).
    """
    held_by(session, conversation_id)
    add_note(session, signed, conversation_id, f"transfer-{secrets.token_hex(12)}", words, now)
    transfer(session, conversation_id, signed.number, to, now)
