"""An incident's steps by staff and by the fault feed, what is said of it to whoever complains, and the all-clear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import settle_alarm
from care.audit.service import note
from care.conversations.telling import tell
from care.errors import Conflict, InvalidInput
from care.notices.rules import Kind as NoticeKind
from care.notices.service import notify
from care.sla.policy import Policy
from care.staff.announcing import tell_desk
from care.surges.counting import gather, open_surge, place
from care.surges.rules import MAX_WORDS, OPEN, Area, Kind, Status, place_of
from care.surges.tables import Surge, SurgeTicket
from care.surges.texts import belongs, of_new
from care.surges.vectors import centred
from care.tickets.rules import EventKind
from care.tickets.rules import Status as TicketStatus
from care.tickets.service import add_event, ticket_by_number
from care.tickets.tables import Ticket

#: what the feed tells of may have been complained about for this long before
_FEED_LOOKS_BACK = timedelta(hours=24)
#: the end of what has been over for longer is no news
_CLEARS_FOR = timedelta(days=7)
_SHOWN = 50
_OVER_SHOWN = 100
_FEED = "feed"


@dataclass(frozen=True)
class Known:
    """What may be said to a customer; before somebody has confirmed it, only that it is looked into."""

    is_confirmed: bool
    words: str = ""
    #: still to come
    repaired_by: datetime | None = None


def meet(session: Session, number: str, now: datetime) -> Known | None:
    """A ticket that was filed just now is counted, and linked with the incident that is known of its matter."""
    ticket = ticket_by_number(session, number)
    surge = place(session, ticket, now) if ticket is not None else None
    if surge is None or surge.status not in OPEN:
        return None
    return _known(surge, now)


def unread_words(session: Session, number: str, readable: Callable[[str], str]) -> str | None:
    """What the encoder is to read of a ticket that was met just now and belongs to nothing by its place; None: no
    incident that was found by its words is open. `readable` takes personal data out."""
    ticket = ticket_by_number(session, number)
    return of_new(session, ticket, readable) if ticket is not None else None


def meet_words(session: Session, number: str, read: Sequence[float], now: datetime) -> Known | None:
    """As `meet`, of what the encoder read in its words."""
    ticket = ticket_by_number(session, number)
    place = session.get(SurgeTicket, ticket.id, with_for_update=True) if ticket is not None else None
    if place is None or place.surge_id is not None:
        return None
    surge = belongs(session, place, centred(read), now)
    return _known(surge, now) if surge is not None else None


def confirmed_for(session: Session, category: str, address: str, now: datetime) -> Known | None:
    """The confirmed incident that a complaint would belong to, before it is filed; `address`: empty: not said yet."""
    surge = open_surge(session, category, place_of(address))
    return _known(surge, now) if surge is not None and surge.status == Status.CONFIRMED else None


def _known(surge: Surge, now: datetime) -> Known:
    if surge.status != Status.CONFIRMED:
        return Known(False)
    until = surge.repaired_by if surge.repaired_by and surge.repaired_by > now else None
    return Known(True, surge.words or "", until)


def confirm(
    session: Session, surge_id: int, words: str, repaired_by: datetime | None, staff: str, now: datetime
) -> Surge:
    """It is one: from now on whoever complains of it is told `words`, and when it will be repaired.

    Again, with other words or another time: that is told from then on. Whoever confirms looks after it, where nobody
    does. Raises InvalidInput `surge`, `words`, `repaired_by`; Conflict `surge_status`.
    """
    surge = _held(session, surge_id, Status.SUSPECTED, Status.CONFIRMED)
    surge.words = _words(words)
    surge.repaired_by = _coming(repaired_by, now)
    surge.owner = surge.owner or staff
    _confirm(session, surge, staff, now)
    note(session, f"staff:{staff}", "surge_confirm", f"surge:{surge.id}")
    return surge


def dismiss(session: Session, surge_id: int, reason: str, staff: str, now: datetime) -> Surge:
    """It is none. Raises InvalidInput `surge`, `words`; Conflict `surge_status`: a confirmed one is cleared."""
    surge = _held(session, surge_id, Status.SUSPECTED, Status.DISMISSED)
    said = _words(reason)
    if surge.status == Status.SUSPECTED:
        surge.status, surge.over_at = Status.DISMISSED, now
        _settle(session, surge, now)
        note(session, f"staff:{staff}", "surge_dismiss", f"surge:{surge.id}", reason=said)
    return surge


def clear(session: Session, surge_id: int, words: str, staff: str, now: datetime) -> Surge:
    """It is over: everybody whose complaint belongs to it is told so, in these words (`tell_clear`).

    Raises InvalidInput `surge`, `words`; Conflict `surge_status`.
    """
    surge = _held(session, surge_id, Status.CONFIRMED, Status.OVER)
    said = _words(words)
    if surge.status == Status.CONFIRMED:
        surge.words = said
        _end(session, surge, now)
        note(session, f"staff:{staff}", "surge_clear", f"surge:{surge.id}")
    return surge


def take(session: Session, surge_id: int, staff: str, now: datetime) -> Surge:
    """Look after it, also instead of somebody else. Raises InvalidInput `surge`, Conflict `surge_status`."""
    surge = _held(session, surge_id, Status.SUSPECTED, Status.CONFIRMED)
    if surge.owner != staff:
        surge.owner = staff
        note(session, f"staff:{staff}", "surge_take", f"surge:{surge.id}")
        tell_desk(session, "alarm")
    return surge


@dataclass(frozen=True)
class Fault:
    """What the network's fault feed tells."""

    feed_id: str
    category: str
    #: as the operator names it; empty: everywhere
    area: str
    began_at: datetime
    repaired_by: datetime | None
    is_over: bool
    words: str


def hear_fault(session: Session, fault: Fault, policy: Policy, now: datetime) -> Surge | None:
    """A confirmed fault begins, changes or is over; the same told twice changes nothing.

    An incident of the same matter that is open becomes the feed's. None: it was over before we had heard of it.
    Raises InvalidInput `category`, `area`, `began_at`, `words`.
    """
    if fault.category not in policy.categories:
        raise InvalidInput("category", "no category of the policy file")
    area = place_of(fault.area)
    if fault.area.strip() and not area.text:
        raise InvalidInput("area", "name a province or a district, or leave it empty for everywhere")
    if fault.began_at > now:
        raise InvalidInput("began_at", "it has not begun yet")
    words = _words(fault.words)
    # Two messages about one fault at once: one after the other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("quanyi.surges.feed"))))
    surge = session.scalar(select(Surge).where(Surge.feed_id == fault.feed_id).with_for_update())
    if surge is None:
        if fault.is_over:
            return None
        surge = _of_feed(session, fault, area, now)
    if surge.status not in OPEN:
        return surge
    surge.words = words
    if fault.is_over:
        _end(session, surge, now)
        return surge
    surge.repaired_by = fault.repaired_by
    _confirm(session, surge, _FEED, now)
    gather(session, surge, max(fault.began_at, now - _FEED_LOOKS_BACK), now)
    return surge


def _of_feed(session: Session, fault: Fault, area: Area, now: datetime) -> Surge:
    known = open_surge(session, fault.category, area)
    if known is not None and known.area == area and known.feed_id is None:
        known.feed_id = fault.feed_id
        return known
    if known is not None and known.area == area:
        raise Conflict("feed_id", "another fault of the same category and area is open: tell changes of that one")
    surge = Surge(
        kind=Kind.FEED,
        status=Status.CONFIRMED,
        category=fault.category,
        province=area.province,
        district=area.district,
        found_at=now,
        grew_at=now,
        feed_id=fault.feed_id,
    )
    session.add(surge)
    session.flush()
    note(session, "operator", "surge_feed", f"surge:{surge.id}")
    return surge


def tell_clear(session: Session, now: datetime, limit: int) -> int:
    """Up to `limit` customers of incidents that are over hear so, once: where they complained, and by SMS where a
    number was proved. Whoever took the complaint back hears nothing. How many."""
    rows = session.scalars(
        select(SurgeTicket)
        .join(Surge, Surge.id == SurgeTicket.surge_id)
        .where(Surge.status == Status.OVER, Surge.over_at > now - _CLEARS_FOR, SurgeTicket.told_clear_at.is_(None))
        .order_by(SurgeTicket.ticket_id)
        .limit(limit)
        .with_for_update(of=SurgeTicket, skip_locked=True)
    ).all()
    for row in rows:
        row.told_clear_at = now
        ticket, surge = session.get(Ticket, row.ticket_id), session.get(Surge, row.surge_id)
        if ticket is None or surge is None or ticket.status == TicketStatus.CANCELLED:
            continue
        if ticket.conversation_id is not None:
            tell(
                session,
                ticket.conversation_id,
                "surge_over",
                now,
                once=f"surge:{surge.id}",
                number=ticket.number,
                words=surge.words or "",
            )
        notify(session, ticket, NoticeKind.SURGE_OVER, f"surge_over:{ticket.id}", now)
        add_event(session, ticket, EventKind.SURGE, "system", now, note=f"{surge.id}: {surge.words}")
        tell_desk(session, f"ticket:{ticket.number}")
    return len(rows)


def surges(session: Session, is_open: bool) -> list[Surge]:
    """The newest first."""
    listed = Surge.status.in_(OPEN) if is_open else Surge.status.not_in(OPEN)
    return list(session.scalars(select(Surge).where(listed).order_by(Surge.id.desc()).limit(_OVER_SHOWN)))


def tickets_of(session: Session, surge_id: int) -> list[Ticket]:
    """The newest of those that belong to it."""
    return list(
        session.scalars(
            select(Ticket)
            .join(SurgeTicket, SurgeTicket.ticket_id == Ticket.id)
            .where(SurgeTicket.surge_id == surge_id)
            .order_by(Ticket.id.desc())
            .limit(_SHOWN)
        )
    )


def categories_of(session: Session, surge: Surge) -> list[str]:
    """Its category; of one that was found by its words those of its tickets, the most frequent first."""
    if surge.category:
        return [surge.category]
    often = func.count().desc()
    counted = select(SurgeTicket.category).where(SurgeTicket.surge_id == surge.id).group_by(SurgeTicket.category)
    return list(session.scalars(counted.order_by(often, SurgeTicket.category)))


def size_of(session: Session, surge_id: int) -> int:
    """How many tickets belong to it."""
    return session.execute(select(func.count()).where(SurgeTicket.surge_id == surge_id)).scalar_one()


def _held(session: Session, surge_id: int, *statuses: Status) -> Surge:
    surge = session.get(Surge, surge_id, with_for_update=True, populate_existing=True)
    if surge is None:
        raise InvalidInput("surge", "there is no incident of this number")
    if surge.status not in statuses:
        raise Conflict("surge_status", f"an incident that is {surge.status} cannot do this")
    return surge


def _confirm(session: Session, surge: Surge, who: str, now: datetime) -> None:
    surge.status = Status.CONFIRMED
    surge.confirmed_at = surge.confirmed_at or now
    surge.confirmed_by = surge.confirmed_by or who
    _settle(session, surge, now)


def _end(session: Session, surge: Surge, now: datetime) -> None:
    surge.status, surge.over_at = Status.OVER, now
    _settle(session, surge, now)


def _settle(session: Session, surge: Surge, now: datetime) -> None:
    settle_alarm(session, AlarmKind.SURGE, f"surge:{surge.id}", now)
    tell_desk(session, "alarm")


def _words(words: str) -> str:
    said = words.strip()
    if not said or len(said) > MAX_WORDS:
        raise InvalidInput("words", f"1 to {MAX_WORDS} characters, said to customers as they are")
    return said


def _coming(at: datetime | None, now: datetime) -> datetime | None:
    if at is not None and (at.tzinfo is None or at <= now):
        raise InvalidInput("repaired_by", "a time to come, with its zone")
    return at
