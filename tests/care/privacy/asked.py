"""A request about personal data as its customer makes it: number proved, shown, confirmed; each in a turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.conversations.rules import Inbound, Reply
from care.db import transaction
from care.once import OnceKey
from care.privacy import copying, erasing, requests
from care.privacy.rules import Kind
from care.privacy.subject import Subject, find_subject
from care.privacy.tables import PrivacyRequest
from care.turns import service as turns

PHONE = "13800138000"


@dataclass(frozen=True)
class Asked:
    id: int
    number: str
    conversation: str
    subject: Subject


def said(conversation_id: str | None, text: str, now: datetime, channel: str = "socketio") -> tuple[str, int]:
    """A message with its answer; the conversation and the message."""
    with transaction() as session:
        accepted = turns.accept(session, Inbound(channel, str(uuid4()), text, conversation_id), "web", now)
    assert accepted.turn is not None
    with transaction() as session:
        turns.complete(session, accepted.turn, [Reply("好的")], now)
    return accepted.received.conversation_id, accepted.turn.message_id


def proved(conversation_id: str, now: datetime, phone: str = PHONE) -> None:
    """A code came back, for what cannot be undone."""
    with transaction() as session:
        prove(session, conversation_id, phone, now, purpose=Purpose.IDENTITY)


def asked(kind: Kind, conversation_id: str, now: datetime, phone: str | None = PHONE) -> Asked:
    """Confirmed, and due at once."""
    if phone is not None:
        proved(conversation_id, now, phone)
    _, shown = said(conversation_id, "我的资料", now)
    with transaction() as session:
        subject = find_subject(session, conversation_id, phone, None, now, shown)
        key = OnceKey(conversation_id, shown, "action_privacy")
        request = requests.begin(session, key, kind, phone, now, {"subject": subject.as_json()})
    _, yes = said(conversation_id, "确认", now)
    with transaction() as session:
        steps = copying.STEPS if kind is Kind.COPY else erasing.STEPS
        state = requests.confirm(session, conversation_id, request.id, now, len(steps), yes)
    assert state.number is not None
    with transaction() as session:
        detail = session.get_one(PrivacyRequest, state.id).detail or {}
    return Asked(state.id, state.number, conversation_id, Subject.from_json(detail["subject"]))
