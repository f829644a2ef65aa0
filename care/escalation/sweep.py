"""The round that acts on clocks: what is due is found through an index, so that its cost follows what is due.

Each ticket is a transaction of its own, with its row held; any number of workers, and safe to repeat: what rang or was
missed is written with what it caused. Who wakes up late catches up in the order in which things came due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from prometheus_client import Counter as Counts
from prometheus_client import Gauge
from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from care import db
from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm, settle_alarm
from care.alarms.tables import Alarm
from care.answers.tables import Answer
from care.conversations.tables import Conversation, Message
from care.errors import Unavailable
from care.escalation.acting import RUNNING, act
from care.escalation.plan import plan
from care.escalation.rules import Level
from care.escalation.tables import Escalation
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.logs import get_logger
from care.sla.tables import Clock
from care.staff.announcing import tell_desk
from care.tickets.rules import Kind
from care.tickets.tables import Ticket

T = TypeVar("T")

_AT_ONCE = 200
#: of `_AT_ONCE` in one round
_PORTIONS = 25
#: older than this, nobody has to be told any more of what nobody was told of
_LOOKED_BACK = timedelta(days=30)
_MISSED = exists().where(
    Clock.ticket_id == Ticket.id,
    Clock.kind != "alarm",
    Clock.missed_at.is_not(None),
    Clock.met_at.is_(None),
    Clock.ended_at.is_(None),
)
_UNSEEN = exists().where(Answer.ticket_id == Ticket.id, Answer.reached_at.is_(None))
_OWED = ((AlarmKind.PROMISE_MISSED, _MISSED), (AlarmKind.PROMISE_OWED, _MISSED), (AlarmKind.NOT_REACHED, _UNSEEN))
_log = get_logger("care.escalation")
_broken = Counts("quanyi_clocks_broken_total", "Tickets on whose clocks a sweep could not act")
_lag = Gauge("quanyi_clocks_lag_seconds", "How long ago the clock came due that the last sweep found first")


def sweep(now: datetime) -> dict[str, int]:
    """One round; how many clocks `rang` and were `missed`, how many tickets were `handed` over, whose answers were
    `not_reached`, whose alarms were `settled`."""
    done: Counter[str] = Counter(rang=0, missed=0)
    after: tuple[datetime, int] | None = None
    _lag.set(0)
    for portion in range(_PORTIONS):
        found = _run(_due, now, after)
        if found and portion == 0:
            _lag.set((now - found[0][0]).total_seconds())
        for ticket_id in dict.fromkeys(ticket_id for _, _, ticket_id in found):
            did = _act(ticket_id, now)
            done.update(did)
            if did.get("missed"):
                done["handed"] += _run(_hand_over, ticket_id, now)
        if len(found) < _AT_ONCE:
            break
        after = found[-1][0], found[-1][1]
    for ticket_id in _run(_unfollowed, now):
        _act(ticket_id, now)
    done["not_reached"] = _run(_tell_not_reached, now)
    done["settled"] = _run(_settle, now)
    return dict(done)


def _act(ticket_id: int, now: datetime) -> dict[str, int]:
    """One ticket's; what goes wrong with it keeps nobody else waiting, and is tried again in the next round."""
    try:
        return _run(act, ticket_id, now)
    except Unavailable:
        raise
    except Exception as error:
        # Its text may hold what a customer said.
        _log.error("clocks_broken", ticket_id=ticket_id, error=type(error).__name__)
        _broken.inc()
        return {}


def _run(work: Callable[..., T], *given: object) -> T:
    """In a transaction of its own."""
    return db.run(lambda session: work(session, *given))


def _due(session: Session, now: datetime, after: tuple[datetime, int] | None) -> list[tuple[datetime, int, int]]:
    """When, which clock, which ticket; in their order, behind these."""
    due = select(Clock.due_at, Clock.id, Clock.ticket_id).where(Clock.due_at <= now, *RUNNING)
    if after is not None:
        due = due.where(tuple_(Clock.due_at, Clock.id) > after)
    rows = session.execute(due.order_by(Clock.due_at, Clock.id).limit(_AT_ONCE))
    return [(row.due_at, row.id, row.ticket_id) for row in rows]


def _unfollowed(session: Session, now: datetime) -> list[int]:
    """Tickets with a miss that a step of somebody's recorded before this round came by (care/sla/misses.py)."""
    followed = exists().where(Escalation.clock_id == Clock.id, Escalation.level == Level.SUPERVISOR)
    lately = select(Clock.ticket_id).where(Clock.kind != "alarm", Clock.missed_at >= now - _LOOKED_BACK, ~followed)
    return list(session.scalars(lately.distinct().limit(_AT_ONCE)))


def _hand_over(session: Session, ticket_id: int, now: datetime) -> bool:
    """A customer who is there when a promise breaks gets a person; whoever is not, would only be waited for."""
    row = session.execute(
        select(Ticket.conversation_id, Ticket.category)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Ticket.id == ticket_id, Ticket.kind.in_((Kind.COMPLAINT, Kind.FAULT)), Conversation.owner == "bot")
    ).first()
    if row is None:
        return False
    wrote = session.scalar(
        select(func.max(Message.created_at)).where(
            Message.conversation_id == row.conversation_id, Message.author == "customer"
        )
    )
    if wrote is None or wrote < now - timedelta(minutes=plan().handoff_minutes):
        return False
    request_handoff(session, row.conversation_id, Reason.CLOCK, now, trigger={"ticket": ticket_id})
    return True


def _tell_not_reached(session: Session, now: datetime) -> int:
    """Answers that nobody has seen: somebody has to call. Told once for an answer; of one that is days old it was."""
    over = now - timedelta(hours=plan().not_reached_hours)
    subject = literal("ticket:") + Ticket.number
    was_told = exists().where(
        Alarm.kind == AlarmKind.NOT_REACHED, Alarm.subject == subject, Alarm.raised_at >= Answer.at
    )
    rows = session.execute(
        select(Ticket.number, func.max(Answer.at).label("at"))
        .join(Ticket, Ticket.id == Answer.ticket_id)
        .where(Answer.reached_at.is_(None), Answer.at < over, Answer.at >= over - _LOOKED_BACK, ~was_told)
        .group_by(Ticket.number)
        .limit(_AT_ONCE)
    ).all()
    for row in rows:
        raise_alarm(session, AlarmKind.NOT_REACHED, f"ticket:{row.number}", now, once_since=row.at)
    if rows:
        tell_desk(session, "alarm")
    return len(rows)


def _settle(session: Session, now: datetime) -> int:
    """Alarms of tickets on which nothing that was missed is owed any more, or whose answers have been seen."""
    settled = sum(
        settle_alarm(session, kind, subject, now) for kind, owed in _OWED for subject in _over(session, kind, owed)
    )
    if settled:
        tell_desk(session, "alarm")
    return settled


def _over(session: Session, kind: AlarmKind, owed: ColumnElement[bool]) -> Sequence[str]:
    """Subjects of the open alarms of this kind without what they are about."""
    is_owed = exists().where(Ticket.number == func.substr(Alarm.subject, len("ticket:") + 1), owed)
    over = select(Alarm.subject).where(Alarm.kind == kind, Alarm.over_at.is_(None), ~is_owed)
    return session.scalars(over.order_by(Alarm.id).limit(_AT_ONCE)).all()
