"""Where each complaint is, and whether there are more than usual: once a minute, and for each that the bot files."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm, settle_alarm
from care.staff.announcing import tell_desk
from care.surges.rules import DIES_AFTER, KEPT, OPEN, WINDOWS, Area, Kind, Status, is_burst, past, place_of, usual_of
from care.surges.tables import Surge, SurgeTicket
from care.tickets.rules import EventKind
from care.tickets.rules import Kind as TicketKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket

#: different lines, else conversations: nobody makes an incident alone
WHO: ColumnElement[str] = func.coalesce(
    func.encode(Ticket.line_index, "hex"), Ticket.conversation_id, cast(Ticket.id, String)
)

_COUNTED = (TicketKind.COMPLAINT, TicketKind.FAULT)
#: tickets that staff enter, or that came while no worker ran, are found this much later at most
_LOOKS_BACK = timedelta(hours=24)
#: a category and area is looked at again while complaints come in
_FRESH = timedelta(hours=1)


def count(session: Session, now: datetime, limit: int) -> list[int]:
    """Up to `limit` tickets that were not counted yet find their place; the ids of the incidents found.

    One run at a time (the job's lock). Suspicions that have died down end; counts that nothing needs go.
    """
    uncounted = (
        select(Ticket)
        .where(
            Ticket.created_at > now - _LOOKS_BACK,
            Ticket.created_at <= now,
            Ticket.kind.in_(_COUNTED),
            ~exists().where(SurgeTicket.ticket_id == Ticket.id),
        )
        .order_by(Ticket.created_at)
        .limit(limit)
    )
    for ticket in session.scalars(uncounted):
        place(session, ticket, now)
    session.flush()
    found = _look(session, now)
    _let_die(session, now)
    old = select(SurgeTicket.ticket_id).where(SurgeTicket.at < now - KEPT, SurgeTicket.surge_id.is_(None)).limit(limit)
    session.execute(delete(SurgeTicket).where(SurgeTicket.ticket_id.in_(old)))
    return found


def place(session: Session, ticket: Ticket, now: datetime) -> Surge | None:
    """Count a ticket, once; and the open incident that it belongs to now, if there is one."""
    if (already := session.get(SurgeTicket, ticket.id)) is not None:
        return session.get(Surge, already.surge_id) if already.surge_id else None
    area = place_of(ticket.address or "", ticket.province)
    surge = open_surge(session, ticket.category, area)
    row = {"category": ticket.category, "province": area.province, "district": area.district, "at": ticket.created_at}
    placed = session.scalar(
        insert(SurgeTicket)
        .values(ticket_id=ticket.id, surge_id=surge.id if surge else None, **row)
        .on_conflict_do_nothing()
        .returning(SurgeTicket.ticket_id)
    )
    if placed is not None and surge is not None:
        surge.grew_at = max(surge.grew_at, ticket.created_at)
        link(session, ticket, surge, now)
    return surge


def open_surge(session: Session, category: str, area: Area) -> Surge | None:
    """The one that covers this place; a confirmed one before a suspected one, the nearest first."""
    candidates = session.scalars(select(Surge).where(Surge.category == category, Surge.status.in_(OPEN)))
    covering = [each for each in candidates if each.area.covers(area)]
    return min(
        covering,
        key=lambda each: (each.status != Status.CONFIRMED, not each.district, not each.province, each.id),
        default=None,
    )


def gather(session: Session, surge: Surge, since: datetime, now: datetime) -> int:
    """What was counted since then and belongs to no incident belongs to this one; how many."""
    gathered = session.scalars(
        update(SurgeTicket)
        .where(*_within(surge.category, surge.area), *_loose(since, now))
        .values(surge_id=surge.id)
        .returning(SurgeTicket.ticket_id)
    ).all()
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(gathered)).order_by(Ticket.id)):
        link(session, ticket, surge, now)
    return len(gathered)


def link(session: Session, ticket: Ticket, surge: Surge, now: datetime) -> None:
    """The ticket's history says that it belongs to it."""
    add_event(session, ticket, EventKind.SURGE, "system", now, note=f"{surge.id}")
    tell_desk(session, f"ticket:{ticket.number}")


def _look(session: Session, now: datetime) -> list[int]:
    fresh = session.execute(
        select(SurgeTicket.category, SurgeTicket.province, SurgeTicket.district)
        .where(*_loose(now - _FRESH, now))
        .distinct()
    ).all()
    known_since = session.scalar(select(func.min(SurgeTicket.at)).where(SurgeTicket.surge_id.is_(None)))
    # Districts before provinces before everything: the narrowest that explains it, the rest is then usual.
    keys = {
        (category, area)
        for category, province, district in fresh
        for area in (Area(province, district), Area(province), Area())
    }
    found = []
    for category, area in sorted(keys, key=lambda key: (not key[1].district, not key[1].province, key[0], key[1].text)):
        if (surge := _find(session, category, area, known_since, now)) is not None:
            found.append(surge.id)
    return found


def _find(session: Session, category: str, area: Area, known_since: datetime | None, now: datetime) -> Surge | None:
    for window in WINDOWS:
        customers = _customers(session, category, area, now - window, now)
        if customers < area.least:
            continue
        spans = past(window, now, known_since)
        usual = usual_of(sum(_counted(session, category, area, *span) for span in spans), window, len(spans))
        if is_burst(customers, usual, area, window):
            return _suspect(session, category, area, customers, usual.mean, window, now)
    return None


def _suspect(
    session: Session, category: str, area: Area, customers: int, usual: float, window: timedelta, now: datetime
) -> Surge | None:
    """None: staff or the feed opened it at this moment."""
    made = session.scalar(
        insert(Surge)
        .values(
            kind=Kind.COUNT,
            status=Status.SUSPECTED,
            category=category,
            province=area.province,
            district=area.district,
            count=customers,
            usual=round(usual, 2),
            found_at=now,
            grew_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Surge.id)
    )
    if made is None:
        return None
    surge = session.get_one(Surge, made)
    gather(session, surge, now - window, now)
    ring(session, surge, {"category": category, "area": area.text, "count": customers}, now)
    return surge


def ring(session: Session, surge: Surge, detail: dict[str, str | int], now: datetime) -> None:
    """Supervisors hear of a suspicion."""
    raise_alarm(session, AlarmKind.SURGE, f"surge:{surge.id}", now, detail)
    tell_desk(session, "alarm")


def _let_die(session: Session, now: datetime) -> None:
    """Those that nobody confirmed and to which nothing has been added for long."""
    died = session.scalars(
        select(Surge)
        .where(Surge.status == Status.SUSPECTED, Surge.grew_at < now - DIES_AFTER)
        .with_for_update(skip_locked=True)
    )
    for surge in died:
        surge.status, surge.over_at = Status.DISMISSED, now
        if settle_alarm(session, AlarmKind.SURGE, f"surge:{surge.id}", now):
            tell_desk(session, "alarm")


def _within(category: str, area: Area) -> list[ColumnElement[bool]]:
    """The conditions of `Area.covers`."""
    conditions: list[ColumnElement[bool]] = [SurgeTicket.category == category]
    if area.district:
        conditions.append(SurgeTicket.district == area.district)
        if area.province:
            conditions.append(or_(SurgeTicket.province == area.province, SurgeTicket.province == ""))
    elif area.province:
        conditions.append(SurgeTicket.province == area.province)
    return conditions


def _loose(since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    return [SurgeTicket.surge_id.is_(None), SurgeTicket.at >= since, SurgeTicket.at <= until]


def _customers(session: Session, category: str, area: Area, since: datetime, until: datetime) -> int:
    return session.execute(
        select(func.count(WHO.distinct()))
        .select_from(SurgeTicket)
        .join(Ticket, Ticket.id == SurgeTicket.ticket_id)
        .where(*_within(category, area), *_loose(since, until))
    ).scalar_one()


def _counted(session: Session, category: str, area: Area, since: datetime, until: datetime) -> int:
    return session.execute(
        select(func.count()).where(*_within(category, area), SurgeTicket.at > since, SurgeTicket.at < until)
    ).scalar_one()
