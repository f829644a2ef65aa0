"""Customers whose numbers are open to a conversation, without the way there."""

from __future__ import annotations

from datetime import datetime, timedelta

from care.accounts.proofs import know_user, prove
from care.db import transaction


def open_account(phone: str, now: datetime, conversation_id: str = "c1") -> str:
    """Level 2, as if its code had come back a moment ago. The id of the line."""
    with transaction() as session:
        return prove(session, conversation_id, phone, now - timedelta(seconds=10)).id


def log_in(*phones: str, now: datetime, conversation_id: str = "c1", user: str = "zhang") -> None:
    """Level 1: a user of the operator's own page, who proved these numbers yesterday in another conversation."""
    yesterday, tomorrow = now - timedelta(days=1), now + timedelta(days=1)
    with transaction() as session:
        know_user(session, f"before-{conversation_id}", "web", user, tomorrow, yesterday)
        for phone in phones:
            prove(session, f"before-{conversation_id}", phone, yesterday)
        know_user(session, conversation_id, "web", user, tomorrow, now)
