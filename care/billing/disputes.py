"""Disputes: a line of a bill, or a subscription, that a customer does not accept, with its fields on the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.billing.tables import Dispute
from care.billing.values import ItemKind, Month
from care.once import OnceKey, once
from care.tickets.rules import OPEN, EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.wording import say

#: the categories of the policy file that fit better than a dispute over money in general
_CATEGORIES = {
    ItemKind.VAS: "complaint_vas",
    ItemKind.ROAMING_DATA: "roaming",
    ItemKind.ROAMING_VOICE: "roaming",
}


class Reason(StrEnum):
    #: a charge of a bill
    ITEM = "item"
    #: no evidence is there that the service was ordered
    NO_CONSENT = "no_consent"


@dataclass(frozen=True)
class Disputed:
    """What an agent sees beside the customer's words."""

    month: Month | None
    subject: str
    name: str
    amount: Decimal
    reason: Reason


def category_of(kind: ItemKind) -> str:
    """Of the complaint about a charge of this kind."""
    return _CATEGORIES.get(kind, "complaint_billing")


def begin_dispute(
    session: Session,
    conversation_id: str,
    phone: str,
    subject: str,
    name: str,
    amount: Decimal,
    month: Month | None,
    reason: str,
    key: OnceKey,
    now: datetime,
) -> int:
    """Keep what is disputed until the complaint is filed; the same key again gives the same draft.

    `subject`: id of the item within the bill, or of the subscription. `reason`: a word of Reason.
    """

    def write() -> dict[str, Any]:
        dispute = Dispute(
            conversation_id=conversation_id,
            phone=phone,
            month=str(month) if month else None,
            subject=subject,
            name=name,
            amount=amount,
            reason=Reason(reason),
            created_at=now,
        )
        session.add(dispute)
        session.flush()
        return {"id": dispute.id}

    return int(once(session, key, now, write)["id"])


def attach_dispute(session: Session, dispute_id: int, conversation_id: str, ticket_id: int, now: datetime) -> None:
    """The complaint was filed: the dispute belongs to its ticket, whose history names it. Again changes nothing."""
    dispute = session.scalar(
        select(Dispute).where(Dispute.id == dispute_id, Dispute.conversation_id == conversation_id).with_for_update()
    )
    ticket = session.get(Ticket, ticket_id)
    if dispute is None or ticket is None or dispute.ticket_id is not None:
        return
    if dispute.phone != ticket.line:
        return  # the number was changed in the form: the charge is none of that number's
    dispute.ticket_id = ticket_id
    add_event(session, ticket, EventKind.NOTE, "system", now, note=_note(_disputed(dispute)))


def dispute_of(session: Session, ticket_id: int) -> Disputed | None:
    """What the ticket disputes, where it came from a bill."""
    dispute = session.scalar(select(Dispute).where(Dispute.ticket_id == ticket_id))
    return _disputed(dispute) if dispute else None


def open_dispute_of(session: Session, phone: str, month: Month | None, subject: str) -> str | None:
    """Number of the open ticket that disputes the very same already."""
    return session.scalar(
        select(Ticket.number)
        .join(Dispute, Dispute.ticket_id == Ticket.id)
        .where(
            Ticket.line_index == phone_index(phone),
            Ticket.status.in_(OPEN),
            Dispute.subject == subject,
            Dispute.month.is_(None) if month is None else Dispute.month == str(month),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def _disputed(dispute: Dispute) -> Disputed:
    month = Month.read(dispute.month) if dispute.month else None
    return Disputed(month, dispute.subject, dispute.name, dispute.amount, Reason(dispute.reason))


def _note(disputed: Disputed) -> str:
    month = disputed.month
    when = say("dispute_month", year=str(month.year), month=str(month.number)) if month else say("dispute_no_month")
    why = say(f"dispute_why_{disputed.reason}")
    return say("dispute_note", when=when, name=disputed.name, amount=f"{disputed.amount:.2f}", why=why)
