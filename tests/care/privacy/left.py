"""What a deletion leaves: nothing of the person but what a documented reason keeps."""

from __future__ import annotations

from sqlalchemy import func, select

from care.conversations.tables import Message
from care.db import transaction
from care.privacy.holds import RETAINED
from care.privacy.rules import Hold
from care.privacy.tables import PrivacyReceipt, PrivacyRequest
from tests.care.privacy.asked import Asked
from tests.support.privacy import Planted, scan

#: table and column, and what keeps it; no SMS was sent, so none is kept
KEPT = {column: hold for column, hold in RETAINED.items() if hold is not Hold.SMS_RECORD}


def check_complete(person: Planted, request: Asked) -> None:
    """Nothing is left outside the holds, which the request's result names; one receipt, one message."""
    assert set(scan(person.marks)) == set(KEPT)
    with transaction() as session:
        receipts = select(func.count()).where(PrivacyReceipt.number == request.number)
        assert session.scalar(receipts) == 1
        result = session.get_one(PrivacyRequest, request.id).result or {}
    held = {each["hold"] for place in result["places"].values() for each in place["held"]}
    assert set(KEPT.values()) <= held
    assert len(told(request)) == 1


def told(request: Asked) -> list[Message]:
    """The messages that give its receipt."""
    with transaction() as session:
        rows = session.scalars(select(Message).where(Message.conversation_id == request.conversation))
        return [row for row in rows if row.card and row.card.get("number") == request.number]
