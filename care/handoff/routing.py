"""Offering who waits to who is free.

Nothing here waits for a lock: what another transaction works on is passed by, and looked at again with the next change
or the next round of the job. An agent's row in `staff_presence` is what keeps two offers from filling the same place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from care.accounts.tables import Proof
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.handoff.choosing import KNOWS, RINGS, Candidate, candidates_for, rank
from care.handoff.policy import GENERAL, HandoffPolicy, handoff_policy
from care.handoff.rules import Status, Step
from care.handoff.steps import note_step
from care.handoff.tables import Handoff, HandoffEvent
from care.staff.announcing import tell_desk
from care.staff.rules import MAY, Permission, Presence
from care.staff.tables import Staff, StaffPresence

_DECLINED = (Step.REFUSED, Step.UNANSWERED, Step.TRANSFERRED)

#: without a sign of life of one of their browsers, somebody counts as gone
GONE_AFTER = timedelta(seconds=60)
#: rings that one transaction begins at most; the next round goes on
AT_ONCE = 20

_TOOK_AT = (
    select(HandoffEvent.at)
    .where(HandoffEvent.staff == Staff.number, HandoffEvent.kind == Step.TAKEN)
    .order_by(HandoffEvent.at.desc())
    .limit(1)
    .scalar_subquery()
)


def present(session: Session, now: datetime) -> list[Candidate]:
    """Everybody who takes customers now, with room or without."""
    rows = session.execute(
        select(Staff.id, Staff.number, Staff.skills, Staff.load_limit, _TOOK_AT.label("took_at"))
        .join(StaffPresence, StaffPresence.staff_id == Staff.id)
        .where(
            StaffPresence.state == Presence.READY,
            is_there(now),
            Staff.left_at.is_(None),
            Staff.role.in_(MAY[Permission.QUEUE]),
        )
    ).all()
    loads = loads_of(session, [row.id for row in rows])
    return [
        Candidate(row.id, row.number, frozenset(row.skills), loads.get(row.id, 0), row.load_limit, row.took_at)
        for row in rows
    ]


def loads_of(session: Session, staff: Collection[int]) -> dict[int, int]:
    """How many each of them talks with, and how many ring there; who is not in it has none."""
    picked = select(Handoff.staff_id.label("who")).where(Handoff.status == Status.PICKED, Handoff.staff_id.in_(staff))
    ringing = select(Handoff.offered_to.label("who")).where(
        Handoff.status == Status.WAITING, Handoff.offered_to.in_(staff)
    )
    held = picked.union_all(ringing).subquery()
    return {
        row.who: row.load
        for row in session.execute(select(held.c.who, func.count().label("load")).group_by(held.c.who))
    }


def is_there(now: datetime) -> ColumnElement[bool]:
    return StaffPresence.seen_at > now - GONE_AFTER


def route(session: Session, now: datetime) -> int:
    """Ring for who waits and for whom somebody is free, the most pressing first; how many rings began."""
    agents = {agent.staff_id: agent for agent in present(session, now)}
    free = _skills_with_room(agents.values())
    if not free:
        return 0
    policy = handoff_policy()
    waiting = session.execute(
        select(Handoff.id, Handoff.conversation_id, Handoff.queue, Handoff.priority, Handoff.requested_at)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.status == Status.WAITING, Handoff.offered_to.is_(None), Conversation.channel != AUDIT_CHANNEL)
    ).all()
    rings = 0
    for row in sorted(waiting, key=lambda row: rank(row.priority, row.requested_at, now)):
        skill = skill_of(policy, row.queue)
        if skill not in free:
            continue
        knows = acquainted(session, [row.conversation_id], now)[row.conversation_id]
        for agent in candidates_for(agents.values(), skill, knows, _declined(session, row.id), now):
            if not _is_free(session, agent, now):
                del agents[agent.staff_id]
                continue
            # Only now: whoever could offer it to nobody must not keep it from others.
            if (handoff := _still_waiting(session, row.id)) is not None:
                ring(session, handoff, agent.staff_id, agent.number, now)
                agents[agent.staff_id] = replace(agent, load=agent.load + 1)
                rings += 1
            break
        free = _skills_with_room(agents.values())
        if rings == AT_ONCE:
            break
    if rings:
        tell_desk(session, "queue")
    return rings


def _still_waiting(session: Session, handoff_id: int) -> Handoff | None:
    """Locked; None where another transaction works on it, or it rings or was taken meanwhile."""
    return session.scalar(
        select(Handoff)
        .where(Handoff.id == handoff_id, Handoff.status == Status.WAITING, Handoff.offered_to.is_(None))
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )


def _is_free(session: Session, agent: Candidate, now: datetime) -> bool:
    """From here to the end of the transaction; False too where another transaction works on this agent."""
    locked = session.scalar(
        select(StaffPresence.staff_id)
        .where(StaffPresence.staff_id == agent.staff_id, StaffPresence.state == Presence.READY, is_there(now))
        .with_for_update(skip_locked=True, key_share=True)
    )
    return locked is not None and loads_of(session, [agent.staff_id]).get(agent.staff_id, 0) < agent.load_limit


def skill_of(policy: HandoffPolicy, queue: str) -> str:
    """Of a queue that the file has lost, the general one's."""
    return policy.queues.get(queue, policy.queues[GENERAL]).skill


def _skills_with_room(agents: Collection[Candidate]) -> frozenset[str]:
    return frozenset(skill for agent in agents if agent.has_room for skill in agent.skills)


def ring(session: Session, handoff: Handoff, staff_id: int, number: str, now: datetime) -> None:
    """At one agent, for a while. The hand-off is locked by the caller."""
    handoff.offered_to, handoff.offered_until = staff_id, now + RINGS
    note_step(session, handoff.id, Step.OFFERED, now, number)
    tell_desk(session, f"staff:{number}")


def _declined(session: Session, handoff_id: int) -> dict[str, datetime]:
    """By number: who refused it since somebody last talked with the customer, or did not answer, or handed it on."""
    talked = (
        select(func.max(HandoffEvent.id))
        .where(HandoffEvent.handoff_id == handoff_id, HandoffEvent.kind == Step.TAKEN)
        .scalar_subquery()
    )
    rows = session.execute(
        select(HandoffEvent.staff, func.max(HandoffEvent.at))
        .where(
            HandoffEvent.handoff_id == handoff_id,
            HandoffEvent.kind.in_(_DECLINED),
            HandoffEvent.staff.is_not(None),
            HandoffEvent.id > func.coalesce(talked, 0),
        )
        .group_by(HandoffEvent.staff)
    )
    return {str(number): at for number, at in rows}


def acquainted(session: Session, conversations: Collection[str], now: datetime) -> dict[str, frozenset[int]]:
    """By conversation: ids of who talked, in the last 30 days, in it or in another one that proved the same number."""
    own, other = aliased(Proof), aliased(Proof)
    same_number = (
        select(own.conversation_id.label("here"), other.conversation_id.label("there"))
        .join(other, other.phone_index == own.phone_index)
        .where(own.conversation_id.in_(conversations), own.binds, other.binds)
    )
    here = select(Conversation.id.label("here"), Conversation.id.label("there")).where(
        Conversation.id.in_(conversations)
    )
    pairs = same_number.union(here).subquery()
    rows = session.execute(
        select(pairs.c.here, Handoff.staff_id)
        .join(Handoff, Handoff.conversation_id == pairs.c.there)
        .where(Handoff.staff_id.is_not(None), Handoff.picked_at > now - KNOWS)
    )
    found: dict[str, set[int]] = defaultdict(set)
    for conversation, staff in rows:
        found[conversation].add(staff)
    return {conversation: frozenset(found[conversation]) for conversation in conversations}
