"""How a ticket stands, as far as the customer may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from care.followup.rules import may_reopen
from care.sla.policy import FIRST_FEEDBACK, policy
from care.sla.sections import BY_PERSON
from care.sla.service import running_clocks
from care.sla.tables import Clock
from care.tickets.rules import OPEN, STAGE, EventKind, Kind, Level, Status
from care.tickets.tables import Ticket, TicketEvent


@dataclass(frozen=True)
class Standing:
    number: str
    #: titles; empty where only the digits were proved
    category: str
    department: str
    #: key of the word that customers see (`utter_stage_…`)
    stage: str
    status: str
    #: a word of care.tickets.rules.Kind
    kind: str
    is_open: bool
    #: False: the first that is promised is the result
    promises_feedback: bool
    #: None when met or over
    feedback_due: datetime | None
    solution_due: datetime | None
    first_feedback_at: datetime | None
    #: what was done, in words for the customer; None where only the digits were proved
    outcome: str | None
    may_reopen: bool
    #: a request about personal data that the system carries out in time: nobody is to be urged
    is_automatic: bool = False
    #: the number under which it goes on: it was filed twice
    merged_into: str | None = None
    #: what we asked the customer and wait for; None where only the digits were proved
    question: str | None = None
    #: promises stand still until the customer has answered
    is_paused: bool = False
    #: `solution_due` is a later time than was promised first
    is_renewed: bool = False


def standings(session: Session, tickets: Sequence[tuple[Ticket, Level]], now: datetime) -> list[Standing]:
    """In a few looks, however many tickets."""
    ids = [ticket.id for ticket, _ in tickets]
    due = running_clocks(session, ids)
    feedback = _first_feedback(session, ids)
    resolved = _resolved(session, ids)
    merged, asked = _merged(session, tickets), _asked(session, tickets)
    paused, renewed = _moved(session, ids)
    found = []
    for ticket, level in tickets:
        in_time = {name: at for name, at in due[ticket.id].items() if at > now}
        is_shown = level >= Level.CODE
        solution_due = in_time.get(policy().solution_of(ticket.category, ticket.complexity))
        is_by_system = ticket.kind == Kind.PRIVACY and ticket.complexity != BY_PERSON
        department = policy().departments.get(ticket.department, "")
        found.append(
            Standing(
                number=ticket.number,
                category=policy().title_of(ticket.category) if is_shown else "",
                department=department if is_shown else "",
                stage=STAGE[Status(ticket.status)],
                status=ticket.status,
                kind=ticket.kind,
                is_open=ticket.status in OPEN,
                promises_feedback=ticket.id in feedback,
                feedback_due=in_time.get(FIRST_FEEDBACK),
                solution_due=solution_due,
                first_feedback_at=feedback.get(ticket.id),
                outcome=ticket.outcome if is_shown else None,
                may_reopen=ticket.merged_into is None and may_reopen(ticket.status, resolved.get(ticket.id), now),
                is_automatic=is_by_system and solution_due is not None,
                merged_into=merged.get(ticket.merged_into or 0),
                question=asked.get(ticket.id) if is_shown else None,
                is_paused=ticket.id in paused,
                is_renewed=ticket.id in renewed and solution_due is not None,
            )
        )
    return found


def _moved(session: Session, ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Those with a promise that stands still, and those whose customer was told a later time; mostly none."""
    rows = session.execute(
        select(Clock.ticket_id, Clock.paused_at, Clock.renews).where(
            Clock.ticket_id.in_(ids),
            Clock.kind != "alarm",
            Clock.met_at.is_(None),
            Clock.ended_at.is_(None),
            or_(Clock.paused_at.is_not(None), Clock.renews.is_not(None)),
        )
    ).all()
    paused = {row.ticket_id for row in rows if row.paused_at is not None}
    return paused, {row.ticket_id for row in rows if row.renews is not None}


def _first_feedback(session: Session, ids: Sequence[int]) -> dict[int, datetime | None]:
    """When it was given; None: not yet. Without those on which none is promised."""
    rows = session.execute(
        select(Clock.ticket_id, func.min(Clock.met_at))
        .where(Clock.ticket_id.in_(ids), Clock.name == FIRST_FEEDBACK)
        .group_by(Clock.ticket_id)
    )
    return {ticket_id: at for ticket_id, at in rows}  # noqa: C416


def _resolved(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    rows = session.execute(
        select(TicketEvent.ticket_id, func.max(TicketEvent.at))
        .where(
            TicketEvent.ticket_id.in_(ids),
            TicketEvent.kind == EventKind.STATUS,
            TicketEvent.status == Status.RESOLVED,
        )
        .group_by(TicketEvent.ticket_id)
    )
    return {ticket_id: at for ticket_id, at in rows}  # noqa: C416


def _merged(session: Session, tickets: Sequence[tuple[Ticket, Level]]) -> dict[int, str]:
    """Numbers of those that some of them were merged into; mostly there are none."""
    ids = [ticket.merged_into for ticket, _ in tickets if ticket.merged_into is not None]
    if not ids:
        return {}
    rows = session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(ids)))
    return {id: number for id, number in rows}  # noqa: C416


def _asked(session: Session, tickets: Sequence[tuple[Ticket, Level]]) -> dict[int, str]:
    """The newest question on those that wait for their customer; mostly none does."""
    ids = [ticket.id for ticket, _ in tickets if ticket.status == Status.PENDING]
    if not ids:
        return {}
    rows = session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.ticket_id.in_(ids),
            TicketEvent.kind == EventKind.STATUS,
            TicketEvent.status == Status.PENDING,
        )
        .order_by(TicketEvent.id)
    )
    return {event.ticket_id: event.note for event in rows if event.note}
