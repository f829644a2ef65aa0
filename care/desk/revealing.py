"""Personal data shown whole, for a reason that is kept: what the customer and the auditor can see was looked at.

Source: 个人信息保护法第五十一条 (access is limited, and what is done with personal data is under control).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.accesses.rules import Reader as ReaderOf
from care.accesses.service import note_access
from care.accounts.proofs import open_lines
from care.accounts.rules import Level
from care.accounts.service import find_by_phone
from care.audit.service import note
from care.desk.entering import use_of
from care.desk.pages import Shown, whole_page
from care.desk.reading import Reader, check_may_follow
from care.desk.rules import Reveal, check_reason
from care.desk.slots import Slot


def reveal_value(
    session: Session, signed: Reader, conversation_id: str, what: Reveal, reason: str, now: datetime
) -> str | None:
    """The number that is open in the conversation, or the name of its customer; None: not known.

    Raises InvalidInput (reason `reason`), NotAllowed (reason `not_yours`).
    """
    _note(session, signed, conversation_id, what, reason, now)
    line = next(iter(open_lines(session, conversation_id, now, Level.KNOWN)), None)
    if line is None or what is Reveal.PHONE:
        return line.phone if line else None
    known = find_by_phone(session, line.phone)
    return known.name if known else None


def reveal_messages(
    session: Session, signed: Reader, conversation_id: str, reason: str, now: datetime, before: int | None = None
) -> list[Shown]:
    """A page of messages as they were written. Raises as `reveal_value`."""
    _note(session, signed, conversation_id, Reveal.MESSAGES, reason, now)
    return whole_page(session, signed, conversation_id, before).items


def reveal_slots(
    session: Session, signed: Reader, conversation_id: str, slots: list[Slot], reason: str, now: datetime
) -> list[dict[str, Any]]:
    """What the bot had collected, as the customer told it. Raises as `reveal_value`."""
    _note(session, signed, conversation_id, Reveal.SLOTS, reason, now)
    return [vars(slot) for slot in slots]


def _note(session: Session, signed: Reader, conversation_id: str, what: Reveal, reason: str, now: datetime) -> None:
    why = check_reason(reason)
    check_may_follow(session, signed, conversation_id, now)
    seen = "messages" if what is Reveal.MESSAGES else "account" if what is not Reveal.SLOTS else "told"
    note_access(session, ReaderOf.AGENT, use_of(signed), seen, now, conversation_id=conversation_id, who=signed.number)
    note(
        session,
        f"staff:{signed.number}",
        "reveal",
        f"conversation:{conversation_id}",
        detail={"what": what.value},
        reason=why,
    )
