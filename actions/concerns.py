"""What the customer's words let fear, by the signals of understanding, or give a right to, by words that are sure."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.entitled import entitlements_in
from actions.turn import in_database, key_of
from care.conversations.minors import is_minor
from care.db import utcnow
from care.handoff.first import Known, known_of
from care.handoff.policy import thresholds
from care.handoff.rules import Reason, concerns_in
from care.handoff.service import Raised, raise_concerns


def concerns_of(tracker: Tracker) -> tuple[Reason, ...]:
    """Of the latest message, most pressing first; a button has none."""
    return (
        *concerns_in(tracker.latest_message.get("signals") or {}, thresholds()),
        *entitlements_in(tracker),
    )


@dataclass(frozen=True)
class Noted:
    """What was known before this message, and which of its concerns are new."""

    known: Known
    #: said earlier that they are a child
    was_minor: bool
    raised: Raised


async def note(tracker: Tracker, *concerns: Reason) -> Noted:
    """Note them for the desk, and that the account is an old customer's, where it is and nothing else said so."""
    conversation, message, now = tracker.sender_id, key_of(tracker, "concerns").message_id, utcnow()

    def work(session: Session) -> Noted:
        known = known_of(session, conversation, now)
        of_account = {Reason.ELDERLY} if known.is_senior and Reason.ELDERLY not in known.raised else set()
        told = {*concerns, *of_account}
        raised = raise_concerns(session, conversation, told, message, now) if told else Raised()
        return Noted(known, is_minor(session, conversation), raised)

    return await in_database(work)
