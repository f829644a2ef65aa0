"""What complaints say, and whether more say the same than usual, whatever their categories. Each minute.

The counts (care/surges/counting.py) look first: they know the place. What is left over is looked at here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Float, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.surges.counting import WHO, link, ring
from care.surges.phrases import title_of
from care.surges.rules import KEPT, OPEN, WINDOWS, Area, Kind, Status, Usual, is_burst, past, usual_of
from care.surges.tables import Surge, SurgeTicket, TicketVector
from care.surges.vectors import NEAR, NEAR_CENTRE, Vector, centre_of, centred, cosine, says_something
from care.tickets.tables import Ticket

#: until the counts have looked at a complaint, which is every minute
_LOOKS_AFTER = timedelta(seconds=90)
#: what could not be read for so long is not read any more: the encoder was away
_LOOKS_BACK = timedelta(hours=24)
#: of the complaints of a span this share was read, or the span tells nothing of what is usual
_READ = 0.9
#: where so many of them are, it is an incident of that area
_SAME_PLACE = 0.75
#: complaints of other matters, beside which a title is chosen
_OTHERS = 100

_EVERYWHERE = Area()


@dataclass(frozen=True)
class _Near:
    ticket_id: int
    at: datetime
    who: str
    surge_id: int | None
    place: Area
    vector: Vector


def unread(session: Session, readable: Callable[[str], str], now: datetime, limit: int) -> dict[int, str]:
    """Up to `limit` complaints that were counted and not read yet, the oldest first, by the ticket's id.

    `readable` takes personal data out of words. Empty: it says too little to be read.
    """
    waiting = session.execute(
        select(Ticket.id, Ticket.description)
        .join(SurgeTicket, SurgeTicket.ticket_id == Ticket.id)
        .where(
            SurgeTicket.at > now - _LOOKS_BACK,
            SurgeTicket.at <= now - _LOOKS_AFTER,
            ~exists().where(TicketVector.ticket_id == Ticket.id),
        )
        .order_by(SurgeTicket.at, Ticket.id)
        .limit(limit)
    ).all()
    texts = ((ticket_id, readable(description)) for ticket_id, description in waiting)
    return {ticket_id: text if says_something(text) else "" for ticket_id, text in texts}


def keep(
    session: Session,
    vectors: Mapping[int, Sequence[float] | None],
    readable: Callable[[str], str],
    now: datetime,
) -> list[int]:
    """Store what was read (None: nothing was to be read), link it with the open incident that says the same, else look
    whether it makes one; the ids of those found. Again, it changes nothing."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("quanyi.surges.texts"))))
    # Held: a ticket that becomes a line of statistics meanwhile waits, and then takes its vector with it.
    places = session.scalars(
        select(SurgeTicket).where(SurgeTicket.ticket_id.in_(vectors)).order_by(SurgeTicket.at).with_for_update()
    ).all()
    new: list[tuple[SurgeTicket, Vector]] = []
    for place in places:
        read = vectors[place.ticket_id]
        vector = centred(read) if read is not None else None
        stored = session.scalar(
            insert(TicketVector)
            .values(ticket_id=place.ticket_id, at=place.at, vector=vector)
            .on_conflict_do_nothing()
            .returning(TicketVector.ticket_id)
        )
        if stored is not None and vector is not None:
            new.append((place, vector))
    found = []
    for place, vector in new:
        session.refresh(place)
        if place.surge_id is None and belongs(session, place, vector, now) is None:
            surge = _find(session, vector, readable, now)
            found += [surge.id] if surge is not None else []
    return found


def forget_vectors(session: Session, now: datetime, limit: int) -> None:
    """Those that nothing compares with any more."""
    old = select(TicketVector.ticket_id).where(TicketVector.at < now - KEPT).limit(limit)
    session.execute(delete(TicketVector).where(TicketVector.ticket_id.in_(old)))


def of_new(session: Session, ticket: Ticket, readable: Callable[[str], str]) -> str | None:
    """The words of a ticket that was filed just now, to be read at once; None: no incident waits for any."""
    place = session.get(SurgeTicket, ticket.id)
    is_any_open = session.scalar(select(exists().where(Surge.kind == Kind.TEXT, Surge.status.in_(OPEN))))
    if place is None or place.surge_id is not None or not is_any_open:
        return None
    words = readable(ticket.description)
    return words if says_something(words) else None


def belongs(session: Session, place: SurgeTicket, vector: Vector, now: datetime) -> Surge | None:
    """The open incident whose middle is nearest, if one is near: then it is linked."""
    candidates = session.scalars(select(Surge).where(Surge.kind == Kind.TEXT, Surge.status.in_(OPEN)))
    near = [
        (cosine(surge.centre, vector), surge)
        for surge in candidates
        if surge.centre is not None and surge.area.covers(place.area)
    ]
    likeness, surge = max(near, key=lambda each: each[0], default=(0.0, None))
    if surge is None or likeness < NEAR_CENTRE:
        return None
    place.surge_id = surge.id
    surge.grew_at = max(surge.grew_at, place.at)
    link(session, session.get_one(Ticket, place.ticket_id), surge, now)
    session.flush()
    return surge


def _find(session: Session, vector: Vector, readable: Callable[[str], str], now: datetime) -> Surge | None:
    near = _near(session, vector, now - WINDOWS[-1], now)
    known_since = session.scalar(select(func.min(TicketVector.at)))
    opened = set(session.scalars(select(Surge.id).where(Surge.status.in_(OPEN))))
    for window in WINDOWS:
        inside = [each for each in near if each.at >= now - window]
        loose = [each for each in inside if each.surge_id is None]
        customers = len({each.who for each in loose})
        if customers < _EVERYWHERE.least:
            continue
        if 2 * sum(each.surge_id in opened for each in inside) > len(inside):
            return None  # most of it is known already, of an area or a category
        spans = past(window, now, known_since)
        usual = _usual(session, vector, spans, window)
        if not is_burst(customers, usual, _EVERYWHERE, window):
            continue
        # A span in which the encoder was away seems quiet. Asked only now: it costs more than what it is asked for.
        usual = _usual(session, vector, [span for span in spans if _was_read(session, *span)], window)
        if is_burst(customers, usual, _EVERYWHERE, window):
            return _suspect(session, loose, usual.mean, readable, now)
    return None


def _suspect(
    session: Session, members: list[_Near], usual: float, readable: Callable[[str], str], now: datetime
) -> Surge:
    area = _area_of([each.place for each in members])
    surge = Surge(
        kind=Kind.TEXT,
        status=Status.SUSPECTED,
        category="",
        title=_title(session, members, readable, now),
        centre=centre_of([each.vector for each in members]),
        province=area.province,
        district=area.district,
        count=len({each.who for each in members}),
        usual=round(usual, 2),
        found_at=now,
        grew_at=now,
    )
    session.add(surge)
    session.flush()
    _gather(session, surge, members, now)
    ring(session, surge, {"title": surge.title, "area": area.text, "count": surge.count or 0}, now)
    return surge


def _gather(session: Session, surge: Surge, members: list[_Near], now: datetime) -> None:
    """Those that made it, and of the last day whoever else says the same there."""
    near = _near(session, surge.centre or [], now - WINDOWS[-1], now, NEAR_CENTRE)
    ids = {each.ticket_id for each in (*members, *near) if each.surge_id is None and surge.area.covers(each.place)}
    gathered = session.scalars(
        update(SurgeTicket)
        .where(SurgeTicket.ticket_id.in_(ids), SurgeTicket.surge_id.is_(None))
        .values(surge_id=surge.id)
        .returning(SurgeTicket.ticket_id)
    ).all()
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(gathered)).order_by(Ticket.id)):
        link(session, ticket, surge, now)


def _area_of(places: list[Area]) -> Area:
    """Where most of them are, if that is one place; whoever does not say where is nowhere."""
    return Area(_most(place.province for place in places), _most(place.district for place in places))


def _most(names: Iterable[str]) -> str:
    said = Counter(names)
    name, times = said.most_common(1)[0]
    return name if times >= _SAME_PLACE * said.total() else ""


def _title(session: Session, members: list[_Near], readable: Callable[[str], str], now: datetime) -> str:
    """One complaint of each customer counts."""
    of_customer = {each.who: each.ticket_id for each in members}
    others = (
        select(SurgeTicket.ticket_id)
        .where(SurgeTicket.at > now - WINDOWS[-1], SurgeTicket.ticket_id.not_in([each.ticket_id for each in members]))
        .order_by(SurgeTicket.at.desc())
        .limit(_OTHERS)
    )
    ours = select(Ticket.description).where(Ticket.id.in_(of_customer.values()))
    theirs = select(Ticket.description).where(Ticket.id.in_(others))
    return title_of([*map(readable, session.scalars(ours))], [*map(readable, session.scalars(theirs))])


def _likeness(vector: Vector) -> ColumnElement[float]:
    """The cosine; PostgreSQL has the negative one."""
    return -TicketVector.vector.op("<#>", return_type=Float())(vector)


def _near(session: Session, vector: Vector, since: datetime, until: datetime, least: float = NEAR) -> list[_Near]:
    rows = session.execute(
        select(
            TicketVector.ticket_id,
            TicketVector.at,
            WHO.label("who"),
            SurgeTicket.surge_id,
            SurgeTicket.province,
            SurgeTicket.district,
            TicketVector.vector,
        )
        .join(SurgeTicket, SurgeTicket.ticket_id == TicketVector.ticket_id)
        .join(Ticket, Ticket.id == TicketVector.ticket_id)
        .where(TicketVector.at >= since, TicketVector.at <= until, _likeness(vector) >= least)
        .order_by(TicketVector.at)
    )
    return [
        _Near(row.ticket_id, row.at, row.who, row.surge_id, Area(row.province, row.district), row.vector)
        for row in rows
    ]


def _usual(session: Session, vector: Vector, spans: list[tuple[datetime, datetime]], window: timedelta) -> Usual:
    inside = [and_(TicketVector.at > since, TicketVector.at < until) for since, until in spans]
    counted = session.scalar(select(func.count()).where(or_(*inside), _likeness(vector) >= NEAR)) if inside else 0
    return usual_of(counted or 0, window, len(spans))


def _was_read(session: Session, since: datetime, until: datetime) -> bool:
    def counted(table: type[SurgeTicket | TicketVector]) -> int:
        return session.execute(select(func.count()).where(table.at > since, table.at < until)).scalar_one()

    return counted(TicketVector) >= _READ * counted(SurgeTicket)
