"""Which queue a customer waits in, who of them is next, and at whom it rings. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from care.handoff.policy import HandoffPolicy
from care.handoff.rules import Reason

#: an offer rings
RINGS = timedelta(seconds=20)
#: who did not want it is offered it again when nobody else is there, not sooner than this
AGAIN_AFTER = timedelta(seconds=60)
#: waiting this long counts as one priority more
RISES_EVERY = timedelta(minutes=5)
#: … up to this one: before a life or money on its way nobody comes by waiting
RISES_TO = 2
#: who talked with the customer in that time knows them
KNOWS = timedelta(days=30)
#: pick-ups that an estimate goes by
RECENT = timedelta(hours=1)
RECENT_AT_MOST = 20
_RECENT_AT_LEAST = 3


@dataclass(frozen=True)
class Chosen:
    queue: str
    priority: int
    #: from when on somebody is to come: now, or when the queue opens
    served_from: datetime


def choose_queue(
    policy: HandoffPolicy, reason: Reason, trigger: Mapping[str, Any], now: datetime, *, at_any_hour: bool = False
) -> Chosen:
    """By the reason; where it says so, by what the customer talks of (`trigger["label"]`) while that queue is open.

    Who must have a person at any hour, for this reason or (`at_any_hour`) for another one that holds as well, waits
    with those on duty while theirs is closed.
    """
    spec = policy.reasons[reason]
    labelled = policy.queue_of_label(trigger.get("label")) if spec.by_label else None
    queue = labelled if labelled and policy.queues[labelled].hours.is_open(now) else spec.queue
    if (at_any_hour or spec.around_the_clock) and not policy.queues[queue].hours.is_open(now):
        queue = policy.duty
    return Chosen(queue, spec.priority, served_from(policy, queue, now))


def served_from(policy: HandoffPolicy, queue: str, now: datetime) -> datetime:
    """Now; of a queue that is closed, its next opening. Of one that the file has lost, or that never opens: now."""
    found = policy.queues.get(queue)
    return (found.hours.opens_at(now) if found else None) or now


def rank(priority: int, requested_at: datetime, now: datetime) -> tuple[int, datetime]:
    """Sorted by it, the first is next. Waiting raises the priority, so nobody is passed by for ever; the old place in
    the queue is kept, because `requested_at` never changes."""
    raised = priority - max(0, (now - requested_at) // RISES_EVERY)
    return max(raised, min(priority, RISES_TO)), requested_at


@dataclass(frozen=True)
class Candidate:
    """Somebody who takes customers now."""

    staff_id: int
    number: str
    skills: frozenset[str]
    #: customers that they talk with, and those that ring at them
    load: int
    load_limit: int
    #: when they last took somebody
    took_at: datetime | None

    @property
    def has_room(self) -> bool:
        return self.load < self.load_limit


def candidates_for(
    agents: Iterable[Candidate],
    skill: str,
    knows: frozenset[int],
    declined: Mapping[str, datetime],
    now: datetime,
) -> list[Candidate]:
    """At whom it may ring, the best first: who knows the customer, then the least busy, then who has waited longest.

    `knows`: ids of staff. `declined`: by number, when somebody refused it in this wait or did not answer: they are
    asked again only when nobody else with the skill is there (with room or without), and not at once.
    """
    able = [agent for agent in agents if skill in agent.skills]
    if any(agent.number not in declined for agent in able):
        able = [agent for agent in able if agent.number not in declined]
    else:
        able = [agent for agent in able if now - declined[agent.number] >= AGAIN_AFTER]
    return sorted(
        (agent for agent in able if agent.has_room),
        key=lambda agent: (
            agent.staff_id not in knows,
            agent.load,
            agent.took_at.timestamp() if agent.took_at else 0.0,
            agent.number,
        ),
    )


def per_place(recent: Sequence[tuple[float, int]]) -> float | None:
    """How many seconds one place took lately. `recent`: waits in seconds, and the place that each began at.

    None: fewer than three to go by.
    """
    if len(recent) < _RECENT_AT_LEAST:
        return None
    return median(max(0.0, waited) / max(1, place) for waited, place in recent)


def estimate(position: int, seconds_per_place: float | None) -> int | None:
    """Seconds until that place is taken; None: nothing to go by."""
    return None if seconds_per_place is None else round(position * seconds_per_place)
