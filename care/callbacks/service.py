"""Calling a customer in a time that they chose: a ticket of kind callback, whose only clock ends with that time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level, normalise_phone
from care.accounts.service import phone_index
from care.callbacks.rules import Slot, slots_of
from care.callbacks.tables import Callback
from care.conversations.service import close_matter
from care.errors import Conflict, InvalidInput
from care.handoff.policy import GENERAL, handoff_policy
from care.handoff.rules import EndedBy
from care.handoff.tables import Handoff
from care.once import OnceKey, once
from care.sla.policy import CALLBACK, Policy
from care.sla.service import start_clock_until
from care.tickets.rules import OPEN, Channel, Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from care.workdays import Hours

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
#: a hand-off that was exchanged for a call is this call's for so long
_EXCHANGED_WITHIN = timedelta(hours=1)
_DAY = timedelta(hours=24)
#: in a day, to a number that nobody proved: whoever has strangers called
_MOST_TO_A_NUMBER = 2
#: in a day, from one conversation, also those that were taken back
_MOST_FROM_A_CONVERSATION = 3
#: characters; as long as a message may be
MAX_WORDS = 12_000


@dataclass(frozen=True)
class Wanted:
    """Whom to call, when, and about what."""

    phone: str
    #: the beginning of one of `slots`
    starts_at: datetime
    #: whose people call
    queue: str
    #: what it is about, in the customer's words
    words: str
    handoff_id: int | None = None


@dataclass(frozen=True)
class Filed:
    number: str
    slot: Slot


@dataclass(frozen=True)
class Promised:
    """A call that is still to be made."""

    number: str
    phone: str
    slot: Slot


def open_callback(session: Session, conversation_id: str) -> Promised | None:
    """The one that this conversation waits for."""
    row = session.execute(
        select(Ticket, Callback)
        .join(Callback, Callback.ticket_id == Ticket.id)
        .where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN))
        .order_by(Ticket.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    ticket, callback = row
    return Promised(ticket.number, ticket.contact or "", Slot(callback.starts_at, callback.ends_at))


def slots(session: Session, queue: str, policy: Policy, now: datetime) -> list[Slot]:
    """The times of this queue that still have room, in order. Raises InvalidInput `queue`."""
    offered = list(slots_of(_hours(queue), policy.callbacks, now))
    if not offered:
        return []
    taken = _taken(session, queue, offered[0].starts_at)
    return [slot for slot in offered if taken.get(slot.starts_at, 0) < policy.callbacks.most]


def _hours(queue: str) -> Hours:
    """Of a queue that is open always those of the general one: nobody is called at night."""
    queues = handoff_policy().queues
    if queue not in queues:
        raise InvalidInput("queue", "no queue of care/handoff/handoff.yml")
    found = queues[queue].hours
    return queues[GENERAL].hours if found.by_day is None else found


def _taken(session: Session, queue: str, since: datetime) -> dict[datetime, int]:
    rows = session.execute(
        select(Callback.starts_at, func.count())
        .join(Ticket, Ticket.id == Callback.ticket_id)
        .where(Callback.queue == queue, Callback.starts_at >= since, Ticket.status.in_(OPEN))
        .group_by(Callback.starts_at)
    )
    return {starts_at: count for starts_at, count in rows}  # noqa: C416


@dataclass(frozen=True)
class Exchanged:
    """The wait that a call takes the place of."""

    handoff_id: int | None
    queue: str


def exchanged(session: Session, conversation_id: str, label: str | None, now: datetime) -> Exchanged:
    """The customer's wait that ended for a call just now; without one the queue that fits what they talk of."""
    handoff = session.scalar(
        select(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.ended_by == EndedBy.CALLBACK,
            Handoff.ended_at > now - _EXCHANGED_WITHIN,
        )
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if handoff is None:
        return Exchanged(None, handoff_policy().queue_of_label(label) or GENERAL)
    # A queue that the file has lost since has nobody who calls.
    return Exchanged(handoff.id, handoff.queue if handoff.queue in handoff_policy().queues else GENERAL)


def file(session: Session, wanted: Wanted, key: OnceKey, policy: Policy, now: datetime) -> Filed:
    """A customer's own. The same key again gives the first one. Raises as `file_callback`."""

    def write() -> dict[str, Any]:
        ticket, slot = file_callback(session, wanted, policy, now, conversation_id=key.conversation_id)
        close_matter(session, key.conversation_id, key.message_id)
        return {
            "number": ticket.number,
            "starts_at": slot.starts_at.isoformat(),
            "ends_at": slot.ends_at.isoformat(),
        }

    result = once(session, key, now, write)
    at = (datetime.fromisoformat(result[name]) for name in ("starts_at", "ends_at"))
    return Filed(result["number"], Slot(*at))


def file_callback(
    session: Session,
    wanted: Wanted,
    policy: Policy,
    now: datetime,
    *,
    conversation_id: str | None = None,
    channel: Channel = Channel.CHAT,
    entered_by: str | None = None,
) -> tuple[Ticket, Slot]:
    """Also for staff, who enter one on the telephone: `entered_by` is their number.

    One at a time for each conversation and each number. Customers get two a day to a number that they have not proved,
    and three a day from one conversation: anybody can name anybody's number, and times are few.

    Raises InvalidInput: `phone`; `queue`; `slot` (no time of this queue, or it has begun); `slot_full`. Conflict:
    `callback_open` (this number, or this conversation, waits for one), `callback_limit`.
    """
    phone = normalise_phone(wanted.phone)
    _check_number(session, phone, conversation_id, entered_by, now)
    slot = _reserved(session, wanted, policy, now)
    ticket = Ticket(
        category=CALLBACK,
        department=policy.callbacks.department_of(wanted.queue),
        priority=policy.callbacks.priority,
        complexity="simple",
        severity=policy.severity_of(policy.callbacks.priority),
        policy_version=policy.version,
        conversation_id=conversation_id,
        description=wanted.words.strip()[:MAX_WORDS],
        contact=phone,
        channel=channel,
        entered_by=entered_by,
    )
    open_ticket(session, ticket, Kind.CALLBACK, f"staff:{entered_by}" if entered_by else "customer", now)
    session.add(
        Callback(
            ticket_id=ticket.id,
            phone_index=phone_index(phone),
            handoff_id=wanted.handoff_id,
            queue=wanted.queue,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
    )
    start_clock_until(session, ticket.id, CALLBACK, "promise", now, slot.ends_at, alarms=[slot.starts_at])
    session.flush()
    return ticket, slot


def _check_number(
    session: Session, phone: str, conversation_id: str | None, entered_by: str | None, now: datetime
) -> None:
    index = phone_index(phone)
    # Whoever asks for the same at once waits here, always in this order, and then for the time.
    for name in (conversation_id, index.hex()):
        if name is not None:
            session.execute(_LOCK, {"name": f"callbacks {name}"})
    of_number = Callback.phone_index == index
    here = [] if conversation_id is None else [Ticket.conversation_id == conversation_id]
    for which in (of_number, *here):
        if _count(session, which, Ticket.status.in_(OPEN)):
            raise Conflict("callback_open", "a call is promised already; it is made, or taken back, before another one")
    if entered_by is not None:
        return
    lately = Ticket.created_at > now - _DAY
    if any(_count(session, which, lately) >= _MOST_FROM_A_CONVERSATION for which in here):
        raise Conflict("callback_limit", "this conversation has asked for enough calls today")
    if _count(session, of_number, lately) >= _MOST_TO_A_NUMBER and not _is_proved(session, phone, conversation_id, now):
        raise Conflict("callback_limit", "nobody proved this number, and enough calls to it were asked for today")


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Callback).join(Ticket, Ticket.id == Callback.ticket_id).where(*which)
    return session.scalar(query) or 0


def _is_proved(session: Session, phone: str, conversation_id: str | None, now: datetime) -> bool:
    lines = [] if conversation_id is None else open_lines(session, conversation_id, now, Level.KNOWN)
    return any(line.phone == phone for line in lines)


def _reserved(session: Session, wanted: Wanted, policy: Policy, now: datetime) -> Slot:
    """The time that was chosen; whoever comes meanwhile waits until this transaction ends, so that none is overfull."""
    begins = (each for each in slots_of(_hours(wanted.queue), policy.callbacks, now))
    slot = next((each for each in begins if each.starts_at == wanted.starts_at), None)
    if slot is None:
        raise InvalidInput("slot", "no time that is offered; choose one of `slots`")
    session.execute(_LOCK, {"name": f"callbacks {wanted.queue} {slot.starts_at.timestamp():.0f}"})
    if _taken(session, wanted.queue, slot.starts_at).get(slot.starts_at, 0) >= policy.callbacks.most:
        raise InvalidInput("slot_full", "this time has no room left; choose another one")
    return slot


def callback_of(session: Session, ticket_id: int) -> Callback | None:
    return session.get(Callback, ticket_id)
