"""What was recorded in the year, beside what must have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db import transaction
from care.escalation.tables import Escalation
from care.sla.tables import Clock
from care.tickets.tables import Ticket, TicketEvent
from tests.care.escalation.oracle import Happened, Judged, judge

_AT_ONCE = 500


@dataclass
class Found:
    rounds: int
    killed: int
    #: steps that did not fit their ticket any more
    refused: int
    tickets: int = 0
    missed: int = 0
    rang: int = 0
    #: later times that customers were told
    renewed: int = 0
    #: the same two, from the events alone
    must_miss: int = 0
    must_ring: int = 0
    #: tickets on which what happened is not what had to happen
    different: list[str] = field(default_factory=list)


def compare(rounds: Sequence[datetime], killed: int, refused: int) -> Found:
    found = Found(len(rounds), killed, refused)
    last = 0
    while True:
        with transaction() as session:
            some = select(Ticket).where(Ticket.id > last).order_by(Ticket.id).limit(_AT_ONCE)
            tickets = session.scalars(some).all()
            for ticket in tickets:
                _compare_one(session, ticket, rounds, found)
        if not tickets:
            return found
        last = tickets[-1].id


def _compare_one(session: Session, ticket: Ticket, rounds: Sequence[datetime], found: Found) -> None:
    rows = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)).all()
    events = [Happened(row.at, row.kind, row.status, row.note) for row in rows]
    must = judge(ticket.category, ticket.area, events, rounds)
    clocks = session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)).all()
    over = [clock for clock in clocks if clock.missed_at is not None]
    did = Judged(
        missed=Counter((clock.name, clock.due_at) for clock in over if clock.kind != "alarm"),
        rang=Counter((clock.name, clock.due_at) for clock in over if clock.kind == "alarm"),
    )
    told = Counter(event.note for event in events if event.kind == "delay")
    names = Counter(clock.name for clock in over if clock.kind != "alarm")
    levels = session.scalars(select(Escalation.level).where(Escalation.ticket_id == ticket.id)).all()
    escalated = Counter((event.note or "").partition(":")[0] for event in events if event.kind == "escalated")
    found.tickets += 1
    found.missed += did.missed.total()
    found.rang += did.rang.total()
    found.must_miss += must.missed.total()
    found.must_ring += must.rang.total()
    found.renewed += sum(clock.renews is not None for clock in clocks)
    if did != must:
        found.different.append(
            f"ticket {ticket.id}: missed {_shown(did.missed - must.missed)}, not {_shown(must.missed - did.missed)}; "
            f"rang {_shown(did.rang - must.rang)}, not {_shown(must.rang - did.rang)}; "
            + ", ".join(f"{event.kind} {event.at:%m-%d %H:%M}" for event in events)
        )
    if told != names or escalated != Counter(levels) or escalated["supervisor"] != did.missed.total():
        found.different.append(f"ticket {ticket.id}: {told} and {escalated} for {names} and {Counter(levels)}")


def _shown(some: Counter[tuple[str, datetime]]) -> str:
    return ", ".join(f"{name} of {due:%m-%d %H:%M}" for name, due in some) or "-"
