"""A file that an agent sends: kept and sealed as the customer's are, and as a message in the conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.attachments.rules import A_DAY, CheckedFile, check_counts
from care.attachments.service import keep
from care.attachments.tables import Attachment, MessageAttachment
from care.conversations.tables import Message
from care.conversations.telling import put
from care.wording import say


def send_file(
    session: Session, conversation_id: str, file: CheckedFile, channel_message_id: str, staff: str, now: datetime
) -> int:
    """The message's id. The caller holds the conversation's row and has looked whether this was sent before; the same
    bytes again are the same file. It belongs to no ticket. Raises InvalidInput (reason `evidence_daily`)."""
    kept = session.scalar(
        select(Attachment).where(Attachment.conversation_id == conversation_id, Attachment.sha256 == file.sha256)
    )
    if kept is None:
        today = select(func.count()).where(
            Attachment.conversation_id == conversation_id,
            Attachment.staff.is_not(None),
            Attachment.created_at > now - A_DAY,
        )
        check_counts(0, session.scalars(today).one())
        kept = keep(session, conversation_id, file, now, staff)
    message = Message(
        conversation_id=conversation_id,
        author="agent",
        staff=staff,
        text=say("evidence_message", name=file.name),
        channel_message_id=channel_message_id,
    )
    sent = put(session, message, now)
    session.add(MessageAttachment(message_id=sent, attachment_id=kept.id))
    session.flush()
    return sent
