"""Papers for an appeal (申诉材料): which matters of a conversation they can be made for, made, and opened by address.

Whoever has the address sees them until it expires. What happened to a ticket is read when it is opened, so that the
papers never say less than we know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prometheus_client import Counter
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.complaints.category import named_in
from care.errors import CareError, InvalidInput
from care.links import new_token, token_index
from care.once import OnceKey
from care.plain import digits_of, plain
from care.rights.appeals import Ground, Matter, Standing, Told, answer_due_at, standing
from care.rights.tables import AppealPacket
from care.sla.policy import policy
from care.sla.sections import PRIVACY
from care.sla.tables import Clock
from care.tickets.rules import OPEN, EventKind, Kind, Level, Status, read_number
from care.tickets.service import accessible_tickets, level_of, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from care.timezone import CHINA

PATH = "/rights/appeal/"
#: of an address
LIFETIME = timedelta(hours=24)
_TOKEN_CONTEXT = "appeal_packets.token"
#: the clock of the policy file that counts the 15 days
_ANSWER = "answer"
_KINDS = (Kind.COMPLAINT, Kind.FAULT, Kind.PRIVACY)
#: categories of the policy file that are about fees, and those that never are; the customer is asked about any other
_FEE = frozenset({"complaint_billing", "complaint_vas", "minor_purchase"})
_SERVICE = frozenset(
    {
        *("portability", "cancellation", "real_name", "suspension", "invoice", "privacy"),
        *("complaint_spam_fraud", "complaint_broadband", "complaint_network", "complaint_service"),
    }
)
_ABOUT_FEES = re.compile("[扣收缴交退赔欠][了我的]*(?:费|钱|款)|多[扣收]|话费|月租|资费|收费|账单|帐单|\\d ?(?:元|块)")

_made = Counter("quanyi_appeal_packets_total", "Papers made for an appeal, by why it may be appealed", ["ground"])
for _ground in Ground:
    _made.labels(_ground)


class PacketRefused(CareError):
    """Nothing was opened: `appeal_unknown`, `appeal_over`, `appeal_unproved`."""


@dataclass(frozen=True)
class Appealable:
    """A ticket that papers can be made for."""

    id: int
    number: str
    #: title
    category: str
    #: None: asked
    matter: Matter | None
    complained_at: datetime
    #: None: it was answered
    answer_due: datetime | None
    #: it was answered, and its customer wants to appeal; or they had it taken up again
    is_dissatisfied: bool
    #: when the problem began, where that was told
    since: date | None
    has_wish: bool
    is_open: bool


@dataclass(frozen=True)
class Wanted:
    """What papers are made of."""

    #: of the ticket; None: complained elsewhere
    number: str | None
    matter: Matter
    is_dissatisfied: bool
    told: Told


@dataclass(frozen=True)
class Made:
    #: address on our server
    path: str
    #: until when it works
    until: datetime
    standing: Standing
    #: of a ticket that somebody still works on
    open_ticket: str | None


def own_matters(session: Session, conversation_id: str, now: datetime, limit: int = 3) -> list[Appealable]:
    """Complaints of this conversation, also those that were answered; the newest first."""
    rows = [
        (ticket, level)
        for ticket, level in accessible_tickets(session, conversation_id, Level.CODE)
        if ticket.kind in _KINDS and ticket.status != Status.CANCELLED
    ][:limit]
    _note(session, rows, now)
    return [_appealable(session, ticket) for ticket, _ in rows]


def own_matter(session: Session, conversation_id: str, number: str, now: datetime) -> Appealable | None:
    """The ticket of that number; None where this conversation has not proved that it is its customer's."""
    found = _own_ticket(session, conversation_id, number)
    if found is None:
        return None
    _note(session, [found], now)
    return _appealable(session, found[0])


def matter_in(words: str) -> Matter | None:
    """Fees or service, where the words of a complaint say so."""
    text = digits_of(plain(words))
    if _ABOUT_FEES.search(text):
        return Matter.FEE
    named = named_in(words, policy())
    return matter_of(named[0]) if named else None


def matter_of(category: str) -> Matter | None:
    """Of a category of the policy file; None where it may be either."""
    if category in _FEE:
        return Matter.FEE
    return Matter.SERVICE if category in _SERVICE or category.startswith(PRIVACY) else None


def standing_of(wanted: Wanted, ticket: Appealable | None, now: datetime) -> Standing:
    """How the appeal stands. What nobody knows is counted from the complaint, and that from now."""
    told = wanted.told
    if ticket is not None:
        return standing(
            wanted.matter,
            is_dissatisfied=wanted.is_dissatisfied or ticket.is_dissatisfied,
            answer_due=ticket.answer_due,
            since=told.happened_on or ticket.since or _day(ticket.complained_at),
            is_since_told=bool(told.happened_on or ticket.since),
            now=now,
        )
    return standing(
        wanted.matter,
        is_dissatisfied=wanted.is_dissatisfied,
        answer_due=answer_due_at(told.complained_on) if told.complained_on else None,
        since=told.happened_on or told.complained_on or _day(now),
        is_since_told=told.happened_on is not None,
        now=now,
    )


def make(session: Session, wanted: Wanted, key: OnceKey, now: datetime) -> Made:
    """New papers of the conversation, for a day. A second run of the same turn gives another address in the place of
    the first, which nobody saw. Raises InvalidInput (`no_ticket`) for a ticket that is not the conversation's."""
    ticket = own_matter(session, key.conversation_id, wanted.number, now) if wanted.number else None
    if wanted.number and ticket is None:
        raise InvalidInput("no_ticket", "not a ticket of this conversation")
    found = standing_of(wanted, ticket, now)
    token = new_token()
    values = {
        "ticket_id": ticket.id if ticket else None,
        "matter": wanted.matter,
        "ground": found.ground,
        "told": wanted.told.as_json(),
        "token_index": token_index(token, _TOKEN_CONTEXT),
        "made_at": now,
        "expires_at": now + LIFETIME,
    }
    session.execute(
        insert(AppealPacket)
        .values(conversation_id=key.conversation_id, message_id=key.message_id, **values)
        .on_conflict_do_update(index_elements=["conversation_id", "message_id"], set_=values)
    )
    _made.labels(found.ground).inc()
    return Made(f"{PATH}{token}", now + LIFETIME, found, ticket.number if ticket and ticket.is_open else None)


def open_packet(session: Session, token: str, now: datetime) -> tuple[AppealPacket, Ticket | None]:
    """What an address leads to, while its conversation may see the ticket. Raises PacketRefused."""
    packet = session.scalar(select(AppealPacket).where(AppealPacket.token_index == token_index(token, _TOKEN_CONTEXT)))
    if packet is None:
        raise PacketRefused("appeal_unknown", "there is no such address")
    if packet.expires_at <= now:
        raise PacketRefused("appeal_over", "its time is over")
    ticket = session.get(Ticket, packet.ticket_id) if packet.ticket_id else None
    used = {(packet.conversation_id, "appeal")}
    if ticket is not None:
        level = level_of(session, packet.conversation_id, ticket)
        if level < Level.CODE:
            raise PacketRefused("appeal_unproved", "the conversation may not see the ticket (any more)")
        if level != Level.FILED and ticket.conversation_id is not None:
            used.add((ticket.conversation_id, "ticket"))
    for conversation_id, what in sorted(used):
        note_access(session, Reader.CUSTOMER, Use.TICKET, what, now, conversation_id=conversation_id)
    return packet, ticket


def packet_standing(session: Session, packet: AppealPacket, ticket: Ticket | None, now: datetime) -> Standing:
    """As of now, with what was told then."""
    is_dissatisfied = packet.ground == Ground.DISSATISFIED
    wanted = Wanted(None, Matter(packet.matter), is_dissatisfied, Told.from_json(packet.told))
    return standing_of(wanted, _appealable(session, ticket) if ticket else None, now)


def _own_ticket(session: Session, conversation_id: str, number: str) -> tuple[Ticket, Level] | None:
    ticket = ticket_by_number(session, read_number(number) or "")
    level = level_of(session, conversation_id, ticket) if ticket else Level.NONE
    is_fit = ticket is not None and level >= Level.CODE and ticket.kind in _KINDS
    return (ticket, level) if ticket is not None and is_fit else None


def _note(session: Session, tickets: Sequence[tuple[Ticket, Level]], now: datetime) -> None:
    """What is shown in another conversation than its own is a use of its filer's data."""
    elsewhere = {ticket.conversation_id for ticket, level in tickets if level != Level.FILED}
    for conversation_id in sorted(each for each in elsewhere if each is not None):
        note_access(session, Reader.CUSTOMER, Use.TICKET, "ticket", now, conversation_id=conversation_id)


def _appealable(session: Session, ticket: Ticket) -> Appealable:
    reopened = exists().where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.REOPENED)
    is_answered = ticket.status not in OPEN
    due = session.scalar(
        select(Clock.due_at)
        .where(Clock.ticket_id == ticket.id, Clock.name == _ANSWER, Clock.kind != "alarm")
        .order_by(Clock.id)
        .limit(1)
    )
    return Appealable(
        id=ticket.id,
        number=ticket.number,
        category=policy().title_of(ticket.category),
        matter=matter_of(ticket.category),
        complained_at=ticket.created_at,
        answer_due=None if is_answered else due or answer_due_at(ticket.created_at),
        is_dissatisfied=is_answered or bool(session.scalar(select(reopened))),
        since=ticket.since_date,
        has_wish=bool(ticket.wish),
        is_open=ticket.status in OPEN,
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()
