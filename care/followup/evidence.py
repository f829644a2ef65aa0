"""Opening a file that is evidence for a ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.attachments.service import Content, content_of
from care.attachments.tables import Attachment, TicketEvidence
from care.errors import NotAllowed
from care.tickets.tables import Ticket


def open_evidence(session: Session, number: str, attachment_id: str, staff: str, now: datetime) -> Content:
    """Raises NotAllowed `evidence` for a file that is not of this ticket, or is none."""
    conversation_id = session.scalar(
        select(Attachment.conversation_id)
        .join(TicketEvidence, TicketEvidence.attachment_id == Attachment.id)
        .join(Ticket, Ticket.id == TicketEvidence.ticket_id)
        .where(Ticket.number == number, Attachment.id == attachment_id)
    )
    if conversation_id is None:
        raise NotAllowed("evidence", "this ticket has no such file")
    note_access(session, Reader.AGENT, Use.TICKET, "evidence", now, conversation_id=conversation_id, who=staff)
    return content_of(session, conversation_id, attachment_id)
