"""Somebody is writing: told to the other side, stored nowhere."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.handoff.rules import Status
from care.handoff.tables import Handoff
from care.staff.announcing import tell_desk

# NOTIFY makes a transaction that is written to disk, and nothing here is worth waiting for that.
_NO_WAIT = text("SET LOCAL synchronous_commit = off")


def customer_types(session: Session, conversation_id: str, on: bool) -> None:
    session.execute(_NO_WAIT)
    tell_desk(session, f"typing:{conversation_id}:customer:{on:d}")


def agent_types(session: Session, staff_id: int, conversation_id: str, on: bool) -> None:
    """Of whoever talks with the customer; of anybody else nothing is told."""
    held = select(Handoff.id).where(
        Handoff.conversation_id == conversation_id, Handoff.status == Status.PICKED, Handoff.staff_id == staff_id
    )
    if session.scalar(held) is not None:
        session.execute(_NO_WAIT)
        tell_desk(session, f"typing:{conversation_id}:staff:{on:d}")
