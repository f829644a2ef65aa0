"""Who waits, at which place, and about how long it takes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.accounts.rules import Purpose, mask_phone
from care.accounts.tables import Proof
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.handoff.choosing import RECENT, RECENT_AT_MOST, Candidate, estimate, per_place, rank
from care.handoff.policy import handoff_policy
from care.handoff.routing import acquainted, present, skill_of
from care.handoff.rules import Status
from care.handoff.tables import Handoff
from care.staff.tables import Staff


@dataclass(frozen=True)
class Place:
    queue: str
    #: 1: next
    position: int
    #: None: nothing to go by, or the queue is closed
    estimate_seconds: int | None
    is_open: bool
    #: None while it is open, and for a queue that does not open within a month
    opens_at: datetime | None


@dataclass(frozen=True)
class QueueState:
    name: str
    title: str
    is_open: bool
    opens_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    #: people with its skill who take customers now
    ready: int
    #: for somebody who comes now
    estimate_seconds: int | None


@dataclass(frozen=True)
class Waiting:
    """One who waits; `position` counts within its queue."""

    handoff: int
    conversation: str
    queue: str
    reason: str
    reason_title: str
    priority: int
    requested_at: datetime
    position: int
    estimate_seconds: int | None
    #: number of the agent at whom it rings
    offered_to: str | None
    offered_until: datetime | None
    channel: str
    label: str


@dataclass(frozen=True)
class Snapshot:
    """All queues, the same for every agent."""

    queues: tuple[QueueState, ...]
    #: in the order in which they are taken
    items: tuple[Waiting, ...]
    at: datetime

    @cached_property
    def _places(self) -> dict[str, Place]:
        queues = {queue.name: queue for queue in self.queues}
        return {
            item.conversation: Place(
                item.queue,
                item.position,
                item.estimate_seconds,
                queues[item.queue].is_open,
                queues[item.queue].opens_at,
            )
            for item in self.items
        }

    def place_of(self, conversation_id: str) -> Place | None:
        """None: does not wait."""
        return self._places.get(conversation_id)


def place_of(session: Session, conversation_id: str, now: datetime) -> Place | None:
    """Of one customer. None: does not wait for a person."""
    own = session.execute(
        select(Handoff.id, Handoff.queue).where(
            Handoff.conversation_id == conversation_id, Handoff.status == Status.WAITING
        )
    ).one_or_none()
    if own is None:
        return None
    rows = session.execute(
        select(Handoff.id, Handoff.priority, Handoff.requested_at).where(
            Handoff.status == Status.WAITING, Handoff.queue == own.queue
        )
    ).all()
    order = sorted(rows, key=lambda row: rank(row.priority, row.requested_at, now))
    position = next(number for number, row in enumerate(order, start=1) if row.id == own.id)
    state = _state(own.queue, [], present(session, now), _per_place(session, [own.queue], now), now)
    pace = _pace(state, _per_place(session, [own.queue], now))
    return Place(own.queue, position, estimate(position, pace), state.is_open, state.opens_at)


def snapshot(session: Session, now: datetime) -> Snapshot:
    """Four statements, whatever waits: LIVE calls it once a process and change, not once an agent."""
    policy = handoff_policy()
    rows = session.execute(
        select(
            Handoff.id,
            Handoff.conversation_id,
            Handoff.queue,
            Handoff.reason,
            Handoff.priority,
            Handoff.requested_at,
            Handoff.offered_until,
            Staff.number.label("offered_to"),
            Conversation.channel,
        )
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Staff, Staff.id == Handoff.offered_to)
        .where(Handoff.status == Status.WAITING, Conversation.channel != AUDIT_CHANNEL)
    ).all()
    by_queue: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        by_queue[row.queue].append(row.requested_at)
    names = [*policy.queues, *sorted(by_queue.keys() - policy.queues.keys())]
    agents, paces = present(session, now), _per_place(session, names, now)
    queues = {name: _state(name, by_queue[name], agents, paces, now) for name in names}
    labels = labels_of(session, [row.conversation_id for row in rows], now)
    items = []
    position: dict[str, int] = defaultdict(int)
    for row in sorted(rows, key=lambda row: rank(row.priority, row.requested_at, now)):
        position[row.queue] += 1
        items.append(
            Waiting(
                handoff=row.id,
                conversation=row.conversation_id,
                queue=row.queue,
                reason=row.reason,
                reason_title=policy.title_of_reason(row.reason),
                priority=row.priority,
                requested_at=row.requested_at,
                position=position[row.queue],
                estimate_seconds=estimate(position[row.queue], _pace(queues[row.queue], paces)),
                offered_to=row.offered_to,
                offered_until=row.offered_until,
                channel=row.channel,
                label=labels[row.conversation_id],
            )
        )
    return Snapshot(tuple(queues.values()), tuple(items), now)


def _state(
    name: str, since: list[datetime], agents: list[Candidate], paces: dict[str, float | None], now: datetime
) -> QueueState:
    policy = handoff_policy()
    found = policy.queues.get(name)
    is_open = found is None or found.hours.is_open(now)
    skill = skill_of(policy, name)
    state = QueueState(
        name=name,
        title=policy.title_of_queue(name),
        is_open=is_open,
        opens_at=None if found is None or is_open else found.hours.opens_at(now),
        waiting=len(since),
        oldest_at=min(since, default=None),
        ready=sum(skill in agent.skills for agent in agents),
        estimate_seconds=None,
    )
    return QueueState(**vars(state) | {"estimate_seconds": estimate(len(since) + 1, _pace(state, paces))})


def _pace(state: QueueState, paces: dict[str, float | None]) -> float | None:
    """Seconds a place; None where nobody is there to take anybody."""
    return paces.get(state.name) if state.is_open and state.ready else None


_RECENT = text(
    "SELECT q.name, extract(epoch FROM h.picked_at - h.served_from) AS waited, h.position"
    " FROM unnest(cast(:queues AS varchar[])) AS q(name) CROSS JOIN LATERAL ("
    "  SELECT h.picked_at, h.served_from, (e.detail->>'position')::integer AS position"
    "  FROM handoffs h JOIN handoff_events e ON e.handoff_id = h.id AND e.kind = 'requested'"
    "  WHERE h.queue = q.name AND h.picked_at > :since ORDER BY h.picked_at DESC LIMIT :most) h"
)


def _per_place(session: Session, queues: Collection[str], now: datetime) -> dict[str, float | None]:
    """By queue: what one place took those who were picked up last."""
    rows = session.execute(_RECENT, {"queues": list(queues), "since": now - RECENT, "most": RECENT_AT_MOST})
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for row in rows:
        found[row.name].append((float(row.waited), row.position or 1))
    return {name: per_place(found[name]) for name in queues}


def labels_of(session: Session, conversations: Collection[str], now: datetime) -> dict[str, str]:
    """How the desk names who writes: the number that is proved now, masked; else digits that tell visitors apart."""
    visitor = handoff_policy().visitor
    labels = {each: visitor.format(code=_code(each)) for each in conversations}
    proved = (
        select(Proof)
        .where(
            Proof.conversation_id.in_(conversations),
            Proof.purpose == Purpose.ACCOUNT,
            Proof.expires_at > now,
            Proof.ended_at.is_(None),
        )
        .order_by(Proof.id)
    )
    for proof in session.scalars(proved):
        labels[proof.conversation_id] = mask_phone(proof.phone)
    return labels


def _code(conversation_id: str) -> str:
    return hashlib.sha256(conversation_id.encode()).hexdigest()[:4].upper()


def known_to(session: Session, staff_id: int, conversations: Collection[str], now: datetime) -> frozenset[str]:
    """Those of them whose customers this agent talked with in the last 30 days."""
    found = acquainted(session, conversations, now)
    return frozenset(conversation for conversation, staff in found.items() if staff_id in staff)
