"""Telling a customer before a promise breaks, with a later time that is honest. The promise is missed all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.escalation.plan import plan
from care.escalation.rules import Level, honest_time
from care.escalation.tables import Escalation
from care.followup.telling import tell_in_conversation
from care.notices.service import notify
from care.sla.service import renew_clock
from care.sla.tables import Clock
from care.sla.versions import policy_of
from care.tickets.rules import OPEN, EventKind, Kind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.wording import spoken_time

#: of the category, the newest, that are looked at for how long they take
_LOOKED_AT = 500
#: what is told within this time is told once for all promises of a ticket
_AT_ONCE = timedelta(hours=1)
_TOLD = (Kind.COMPLAINT, Kind.FAULT, Kind.PRIVACY)


def is_told(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> bool:
    """Whether the customer hears of this promise: not of one that ends with another one, which says it for both; not
    of appeals and call-backs, which nobody waits for in the conversation; not where the answer is there and waits to be
    read; not twice at once, and not again and again.
    """
    if clock.kind != "promise" or ticket.kind not in _TOLD or ticket.status not in OPEN:
        return False
    solution = policy_of(session, ticket).solution_of(ticket.category, ticket.complexity)
    if clock.name != solution:
        same = select(Clock.id).where(
            Clock.ticket_id == ticket.id,
            Clock.name == solution,
            Clock.kind == "promise",
            Clock.due_at <= clock.due_at,
            Clock.met_at.is_(None),
            Clock.ended_at.is_(None),
        )
        if session.scalar(same.limit(1)) is not None:
            return False
    lately = select(Escalation.id).where(
        Escalation.ticket_id == ticket.id, Escalation.level == Level.CUSTOMER, Escalation.at > now - _AT_ONCE
    )
    if session.scalar(lately.limit(1)) is not None:
        return False
    renewed = select(func.count()).where(
        Clock.ticket_id == ticket.id, Clock.name == clock.name, Clock.renews.is_not(None)
    )
    return (session.scalar(renewed) or 0) < plan().renewal.most


def tell_later(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> datetime | None:
    """Tell the customer that `clock` will not be kept, or was not, and until when they will have it; None: the law's
    time comes before any honest one, so nothing later can be promised and they are told only that it takes longer.

    `ticket` is locked by the caller.
    """
    due = _honest(session, ticket, clock, now)
    if due is None:
        tell_in_conversation(session, ticket, "late", now)
    else:
        renew_clock(session, clock, due, now)
        until = spoken_time(due, now)
        add_event(session, ticket, EventKind.RENEWED, "system", now, note=until)
        tell_in_conversation(session, ticket, "renewed", now, until=until)
    notify(session, ticket, "delay", f"delay:clock:{clock.id}", now)
    return due


def _honest(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> datetime | None:
    rules = plan().renewal
    due = honest_time(
        now - clock.starts_at,
        _usual(session, ticket, clock, now),
        timedelta(hours=rules.least_hours),
        max(now, clock.due_at),
        earliest=rules.earliest,
        latest=rules.latest,
    )
    lawful = session.scalar(
        select(func.min(Clock.due_at)).where(
            Clock.ticket_id == ticket.id,
            Clock.kind == "statutory",
            Clock.met_at.is_(None),
            Clock.ended_at.is_(None),
        )
    )
    if lawful is None or due <= lawful:
        return due
    # To the minute, as it is told: what is owed is what was said.
    told = lawful.replace(second=0, microsecond=0)
    return told if told > max(now, clock.due_at) else None


def _usual(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> timedelta:
    rules = plan().renewal
    lately = (
        select(Ticket.id)
        .where(Ticket.category == ticket.category, Ticket.created_at >= now - timedelta(days=rules.days))
        .order_by(Ticket.id.desc())
        .limit(_LOOKED_AT)
    )
    took = func.extract("epoch", Clock.met_at - Clock.starts_at)
    slowest, known = session.execute(
        select(func.percentile_cont(rules.percentile / 100).within_group(took), func.count()).where(
            Clock.ticket_id.in_(lately), Clock.name == clock.name, Clock.kind == "promise", Clock.met_at.is_not(None)
        )
    ).one()
    if known < rules.fewest:
        return timedelta(hours=rules.usual_hours)
    return timedelta(seconds=float(slowest))
