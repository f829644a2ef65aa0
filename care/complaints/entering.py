"""Tickets that staff enter: for somebody who calls or stands at a counter, who was found in social media, who watches
over the service (社会义务监督员), or whose letter an authority sent. The bot's own fields, and the same rules.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.rules import is_mobile, normalise_line, normalise_phone
from care.accounts.service import phone_index
from care.attachments.service import attach_to_ticket
from care.audit.service import note
from care.complaints.category import threatens_appeal
from care.complaints.places import area_of
from care.complaints.repeats import SAME_MATTER
from care.complaints.rules import MAX_STORY, Draft, check_since, field_text
from care.complaints.service import Filing, write_ticket
from care.errors import InvalidInput
from care.notices.service import notify
from care.once import OnceKey, once
from care.plain import digits_of
from care.sla.policy import FIRST_FEEDBACK, Policy
from care.sla.service import due_times
from care.staff.announcing import tell_desk
from care.tickets.rules import OPEN, Channel, EventKind, Kind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.timezone import CHINA

#: where tickets of customers who are not in the chat come from
FOR_CUSTOMERS = frozenset({Channel.HOTLINE, Channel.COUNTER, Channel.SOCIAL, Channel.SUPERVISION})
_ENTERED = frozenset({Kind.COMPLAINT, Kind.FAULT, Kind.APPEAL})
#: what stands before the agent's number, where the receipt of a customer's message has its conversation
ENTERED = "desk:"
_ENTRY_ID = re.compile(r"[\x21-\x7e]{8,64}")
_LONGEST_PARTNER = 80
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@dataclass(frozen=True)
class Entry:
    """What an agent typed; None and empty: not said."""

    #: chosen by the browser: the same again is the same ticket
    entry_id: str
    kind: Kind
    channel: Channel
    category: str
    description: str
    line: str | None = None
    contact: str | None = None
    since: str | None = None
    wish: str | None = None
    address: str | None = None
    #: town | country; None: as the address says
    area: str | None = None
    speed_test: str | None = None
    #: the dealer or partner company concerned
    partner: str | None = None
    #: for those who work on it, e.g. where it was found
    note: str | None = None
    #: of the customer whom the agent talks with; the ticket is filed there. None: nobody is in the chat
    conversation_id: str | None = None
    #: the contact was read back to the caller, who agreed to hear of the ticket by SMS
    is_read_back: bool = False


@dataclass(frozen=True)
class Entered:
    number: str
    ticket_id: int
    #: False: the same entry, sent again
    is_new: bool


def enter_ticket(session: Session, entry: Entry, staff: str, now: datetime, policy: Policy) -> Entered:
    """Write it, once for its `entry_id` and agent. The caller has checked that the agent may read `conversation_id`.

    An open complaint about the same line and category of the last days makes it a repeat, as the bot's own rule does.
    Files that wait in the conversation go along.
    The customer hears of it by SMS only where the agent read the number back; the number itself proves nothing, so a
    code still goes to it before anything is taken back.

    Raises InvalidInput: `entry_id`, `kind`, `channel`, `category`, `phone`, `field_empty`, `field_long`,
    `since_unclear`, `since_future`, `since_impossible`, `address_missing`, `area`, `contact_missing`.
    """
    written: list[int] = []

    def write() -> dict[str, str | int]:
        draft = _draft(session, entry, policy, now)
        filing = Filing(
            entry.kind, entry.channel, f"staff:{staff}", entry.conversation_id, staff, _partner(entry.partner)
        )
        ticket, _ = write_ticket(session, draft, filing, policy, now)
        if entry.conversation_id is not None:
            attach_to_ticket(session, entry.conversation_id, ticket.id, now)
        if entry.note and entry.note.strip():
            add_event(session, ticket, EventKind.NOTE, f"staff:{staff}", now, note=field_text(entry.note))
        if entry.is_read_back and entry.kind is not Kind.APPEAL:
            _tell(session, ticket, staff, now, policy)
        detail = {"kind": entry.kind.value, "channel": entry.channel.value, "category": ticket.category}
        note(session, f"staff:{staff}", "ticket_enter", f"ticket:{ticket.number}", detail=detail)
        note_access(
            session,
            Reader.AGENT,
            Use.TICKET,
            "ticket",
            now,
            phone=ticket.line,
            conversation_id=ticket.conversation_id,
            who=staff,
        )
        tell_desk(session, f"ticket:{ticket.number}")
        written.append(ticket.id)
        return {"number": ticket.number, "ticket_id": ticket.id}

    result = once(session, entry_key(entry.entry_id, staff), now, write)
    return Entered(result["number"], result["ticket_id"], bool(written))


def entry_key(entry_id: str, staff: str) -> OnceKey:
    """That this agent's browser sends this entry. Raises InvalidInput `entry_id`."""
    if not _ENTRY_ID.fullmatch(entry_id):
        raise InvalidInput("entry_id", "8 to 64 visible ASCII characters, new for each ticket; a UUID is best")
    digest = hashlib.sha256(entry_id.encode()).hexdigest()[:48]
    return OnceKey(f"{ENTERED}{staff}", 0, f"enter:{digest}")


def _draft(session: Session, entry: Entry, policy: Policy, now: datetime) -> Draft:
    _check(entry, policy)
    category = policy.categories[entry.category]
    line = normalise_line(entry.line) if entry.line and entry.line.strip() else None
    contact = _field(entry.contact)
    is_reached = entry.conversation_id is not None or entry.kind is Kind.APPEAL
    if line is None and contact is None and not is_reached:
        raise InvalidInput("contact_missing", "a line or a contact: nobody could be answered")
    if not any(sign.isalnum() for sign in entry.description):
        raise InvalidInput("field_empty", "description: say what happened")
    if len(entry.description) > MAX_STORY:
        raise InvalidInput("field_long", f"description: {MAX_STORY} characters are the most")
    address = _field(entry.address)
    if category.place == "address" and address is None and entry.kind is not Kind.APPEAL:
        raise InvalidInput("address_missing", "this category needs the place of the fault")
    since = _field(entry.since)
    wish = _field(entry.wish)
    return Draft(
        category=entry.category,
        description=entry.description.strip(),
        line=line,
        since=since,
        since_date=_day(since, now),
        wish=wish,
        contact=contact,
        address=address,
        area=entry.area or (area_of(address) if address else None),
        speed_test=_field(entry.speed_test),
        threatens_appeal=any(threatens_appeal(each) for each in (entry.description, wish or "")),
        repeat_of=_open_matter(session, line, entry, now),
    )


def _check(entry: Entry, policy: Policy) -> None:
    if entry.kind not in _ENTERED:
        raise InvalidInput("kind", f"one of {', '.join(sorted(_ENTERED))}")
    allowed = FOR_CUSTOMERS if entry.conversation_id is None else frozenset({Channel.CHAT})
    if entry.kind is Kind.APPEAL:
        allowed = frozenset({Channel.AUTHORITY})
    if entry.channel not in allowed:
        raise InvalidInput("channel", f"one of {', '.join(sorted(allowed))}")
    if entry.category not in policy.categories:
        raise InvalidInput("category", "no category of the policy file")
    if entry.area not in (None, "", "town", "country"):
        raise InvalidInput("area", "town or country")


def _open_matter(session: Session, line: str | None, entry: Entry, now: datetime) -> str | None:
    """As `care.complaints.repeats`, for somebody whose line was named and nothing proved."""
    if line is None or entry.kind is Kind.APPEAL:
        return None
    return session.scalar(
        select(Ticket.number)
        .where(
            Ticket.line_index == phone_index(line),
            Ticket.kind.in_([Kind.COMPLAINT, Kind.FAULT]),
            Ticket.status.in_(OPEN),
            Ticket.category == entry.category,
            Ticket.created_at >= now - SAME_MATTER,
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def _tell(session: Session, ticket: Ticket, staff: str, now: datetime, policy: Policy) -> None:
    """From now on the number hears of the ticket; first of its own number and of what is promised."""
    phone = _mobile_in(ticket.contact) or (ticket.line if ticket.line and is_mobile(ticket.line) else None)
    if phone is None:
        raise InvalidInput("contact_missing", "there is no mobile number that an SMS could go to")
    ticket.notify_phone = phone
    event = add_event(session, ticket, EventKind.CONTACT, f"staff:{staff}", now)
    session.flush()
    due = due_times(session, ticket.id)
    solution = policy.solution_of(ticket.category, ticket.complexity)
    notify(
        session, ticket, "filed", f"filed:{event.id}", now, feedback=due.get(FIRST_FEEDBACK), solution=due.get(solution)
    )


def _mobile_in(contact: str | None) -> str | None:
    found = _MOBILE.search(re.sub(r"(?<=\d)[ -](?=\d)", "", digits_of(contact or "")))
    return normalise_phone(found[0]) if found else None


def _field(text: str | None) -> str | None:
    return field_text(text) if text and text.strip() else None


def _partner(text: str | None) -> str | None:
    name = _field(text)
    if name is not None and len(name) > _LONGEST_PARTNER:
        raise InvalidInput("field_long", f"partner: {_LONGEST_PARTNER} characters are the most")
    return name


def _day(since: str | None, now: datetime) -> date | None:
    return check_since(since, now.astimezone(CHINA).date()) if since else None
