"""What keeps data although they are asked to go, or are old: a matter that somebody still works on.

With a complaint that is open stay the ticket, its files, what was said in its conversation from a day before it was
filed on (in which it was told), and who proved there which number. What was said before that, and in other
conversations, is no evidence of it and goes. When it is closed, the customer can ask again. As long as it is not
decided what the law gives them for it, or they were not told, it is not over.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from care.accounts.tables import Proof
from care.attachments.rules import TELLING
from care.attachments.tables import Attachment, TicketEvidence
from care.conversations.tables import Message
from care.privacy.rules import Hold
from care.redress.tables import Redress
from care.rights.tables import AppealPacket
from care.tickets.rules import OPEN, Kind, Status
from care.tickets.tables import Ticket


def _is_held(ticket: Any) -> ColumnElement[bool]:
    # Nobody loses by a deletion what the law gives them.
    owed = exists().where(Redress.ticket_id == ticket.id, Redress.told_at.is_(None), Redress.declined_at.is_(None))
    works = and_(
        ticket.status.in_([*OPEN, Status.RESOLVED]),
        or_(ticket.kind.in_([Kind.COMPLAINT, Kind.FAULT, Kind.APPEAL]), ticket.category == "privacy_leak"),
    )
    return or_(works, owed.correlate(ticket))


#: complaints, faults and appeals, until they are closed; a leak that was reported; what redress is being decided for
HELD = _is_held(Ticket)

# Of its own name, so that it can stand in a statement that is about tickets itself.
_held = aliased(Ticket, name="held")

#: of messages, those that are evidence of one of them
EVIDENCE = (
    exists()
    .where(
        _held.conversation_id == Message.conversation_id,
        _is_held(_held),
        Message.created_at >= _held.created_at - TELLING,
    )
    .correlate(Message)
)

#: of files, those that are
EVIDENCE_FILES = (
    exists()
    .where(
        TicketEvidence.attachment_id == Attachment.id,
        TicketEvidence.ticket_id == _held.id,
        _is_held(_held),
    )
    .correlate(Attachment)
)

#: Tickets for which papers for an appeal were made a short while ago. Their periods wait, so that both sides can still
#: show what happened; a deletion that its customer asks for does not.
APPEALED = exists().where(AppealPacket.ticket_id == Ticket.id).correlate(Ticket)
_was_appealed = exists().where(AppealPacket.ticket_id == _held.id).correlate(_held)
#: of messages and of files, those that are evidence of one of them
APPEAL_EVIDENCE = (
    exists()
    .where(
        _held.conversation_id == Message.conversation_id,
        _was_appealed,
        Message.created_at >= _held.created_at - TELLING,
    )
    .correlate(Message)
)
APPEAL_FILES = (
    exists()
    .where(TicketEvidence.attachment_id == Attachment.id, TicketEvidence.ticket_id == _held.id, _was_appealed)
    .correlate(Attachment)
)

#: Table and column where a person's number, its blind index or words may stand after a deletion while no complaint of
#: theirs is open, and why (docs/operate/retention.md). Words that others said are others'.
RETAINED = {
    ("accesses", "phone_index"): Hold.USE_LOG,
    ("notices", "phone"): Hold.SMS_RECORD,
    ("notices", "phone_index"): Hold.SMS_RECORD,
    ("notices", "text"): Hold.SMS_RECORD,
    ("order_steps", "note"): Hold.ORDER_EVIDENCE,
    ("orders", "phone"): Hold.ORDER_EVIDENCE,
    ("orders", "phone_index"): Hold.ORDER_EVIDENCE,
    ("orders", "shown"): Hold.ORDER_EVIDENCE,
    ("privacy_choices", "phone_index"): Hold.OPT_OUT,
    ("reminder_switches", "phone_index"): Hold.OPT_OUT,
}


def held_tickets(session: Session, ticket_ids: Collection[int]) -> set[int]:
    """Those of them that are held."""
    return set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ticket_ids), HELD)))


def in_held_conversation(conversation_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Of rows that belong to a conversation: one of them was filed there."""
    filed = exists().where(_held.conversation_id == conversation_id, _is_held(_held))
    return filed.correlate(conversation_id.class_)


def on_held_line(number: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Of rows with the blind index of a number: one of them is about it, and was filed where it was proved. Whoever
    complains about another one's number keeps nothing of theirs."""
    is_proved = exists().where(Proof.conversation_id == _held.conversation_id, Proof.phone_index == _held.line_index)
    about = exists().where(_held.line_index == number, _is_held(_held), is_proved)
    return about.correlate(number.class_)
