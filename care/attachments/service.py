"""Keeping evidence: once, sealed, hashed, with a message in the conversation, and on the right ticket.

Which ticket: care cannot see whether a complaint is being told (that is in Rasa's memory), so when it could be, the
file goes both ways, and nothing is lost:

- no open ticket in the conversation: it waits for the next one;
- an open ticket, and the customer has said nothing since the last matter was closed: it belongs to the newest open one;
- an open ticket, and the customer has spoken since: to the newest open one at once, and to the next one as well if that
  is filed within TELLING.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ColumnExpressionArgument, exists, func, insert, select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.attachments.rules import A_DAY, TELLING, CheckedFile, check_counts
from care.attachments.tables import Attachment, AttachmentContent, MessageAttachment, TicketEvidence
from care.conversations.rules import Inbound, Reply
from care.conversations.service import receive, replies_to, set_status, store_replies
from care.conversations.tables import Conversation, Message
from care.errors import Conflict, NotAllowed
from care.tickets.rules import OPEN, EventKind
from care.tickets.tables import Ticket, TicketEvent
from care.wording import say


@dataclass(frozen=True)
class Evidence:
    id: str
    name: str
    media_type: str
    #: bytes
    size: int
    #: of the bytes as they were received, in hexadecimal
    sha256: str
    received_at: datetime


@dataclass(frozen=True)
class Stored:
    evidence: Evidence
    #: `messages.id` of the message that stands for it
    message_id: int
    #: False: it was where it belongs already
    is_new: bool
    #: the ticket that it belongs to by now
    ticket_number: str | None
    #: what the customer was told, the introduction of a first answer included
    replies: list[Reply]


@dataclass(frozen=True)
class Content:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class _Place:
    """Where a file belongs that arrives now."""

    ticket: Ticket | None
    #: to the next ticket (as well)
    waiting: bool

    @property
    def number(self) -> str | None:
        return self.ticket.number if self.ticket else None


def store_evidence(
    session: Session, conversation_id: str, file: CheckedFile, channel_message_id: str, now: datetime
) -> Stored:
    """Keep a file, once, and say so in the conversation. The same message id again gives what it gave.

    Raises NotAllowed (reason `conversation`), InvalidInput (reason `evidence_count` or `evidence_daily`), Conflict
    (reason `message_id`) when the id was used for something else.
    """
    conversation = _locked(session, conversation_id)
    place = _place(session, conversation)
    attachment = session.scalar(
        select(Attachment).where(Attachment.conversation_id == conversation_id, Attachment.sha256 == file.sha256)
    )
    if attachment is None:
        _check_counts(session, conversation_id, place, now)
    text = say("evidence_message", name=file.name)
    received = receive(session, Inbound(conversation.channel, channel_message_id, text, conversation_id), now)
    if not received.is_new:
        if attachment is None or not stands_for(session, received.message_id, attachment):
            raise Conflict("message_id", "this message_id was used for something else; every file needs one of its own")
        replies = replies_to(session, received.message_id)
        return Stored(_evidence(attachment), received.message_id, False, place.number, replies)
    is_new = attachment is None or not _is_there(session, attachment, place)
    attachment = attachment or keep(session, conversation_id, file, now)
    session.add(MessageAttachment(message_id=received.message_id, attachment_id=attachment.id))
    if is_new:
        attachment.waiting = place.waiting
        if place.ticket is not None and not _is_on(session, attachment, place.ticket.id):
            _link(session, attachment, place.ticket.id, now)
    receipt = Reply(_receipt(place, conversation.owner) if is_new else say("evidence_again"))
    replies = store_replies(session, received.message_id, conversation_id, [receipt], "system", now)
    set_status(session, received.message_id, "answered" if conversation.owner == "bot" else "held", now)
    return Stored(_evidence(attachment), received.message_id, is_new, place.number, replies)


def attach_to_ticket(session: Session, conversation_id: str, ticket_id: int, now: datetime) -> int:
    """Give a ticket what waits in its conversation; how many files that were."""
    _locked(session, conversation_id)
    waiting = session.scalars(
        select(Attachment)
        .where(Attachment.conversation_id == conversation_id, Attachment.waiting)
        .order_by(Attachment.position)
    ).all()
    attached = 0
    for attachment in waiting:
        attachment.waiting = False
        is_meant = attachment.created_at > now - TELLING or not _is_on(session, attachment)
        if is_meant and not _is_on(session, attachment, ticket_id):
            _link(session, attachment, ticket_id, now)
            attached += 1
    session.flush()
    return attached


def evidence_of(session: Session, ticket_id: int, staff: str, now: datetime) -> list[Evidence]:
    """What an agent sees of a ticket's files: in the order of arrival, without the contents."""
    rows = session.scalars(
        select(Attachment)
        .join(TicketEvidence, TicketEvidence.attachment_id == Attachment.id)
        .where(TicketEvidence.ticket_id == ticket_id)
        .order_by(Attachment.position)
    ).all()
    for conversation_id in sorted({row.conversation_id for row in rows}):
        note_access(session, Reader.AGENT, Use.TICKET, "evidence", now, conversation_id=conversation_id, who=staff)
    return [_evidence(row) for row in rows]


def evidence_of_messages(session: Session, message_ids: Collection[int]) -> dict[int, Evidence]:
    """By message, for those messages that stand for a file."""
    rows = session.execute(
        select(MessageAttachment.message_id, Attachment)
        .join(Attachment, Attachment.id == MessageAttachment.attachment_id)
        .where(MessageAttachment.message_id.in_(message_ids))
    )
    return {message_id: _evidence(attachment) for message_id, attachment in rows}


def content_of(session: Session, conversation_id: str, attachment_id: str) -> Content:
    """Raises NotAllowed (reason `evidence`) for a file that is not of this conversation, or is none."""
    row = session.execute(
        select(Attachment.name, Attachment.media_type, AttachmentContent.content)
        .join(AttachmentContent, AttachmentContent.attachment_id == Attachment.id)
        .where(Attachment.id == attachment_id, Attachment.conversation_id == conversation_id)
    ).one_or_none()
    if row is None:
        raise NotAllowed("evidence", "this conversation has no such file")
    return Content(row.name, row.media_type, row.content)


def _locked(session: Session, conversation_id: str) -> Conversation:
    """One at a time: a file that arrives while its ticket is filed must see the ticket, or be seen by it.

    Only as hard as that needs: messages can be written to the conversation meanwhile.
    """
    conversation = session.get(
        Conversation, conversation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if conversation is None:
        raise NotAllowed("conversation", "this conversation does not exist (any more); begin a new one")
    return conversation


def _place(session: Session, conversation: Conversation) -> _Place:
    ticket = session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return _Place(ticket, waiting=ticket is None or _has_spoken(session, conversation))


def _has_spoken(session: Session, conversation: Conversation) -> bool:
    """Since the last matter was closed; words that still wait for their answer count, files do not."""
    if conversation.closed_by is None:
        return True
    words = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.author == "customer",
        Message.id > conversation.closed_by,
        ~exists().where(MessageAttachment.message_id == Message.id),
    )
    return session.scalar(words.limit(1)) is not None


def _check_counts(session: Session, conversation_id: str, place: _Place, now: datetime) -> None:
    here = Attachment.conversation_id == conversation_id

    def how_many(*which: ColumnExpressionArgument[bool]) -> int:
        theirs = (here, Attachment.staff.is_(None), *which)
        return session.scalars(select(func.count()).select_from(Attachment).where(*theirs)).one()

    of_the_same = Attachment.waiting if place.ticket is None else _on_ticket(place.ticket.id)
    check_counts(how_many(of_the_same), how_many(Attachment.created_at > now - A_DAY))


def _on_ticket(ticket_id: int | None = None) -> ColumnElement[bool]:
    """Of the attachments in the statement, those that a ticket has; any ticket where none is named."""
    of_it = [] if ticket_id is None else [TicketEvidence.ticket_id == ticket_id]
    return exists().where(TicketEvidence.attachment_id == Attachment.id, *of_it)


def _is_on(session: Session, attachment: Attachment, ticket_id: int | None = None) -> bool:
    found = select(Attachment.id).where(Attachment.id == attachment.id, _on_ticket(ticket_id))
    return session.scalar(found) is not None


def stands_for(session: Session, message_id: int, attachment: Attachment) -> bool:
    link = session.get(MessageAttachment, message_id)
    return link is not None and link.attachment_id == attachment.id


def _is_there(session: Session, attachment: Attachment, place: _Place) -> bool:
    if place.waiting and not attachment.waiting:
        return False
    return place.ticket is None or _is_on(session, attachment, place.ticket.id)


def keep(
    session: Session, conversation_id: str, file: CheckedFile, now: datetime, staff: str | None = None
) -> Attachment:
    """Sealed, and a file of nothing yet. `staff`: number of the agent whose file it is."""
    attachment = Attachment(
        id=f"e{secrets.token_urlsafe(18)}",
        conversation_id=conversation_id,
        waiting=False,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        staff=staff,
        created_at=now,
    )
    session.add(attachment)
    session.flush()
    session.execute(insert(AttachmentContent).values(attachment_id=attachment.id, content=file.content))
    return attachment


def _link(session: Session, attachment: Attachment, ticket_id: int, now: datetime) -> None:
    session.add(TicketEvidence(ticket_id=ticket_id, attachment_id=attachment.id))
    session.add(
        TicketEvent(ticket_id=ticket_id, at=now, actor="customer", kind=EventKind.EVIDENCE, note=attachment.name)
    )
    session.flush()


def _receipt(place: _Place, owner: str) -> str:
    if place.ticket is None:
        return say("evidence_received_filing" if owner == "bot" else "evidence_received_person")
    is_for_both = place.waiting and owner == "bot"
    return say("evidence_received_both" if is_for_both else "evidence_received_ticket", number=place.ticket.number)


def _evidence(row: Attachment) -> Evidence:
    return Evidence(row.id, row.name, row.media_type, row.size, row.sha256.hex(), row.created_at)
