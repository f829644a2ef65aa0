"""An agent opens a number for the customer they talk with: noted with the reason, and no way to look up strangers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.accounts.tables import Proof
from care.audit.service import note
from care.desk.holding import writable
from care.desk.reading import Reader
from care.desk.rules import NUMBERS_OF_A_HANDOFF
from care.errors import NotAllowed
from care.handoff.verification import verify_by_agent


class TooManyNumbers(NotAllowed):
    """More different numbers than one customer has; nothing was opened."""

    def __init__(self) -> None:
        super().__init__("too_many_numbers", f"{NUMBERS_OF_A_HANDOFF} different numbers are the most for one customer")


def verify(
    session: Session,
    signed: Reader,
    conversation_id: str,
    phone: str,
    method: Literal["agent", "holder"],
    reason: str,
    now: datetime,
) -> None:
    """Raises Conflict (reason `not_yours`), TooManyNumbers: tell it with `refused`."""
    handoff = writable(session, signed, conversation_id)
    opened = set(
        session.scalars(
            select(Proof.phone_index).where(
                Proof.conversation_id == conversation_id,
                Proof.method.in_(("agent", "holder")),
                Proof.proved_at >= (handoff.picked_at or handoff.requested_at),
            )
        )
    )
    if len(opened | {phone_index(phone)}) > NUMBERS_OF_A_HANDOFF:
        raise TooManyNumbers
    verify_by_agent(session, conversation_id, phone, signed.number, method, now)
    subject = f"conversation:{conversation_id}"
    note(session, f"staff:{signed.number}", "verify", subject, detail={"method": method}, reason=reason)


def refused(session: Session, signed: Reader, conversation_id: str, reason: str) -> None:
    """In a transaction of its own: that somebody tried to open yet another number stays in the audit."""
    note(session, f"staff:{signed.number}", "verify_refused", f"conversation:{conversation_id}", reason=reason)
