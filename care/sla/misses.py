"""What is over counts as missed, also where the job that looks for it has not come by yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from care.sla.service import clocks_of
from care.tickets.rules import EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket


def record_misses(session: Session, ticket: Ticket, now: datetime) -> None:
    """Each clock once, with its event; not one that stands still.

    Whatever ends or meets clocks calls this first: one that was not missed looks as if it had been in time. `ticket` is
    locked by the caller.
    """
    session.flush()
    for clock in clocks_of(session, [ticket.id])[ticket.id]:
        runs = clock.met_at is None and clock.missed_at is None and clock.ended_at is None and clock.paused_at is None
        if runs and clock.due_at <= now:
            clock.missed_at = now
            add_event(session, ticket, EventKind.DELAY, "system", now, note=clock.name)
    session.flush()
