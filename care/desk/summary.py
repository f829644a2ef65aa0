"""One screen about a conversation: what was told already, so that nobody has to tell it again. Everything masked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from care.accounts.proofs import OpenLine, is_senior, open_lines
from care.accounts.rules import Level, mask_phone
from care.accounts.service import find_by_phone, phone_index
from care.accounts.tables import Proof
from care.conversations.minors import is_minor
from care.conversations.tables import Message
from care.desk.cards import Card, card_of
from care.desk.holding import has_barged
from care.desk.masking_text import mask_name, masked
from care.desk.reading import Reader, end_of
from care.desk.words import words
from care.errors import NotAllowed
from care.followup.following import following
from care.handoff.policy import handoff_policy
from care.handoff.rules import Reason, Status, Step
from care.handoff.tables import Concern, Handoff, HandoffEvent
from care.staff.rules import Permission, Role, permissions_of
from care.staff.tables import Staff
from care.tickets.rules import OPEN as OPEN_TICKET
from care.tickets.tables import Ticket, TicketGrant
from care.turns.tables import MessageReading
from care.wording import choice_of

#: of each list
_MOST = 10
#: characters of what was asked last
_ASKED = 200
#: what an agent should know before the first word, as flags beside the name
_FLAGS = (Reason.ELDERLY, Reason.DISABILITY, Reason.BEREAVED, Reason.MINOR, Reason.SUSPENSION)


@dataclass(frozen=True)
class Verified:
    phone: str
    #: sms, agent, holder, or binding: the page of the operator vouches for the user
    method: str
    until: datetime


@dataclass(frozen=True)
class Asked:
    """What the customer said last to the bot, and what it took that for."""

    text: str
    label: str
    title: str
    #: 0 to 1
    confidence: float


@dataclass(frozen=True)
class Customer:
    name_masked: str | None
    #: 65+, where the operator's own page says so
    age_band: str | None
    #: when the number was first seen here
    since: datetime | None
    #: names of reasons: elderly, disability, …
    flags: list[str]


@dataclass(frozen=True)
class Raised:
    reason: str
    title: str
    at: datetime


@dataclass(frozen=True)
class Done:
    """A step of the hand-off."""

    kind: str
    title: str
    staff: str | None
    at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True)
class Earlier:
    #: of the conversation
    id: str
    at: datetime
    staff: str | None
    #: a word of care.desk.rules.Outcome, where the agent said one
    outcome: str | None


@dataclass(frozen=True)
class Can:
    write: bool
    close: bool
    transfer: bool
    verify: bool
    reveal: bool
    barge: bool
    listen: bool


@dataclass(frozen=True)
class Summary:
    card: Card
    verified: Verified | None
    customer: Customer
    asked: Asked | None
    concerns: list[Raised]
    #: open ones of this conversation, that the customer proved to know in it, or of the number that is open in it and
    #: filed elsewhere; the newest first
    tickets: list[Ticket]
    trigger: dict[str, Any]
    steps: list[Done]
    earlier: list[Earlier]
    can: Can
    #: the reader handed the conversation back: what came later is not theirs
    is_cut: bool


def summary(session: Session, signed: Reader, conversation_id: str, now: datetime) -> Summary:
    """Without what the bot had collected, which Rasa knows (`care.desk.slots`).

    Raises NotAllowed (reason `not_yours`).
    """
    card = card_of(session, signed, conversation_id, now)
    if card is None:
        raise NotAllowed("not_yours", "this conversation is not yours: take it first")
    handoff = session.get_one(Handoff, card.handoff)
    until = end_of(signed, handoff)
    line = next(iter(open_lines(session, conversation_id, now, Level.KNOWN)), None)
    if line is not None and until is not None and line.since > until:
        line = None
    concerns = [each for each in _concerns(session, conversation_id) if until is None or each.at <= until]
    return Summary(
        card=card,
        verified=_verified(session, line) if line else None,
        customer=_customer(session, conversation_id, now, line, {handoff.reason, *(each.reason for each in concerns)}),
        asked=_asked(session, conversation_id, until or now),
        concerns=concerns,
        tickets=_tickets(session, conversation_id, following(session, conversation_id, now) if line else []),
        trigger=handoff.trigger,
        steps=_steps(session, handoff.id),
        earlier=_earlier(session, handoff, line, until or now),
        can=_can(session, signed, handoff),
        is_cut=until is not None,
    )


def _verified(session: Session, line: OpenLine) -> Verified:
    method = session.scalar(select(Proof.method).where(Proof.id == int(line.id[1:]))) if line.id[0] == "p" else None
    return Verified(mask_phone(line.phone), method or "binding", line.until)


def _customer(
    session: Session, conversation_id: str, now: datetime, line: OpenLine | None, reasons: set[str]
) -> Customer:
    known = find_by_phone(session, line.phone) if line else None
    senior = is_senior(session, conversation_id, now)
    marked = {Reason.ELDERLY.value} if senior else set()
    if is_minor(session, conversation_id):
        marked.add(Reason.MINOR.value)
    flags = [each.value for each in _FLAGS if each in reasons | marked]
    return Customer(
        name_masked=mask_name(known.name) if known and known.name else None,
        age_band="65+" if senior else None,
        since=known.created_at if known else None,
        flags=flags,
    )


def _asked(session: Session, conversation_id: str, until: datetime) -> Asked | None:
    """The last thing before a person was wanted: 「转人工」 says nothing of the matter."""
    row = session.execute(
        select(Message.text, MessageReading.label, MessageReading.confidence)
        .join(MessageReading, MessageReading.message_id == Message.id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == "customer",
            Message.is_payload.is_(False),
            Message.created_at <= until,
            MessageReading.label != "handoff",
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    choice = choice_of(row.label)
    return Asked(masked(row.text[:_ASKED]), row.label, choice["title"] if choice else row.label, row.confidence)


def _concerns(session: Session, conversation_id: str) -> list[Raised]:
    title = handoff_policy().title_of_reason
    rows = session.execute(
        select(Concern.reason, Concern.raised_at)
        .where(Concern.conversation_id == conversation_id)
        .order_by(Concern.raised_at.desc())
    )
    return [Raised(row.reason, title(row.reason), row.raised_at) for row in rows]


def _tickets(session: Session, conversation_id: str, elsewhere: Collection[int]) -> list[Ticket]:
    known = select(TicketGrant.ticket_id).where(TicketGrant.conversation_id == conversation_id)
    return list(
        session.scalars(
            select(Ticket)
            .where(
                or_(Ticket.conversation_id == conversation_id, Ticket.id.in_(known), Ticket.id.in_(elsewhere)),
                Ticket.status.in_(OPEN_TICKET),
            )
            .order_by(Ticket.id.desc())
            .limit(_MOST)
        )
    )


def _steps(session: Session, handoff_id: int) -> list[Done]:
    titles = words().steps
    rows = session.scalars(
        select(HandoffEvent).where(HandoffEvent.handoff_id == handoff_id).order_by(HandoffEvent.id).limit(10 * _MOST)
    )
    return [Done(row.kind, titles[Step(row.kind)], row.staff, row.at, row.detail) for row in rows]


def _earlier(session: Session, handoff: Handoff, line: OpenLine | None, until: datetime) -> list[Earlier]:
    """Of this conversation, and of the others in which the number was proved that is proved now."""
    here: list[Any] = [Handoff.conversation_id == handoff.conversation_id]
    if line is not None:
        proved = select(Proof.conversation_id).where(Proof.phone_index == phone_index(line.phone))
        here.append(Handoff.conversation_id.in_(proved))
    rows: Sequence[Any] = session.execute(
        select(Handoff, Staff.number)
        .outerjoin(Staff, Staff.id == Handoff.staff_id)
        .where(or_(*here), Handoff.id != handoff.id, Handoff.status == Status.CLOSED, Handoff.changed_at <= until)
        .order_by(Handoff.id.desc())
        .limit(_MOST)
    ).all()
    ended = session.execute(
        select(HandoffEvent.handoff_id, HandoffEvent.detail["outcome"].astext.label("outcome"))
        .where(HandoffEvent.handoff_id.in_([row.Handoff.id for row in rows]), HandoffEvent.kind == Step.ENDED)
        .order_by(HandoffEvent.id)
    )
    outcomes = {row.handoff_id: row.outcome for row in ended}
    return [
        Earlier(row.Handoff.conversation_id, row.Handoff.changed_at, row.number, outcomes.get(row.Handoff.id))
        for row in rows
    ]


def _can(session: Session, signed: Reader, handoff: Handoff) -> Can:
    may = permissions_of(signed.role)
    is_talked = handoff.status == Status.PICKED
    is_own = is_talked and handoff.staff_id == signed.staff_id
    has_come = is_talked and has_barged(session, signed, handoff.id)
    leads = signed.role is Role.SUPERVISOR and is_talked and not is_own
    return Can(
        write=is_own or has_come,
        close=is_own or has_come,
        transfer=is_own,
        verify=(is_own or has_come) and Permission.VERIFY in may,
        reveal=Permission.REVEAL in may and (is_own or signed.role is Role.SUPERVISOR),
        barge=leads and not has_come,
        listen=leads,
    )
