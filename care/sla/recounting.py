"""Clocks that were counted beyond the last published year, counted again when the notice of that year is known.

What the law sets gets the day that the law gives, earlier or later: nobody was told the other one as a promise. What
was promised stays as it was told: a customer does not wait longer because of a holiday that we did not know of, and
nobody is late with what they had time for.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.sla.counting import due_of, is_provisional
from care.sla.policy import Policy
from care.sla.rules import end_of_day
from care.sla.service import lock_tickets, traits_of
from care.sla.tables import Clock
from care.sla.versions import policy_of
from care.tickets.tables import Ticket
from care.workdays import last_published

_RUNS = (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None))


def recount(session: Session, limit: int) -> int:
    """Up to `limit` clocks whose days are known by now; returns how many were settled."""
    known = (Clock.provisional.is_(True), Clock.kind != "alarm", Clock.due_at <= end_of_day(last_published()), *_RUNS)
    found = select(Clock.ticket_id).where(*known).order_by(Clock.due_at).limit(limit)
    settled = 0
    for ticket in lock_tickets(session, session.scalars(found).all(), skips=True):
        rules = policy_of(session, ticket)
        for clock in session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, *known)).all():
            _settle(session, ticket, clock, rules)
            settled += 1
    session.flush()
    return settled


def _settle(session: Session, ticket: Ticket, clock: Clock, rules: Policy) -> None:
    clock.provisional = False
    if clock.kind != "statutory" or clock.name not in rules.clocks:
        return
    spec = rules.spec_of(clock.name, traits_of(ticket))
    due = due_of(spec, clock.starts_at, ticket.area, rules)
    of_it = (Clock.ticket_id == ticket.id, Clock.name == clock.name, Clock.kind == "alarm", *_RUNS)
    for alarm in session.scalars(select(Clock).where(*of_it, Clock.due_at > clock.due_at)):
        alarm.due_at += due - clock.due_at
    clock.due_at, clock.provisional = due, is_provisional(spec, due)
