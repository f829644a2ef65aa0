"""What happened to a ticket, and which times were kept, in words for its customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from care.rights.packet_words import one_line
from care.sla.policy import policy
from care.sla.tables import Clock
from care.tickets.rules import EventKind, Status
from care.tickets.tables import Ticket, TicketEvent
from care.timezone import CHINA
from care.wording import say

#: head, shares of the width, rows
Rows = tuple[tuple[str, ...], tuple[int, ...], tuple[tuple[str, ...], ...]]

#: rows of a table: those after them are the newest
_MOST_ROWS = 60
#: steps that say something to the customer; the others are how we work inside
TOLD = {
    EventKind.FILED: "filed",
    EventKind.URGED: "urged",
    EventKind.INFORMATION: "information",
    EventKind.EVIDENCE: "evidence",
    EventKind.FEEDBACK: "feedback",
    EventKind.DELAY: "delay",
    EventKind.REOPENED: "reopened",
    EventKind.WITHDRAWN: "withdrawn",
}
STATUSES = {
    Status.IN_PROGRESS: "working",
    Status.PENDING: "pending",
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
    Status.REJECTED: "rejected",
}
#: of these the note is what the customer said, or was told
_WITH_NOTE = (EventKind.URGED, EventKind.INFORMATION, EventKind.FEEDBACK, EventKind.REOPENED)
WHO = {"customer": "you", "caller": "caller", "bot": "system", "system": "system"}


def history_table(session: Session, ticket: Ticket) -> tuple[Rows, int]:
    """The newest steps, the oldest of them first, and how many earlier ones are left out."""
    is_told = and_(
        TicketEvent.ticket_id == ticket.id,
        or_(
            TicketEvent.kind.in_(TOLD),
            and_(TicketEvent.kind == EventKind.STATUS, TicketEvent.status.in_(STATUSES)),
        ),
    )
    newest = select(TicketEvent).where(is_told).order_by(TicketEvent.at.desc(), TicketEvent.id.desc())
    events = session.scalars(newest.limit(_MOST_ROWS)).all()
    all_of_them = session.scalar(select(func.count()).select_from(TicketEvent).where(is_told)) or 0
    rows = [
        (_time(event.at), say(f"appeal_paper_who_{WHO.get(event.actor, 'staff')}"), _told(event, ticket))
        for event in reversed(events)
    ]
    return (_head("when", "who", "step"), (24, 16, 60), tuple(rows)), all_of_them - len(rows)


def _told(event: TicketEvent, ticket: Ticket) -> str:
    kind = EventKind(event.kind)
    if event.status is not None and kind is EventKind.STATUS:
        key = STATUSES[Status(event.status)]
        said = ticket.outcome if event.status == Status.RESOLVED else None
    else:
        key = TOLD[kind]
        said = event.note if kind in _WITH_NOTE else None
    if kind is EventKind.DELAY:
        return say("appeal_paper_event_delay", what=clock_title(event.note or ""))
    what = say(f"appeal_paper_event_{key}")
    return say("appeal_paper_event_said", what=what, words=one_line(said)) if said else what


def clock_table(session: Session, ticket_id: int, now: datetime) -> Rows:
    """Our promises and the law's limits, and what came of each."""
    rows = [
        (
            clock_title(clock.name),
            say(f"appeal_paper_clock_{clock.kind}"),
            _last_moment(clock.due_at),
            _came(clock, now),
        )
        for clock in _clocks(session, ticket_id)
        if clock.ended_at is None or is_missed(clock, now)
    ]
    return _head("clock", "clock_kind", "due", "came"), (38, 16, 22, 24), tuple(rows[-_MOST_ROWS:])


def missed_clocks(session: Session, ticket_id: int, now: datetime) -> list[str]:
    """Titles of what was not done in time, each once."""
    missed = [clock_title(clock.name) for clock in _clocks(session, ticket_id) if is_missed(clock, now)]
    return list(dict.fromkeys(missed))


def is_missed(clock: Clock, now: datetime) -> bool:
    """Also when nobody has looked at it since (`missed_at`), and when it was done all the same, but late."""
    if clock.missed_at is not None:
        return True
    return clock.due_at <= min(clock.met_at or now, clock.ended_at or now)


def _came(clock: Clock, now: datetime) -> str:
    late = is_missed(clock, now)
    if clock.met_at is not None:
        return say("appeal_paper_came_late" if late else "appeal_paper_came_in_time", at=_time(clock.met_at))
    return say("appeal_paper_came_missed" if late else "appeal_paper_came_running")


def _clocks(session: Session, ticket_id: int) -> Sequence[Clock]:
    clocks = select(Clock).where(Clock.ticket_id == ticket_id, Clock.kind != "alarm")
    return session.scalars(clocks.order_by(Clock.due_at, Clock.id)).all()


def clock_title(name: str) -> str:
    """As the policy file names where it comes from; a clock that it has lost is one of its own."""
    spec = policy().clocks.get(name)
    return spec.source if spec else say("appeal_paper_clock_other")


def _head(*names: str) -> tuple[str, ...]:
    return tuple(say(f"appeal_paper_head_{name}") for name in names)


def _last_moment(due: datetime) -> str:
    """The end of a day as people say it: 24:00 of that day."""
    local = due.astimezone(CHINA)
    if (local.hour, local.minute) != (0, 0):
        return _time(due)
    return f"{(local - timedelta(days=1)).date().isoformat()} 24:00"


def _time(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
