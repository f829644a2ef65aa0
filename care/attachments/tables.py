"""Files of customers, the messages that brought them, and the tickets that they are evidence for.

The content is sealed and lies in a table of its own, so that lists never read it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed, SealedBytes


class Attachment(Base):
    __tablename__ = "attachments"
    __table_args__ = (
        # The same bytes again are the same file.
        UniqueConstraint("conversation_id", "sha256"),
        Index("ix_attachments_conversation_id_id", "conversation_id", "id"),
    )

    #: opaque and impossible to guess
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: in the order of arrival
    position: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    #: goes along with the next ticket of the conversation
    waiting: Mapped[bool]
    #: as the customer's device called it, cleaned
    name: Mapped[str] = mapped_column(Sealed("attachments.name"))
    #: found in its bytes, never the one that was declared
    media_type: Mapped[str] = mapped_column(String(40))
    #: bytes
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    #: number of the agent who sent it to the customer first; None: the customer's own
    staff: Mapped[str | None] = mapped_column(String(16))
    #: when we had received it whole
    created_at: Mapped[datetime]


class AttachmentContent(Base):
    __tablename__ = "attachment_contents"

    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(SealedBytes("attachment_contents.content"))


class MessageAttachment(Base):
    """A message that stands for a file; the same file may be sent more than once."""

    __tablename__ = "message_attachments"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachments.id"), index=True)


class TicketEvidence(Base):
    __tablename__ = "ticket_evidence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachments.id"), primary_key=True, index=True)
