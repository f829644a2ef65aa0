"""Writing tickets and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput
from care.tickets.rules import EventKind, Kind, Level, Status, may_follow, ticket_number
from care.tickets.tables import Ticket, TicketEvent, TicketGrant

_TRIES_FOR_A_FREE_NUMBER = 5
_HIGHEST_PRIORITY = 1
#: of one conversation, that are looked at when no limit is given
_MOST = 50


def open_ticket(session: Session, ticket: Ticket, kind: Kind, actor: str, now: datetime) -> Ticket:
    """Give `ticket` its number, first status and first event. Its other fields are the caller's."""
    ticket.kind = kind
    ticket.status = Status.ACKNOWLEDGED
    ticket.created_at = now
    for _ in range(_TRIES_FOR_A_FREE_NUMBER):
        ticket.number = ticket_number(kind, now)
        if session.scalar(select(Ticket.id).where(Ticket.number == ticket.number)) is None:
            break
    session.add(ticket)
    session.flush()
    add_event(session, ticket, EventKind.FILED, actor, now, status=ticket.status)
    return ticket


def add_event(
    session: Session,
    ticket: Ticket,
    kind: EventKind,
    actor: str,
    now: datetime,
    *,
    note: str | None = None,
    status: str | None = None,
) -> TicketEvent:
    event = TicketEvent(ticket_id=ticket.id, at=now, actor=actor, kind=kind, status=status, note=note)
    session.add(event)
    return event


def change_status(
    session: Session,
    ticket_id: int,
    status: Status,
    actor: str,
    now: datetime,
    note: str | None = None,
    kind: EventKind = EventKind.STATUS,
) -> TicketEvent:
    """Move a ticket on and record who did it. Raises Conflict (reason `ticket_status`) for a step not in FOLLOWS."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise InvalidInput("ticket", f"there is no ticket {ticket_id}")
    if not may_follow(Status(ticket.status), status):
        raise Conflict("ticket_status", f"a ticket that is {ticket.status} cannot become {status}")
    ticket.status = status
    return add_event(session, ticket, kind, actor, now, note=note, status=status)


def raise_priority(session: Session, ticket: Ticket, actor: str, now: datetime) -> None:
    """One more urgent, where it is not the most urgent already. `ticket` is locked by the caller."""
    if ticket.priority > _HIGHEST_PRIORITY:
        before = ticket.priority
        ticket.priority -= 1
        add_event(session, ticket, EventKind.PRIORITY, actor, now, note=f"{before} → {ticket.priority}")


def ticket_by_number(session: Session, number: str, *, lock: bool = False) -> Ticket | None:
    query = select(Ticket).where(Ticket.number == number)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def tickets_of_conversation(session: Session, conversation_id: str, limit: int = 3) -> Sequence[Ticket]:
    """Filed in it; the newest first."""
    return session.scalars(
        select(Ticket).where(Ticket.conversation_id == conversation_id).order_by(Ticket.id.desc()).limit(limit)
    ).all()


def accessible_tickets(
    session: Session, conversation_id: str, least: Level, limit: int | None = None
) -> Sequence[tuple[Ticket, Level]]:
    """The tickets of a conversation (filed in it, or granted to it) with their levels; the newest first."""
    filed = [(ticket, Level.FILED) for ticket in tickets_of_conversation(session, conversation_id, limit or _MOST)]
    rows = session.execute(
        select(Ticket, TicketGrant.level)
        .join(TicketGrant, TicketGrant.ticket_id == Ticket.id)
        .where(TicketGrant.conversation_id == conversation_id)
        .order_by(Ticket.id.desc())
    )
    own = {ticket.id for ticket, _ in filed}
    granted = [(ticket, Level[level.upper()]) for ticket, level in rows if ticket.id not in own]
    found = filed + [pair for pair in granted if pair[1] >= least]
    return sorted(found, key=lambda pair: pair[0].id, reverse=True)[:limit]


def level_of(session: Session, conversation_id: str, ticket: Ticket) -> Level:
    """What this conversation has proved about the ticket."""
    if ticket.conversation_id == conversation_id:
        return Level.FILED
    granted = session.scalar(
        select(TicketGrant.level).where(
            TicketGrant.conversation_id == conversation_id, TicketGrant.ticket_id == ticket.id
        )
    )
    return Level[granted.upper()] if granted else Level.NONE


def grant_level(session: Session, conversation_id: str, ticket: Ticket, level: Level, now: datetime) -> None:
    """Remember a proof; a stronger one from before stays."""
    statement = insert(TicketGrant).values(
        conversation_id=conversation_id, ticket_id=ticket.id, level=level.name.lower(), granted_at=now
    )
    if level is Level.CODE:
        key = [TicketGrant.conversation_id, TicketGrant.ticket_id]
        statement = statement.on_conflict_do_update(index_elements=key, set_={"level": "code", "granted_at": now})
    else:
        statement = statement.on_conflict_do_nothing()
    session.execute(statement)
