"""One message of the inbox with what a trainer needs beside it: the conversation around, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.errors import NotAllowed
from care.inbox.listing import Listed, listed, note_use, standing
from care.inbox.tables import InboxEntry
from care.training.consent import agreeing
from care.training.rules import shown
from care.training.tables import TrainingStep
from care.turns.tables import MessageReading

#: messages before and behind it
AROUND = 5


@dataclass(frozen=True)
class Said:
    """A message of the conversation, masked."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Detail:
    listed: Listed
    ranking: list[tuple[str, float]]
    #: oldest first, the message itself included
    conversation: list[Said]
    #: oldest first
    history: Sequence[TrainingStep]


def detail(session: Session, message_id: int, now: datetime) -> Detail:
    """Raises NotAllowed (`inbox`)."""
    entry = entry_of(session, message_id)
    read = session.get(MessageReading, message_id)
    steps = select(TrainingStep).where(TrainingStep.message_id == message_id).order_by(TrainingStep.id)
    found = Detail(
        listed=listed(session, [entry])[0],
        ranking=[(str(label), float(share)) for label, share in read.ranking] if read is not None else [],
        conversation=_around(session, entry),
        history=session.scalars(steps).all(),
    )
    note_use(session, {entry.conversation_id}, now)
    return found


def entry_of(session: Session, message_id: int, *, lock: bool = False) -> InboxEntry:
    """Raises NotAllowed (reason `inbox`): it is decided, too old, its customer does not agree, or there is none."""
    entry = session.get(InboxEntry, message_id, with_for_update=lock)
    if entry is None or not standing(session, [entry]):
        raise NotAllowed(
            "inbox",
            f"message {message_id} is not in the inbox: it is decided, too old, or its customer does not agree",
        )
    return entry


def _around(session: Session, entry: InboxEntry) -> list[Said]:
    """What was said since the customer agreed."""
    agreed = agreeing({entry.conversation_id})
    query = (
        select(Message)
        .join(agreed, agreed.c.conversation_id == Message.conversation_id)
        .where(Message.conversation_id == entry.conversation_id, Message.created_at >= agreed.c.since)
    )
    before = session.scalars(
        query.where(Message.id <= entry.message_id).order_by(Message.id.desc()).limit(AROUND + 1)
    ).all()
    behind = session.scalars(query.where(Message.id > entry.message_id).order_by(Message.id).limit(AROUND)).all()
    return [
        Said(each.id, each.author, "" if each.is_payload else shown(each.text), each.created_at)
        for each in (*reversed(before), *behind)
    ]
