"""What waits to be sent to a customer: reading it, and noting what became of it. The caller has locked the contact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, or_, select, update
from sqlalchemy.orm import Session

from care.answers.rules import Way
from care.answers.service import reach_chat
from care.attachments.service import Evidence, evidence_of_messages
from care.conversations.statements import ANNOUNCEMENTS
from care.conversations.tables import Conversation, Message
from care.wechat.plan import Part, Sending
from care.wechat.rendering import Bubble
from care.wechat.rules import is_important
from care.wechat.tables import Contact

#: what is read at once; the rest is next
_AT_ONCE = 100
_PICTURES = frozenset({"image/jpeg", "image/png"})


def _is(delivery: str) -> ColumnElement[bool]:
    # Written out: with a parameter PostgreSQL cannot know that the partial index is enough.
    return Message.delivery == literal(delivery, literal_execute=True)


WAITS, HELD = _is("waiting"), _is("held")


@dataclass(frozen=True)
class Waiting:
    """Of one customer, the oldest first."""

    bubbles: list[Bubble]
    #: ids of those that are held: they go only along with something that is important
    held: frozenset[int]

    @property
    def has_new(self) -> bool:
        return any(bubble.id not in self.held for bubble in self.bubbles)


def waiting(session: Session, conversation_id: str, *, pictures: bool) -> Waiting:
    """`pictures`: these can be sent; else they are told of by name, as other files are."""
    rows = session.execute(
        select(
            Message.id,
            Message.author,
            Message.text,
            Message.buttons,
            Message.card,
            Message.in_reply_to,
            Message.created_at,
            Message.delivery,
        )
        .where(Message.conversation_id == conversation_id, or_(WAITS, HELD))
        .order_by(Message.id)
        .limit(_AT_ONCE)
    ).all()
    by_agents = [row.id for row in rows if row.author == "agent"]
    files = evidence_of_messages(session, by_agents) if by_agents else {}
    bubbles = []
    for row in rows:
        buttons = row.buttons or []
        is_answer = row.in_reply_to is not None
        bubbles.append(
            Bubble(
                id=row.id,
                text=row.text,
                buttons=buttons,
                card=row.card,
                is_important=is_important(
                    row.author, is_answer=is_answer, payloads=[str(each["payload"]) for each in buttons]
                ),
                **_file(files.get(row.id), pictures),
                created_at=row.created_at,
                by_agent=row.author == "agent",
                turn=row.in_reply_to,
            )
        )
    return Waiting(bubbles, frozenset(row.id for row in rows if row.delivery == "held"))


def has_new(session: Session, conversation_id: str) -> bool:
    """Is there more than what is held?"""
    return (
        session.scalar(select(Message.id).where(Message.conversation_id == conversation_id, WAITS).limit(1)) is not None
    )


def _file(file: Evidence | None, pictures: bool) -> dict[str, str | None]:
    if file is None:
        return {}
    return {"picture": file.id if pictures and file.media_type in _PICTURES else None, "file": file.name}


def part_of(contact: Contact) -> Part | None:
    return None if contact.part_of is None else Part(contact.part_of, contact.part_to)


def note_sent(session: Session, contact: Contact, sending: Sending, now: datetime, way: Way | None) -> None:
    """`way`: how answers in it have reached their customer; None: that is not certain."""
    if sending.offered is not None:
        contact.offered = sending.offered or None
    if sending.part is not None:
        contact.part_of, contact.part_to = sending.part.of, sending.part.to
    elif contact.part_of in sending.finishes:
        contact.part_of, contact.part_to = None, 0
    set_delivery(session, contact.conversation_id, sending.finishes, "sent", now)
    _show_desk(session, contact.conversation_id, sending.bubbles)
    if way is not None:
        for bubble in _told(sending):
            reach_chat(session, contact.conversation_id, bubble.id, way, now, after=bubble.id - 1)


def _told(sending: Sending) -> list[Bubble]:
    """Those that may be answers on tickets."""
    return [each for each in sending.bubbles if each.id in sending.finishes and each.is_important and not each.by_agent]


def set_delivery(
    session: Session, conversation_id: str, ids: Collection[int], delivery: str, now: datetime
) -> list[int]:
    """Ids of those that this changes."""
    if not ids:
        return []
    return list(
        session.scalars(
            update(Message)
            .where(
                Message.conversation_id == conversation_id, Message.id.in_(ids), Message.delivery.in_(_BEFORE[delivery])
            )
            .values(delivery=delivery, delivered_at=now if delivery == "sent" else None)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        )
    )


#: what something may have been that becomes this
_BEFORE = {
    "sent": ("waiting", "held", "given_up"),
    "held": ("waiting",),
    "given_up": ("waiting", "held"),
}


def show_desk_ids(session: Session, conversation_id: str, ids: Sequence[int]) -> None:
    """The desk shows what became of a person's words."""
    if ids and session.scalar(select(Message.id).where(Message.id.in_(ids), Message.author == "agent").limit(1)):
        _announce(session, conversation_id)


def _show_desk(session: Session, conversation_id: str, bubbles: Sequence[Bubble]) -> None:
    if any(bubble.by_agent for bubble in bubbles):
        _announce(session, conversation_id)


def _announce(session: Session, conversation_id: str) -> None:
    session.execute(select(func.pg_notify(ANNOUNCEMENTS, conversation_id)))


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message).where(WAITS)) or 0


def give_up_lost(session: Session, limit: int) -> int:
    """What waits for somebody whose contact is forgotten: nobody can send it. How many."""
    lost = (
        select(Message.id)
        .outerjoin(Contact, Contact.conversation_id == Message.conversation_id)
        .where(WAITS, Contact.conversation_id.is_(None))
        .limit(limit)
    )
    given_up = update(Message).where(Message.id.in_(lost), WAITS).values(delivery="given_up").returning(Message.id)
    return len(session.execute(given_up.execution_options(synchronize_session=False)).all())


def due(session: Session, channels: Collection[str], now: datetime, limit: int) -> list[str]:
    """Conversations for whose customers something waits that may be tried now, the longest waiting first."""
    waits = select(Message.conversation_id, func.min(Message.id).label("first")).where(WAITS)
    found = waits.group_by(Message.conversation_id).subquery()
    rows = session.scalars(
        select(found.c.conversation_id)
        .join(Contact, Contact.conversation_id == found.c.conversation_id)
        .join(Conversation, Conversation.id == found.c.conversation_id)
        .where(
            Conversation.channel.in_(sorted(channels)),
            or_(Contact.next_attempt_at.is_(None), Contact.next_attempt_at <= now),
            or_(Contact.leased_until.is_(None), Contact.leased_until <= now),
        )
        .order_by(found.c.first)
        .limit(limit)
    )
    return list(rows)
