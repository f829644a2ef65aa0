"""Which queue a customer waits in, who of them is next, at whom it rings, and how long it may take."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from care.handoff.choosing import AGAIN_AFTER, Candidate, candidates_for, choose_queue, estimate, per_place, rank
from care.handoff.policy import DEFAULT, load_policy
from care.handoff.rules import Reason
from tests.support.times import china

POLICY = load_policy(DEFAULT)
#: a Friday: every queue is open; a Friday night: only those on duty; a Sunday: offices are closed
DAY, NIGHT, SUNDAY = china("2026-11-20 10:00"), china("2026-11-20 23:30"), china("2026-11-22 10:00")
NETWORK, BILL, OTHER = {"label": "complaint_network"}, {"label": "billing_detail"}, {"label": "greet_chitchat"}

QUEUES = [
    # reason, trigger, when, queue, priority
    (Reason.ASKED, {}, DAY, "service", 3, "nothing else is known"),
    (Reason.ASKED, NETWORK, DAY, "network", 3, "what they talk of"),
    (Reason.ASKED, BILL, DAY, "billing", 3, "what they talk of"),
    (Reason.ASKED, OTHER, DAY, "service", 3, "no queue has this label"),
    (Reason.ASKED, {"label": "privacy_access"}, DAY, "privacy", 3, "an office is open"),
    (
        Reason.ASKED,
        {"label": "privacy_access"},
        SUNDAY,
        "service",
        3,
        "… and closed on Sundays: the general one is open",
    ),
    (Reason.ASKED, {}, NIGHT, "service", 3, "a plain wish waits for the morning"),
    (Reason.NOT_UNDERSTOOD, NETWORK, DAY, "network", 3, "as asked"),
    (Reason.BOT_FAILURE, NETWORK, DAY, "service", 3, "nobody knows what it is about"),
    (Reason.DISTRESS, NETWORK, DAY, "duty", 1, "a life: those on duty, by day too"),
    (Reason.DISTRESS, {}, NIGHT, "duty", 1, "at any hour"),
    (Reason.FRAUD, {}, DAY, "security", 1, "money on its way"),
    (Reason.FRAUD, {}, NIGHT, "duty", 1, "at any hour"),
    (Reason.LEAK, {}, DAY, "privacy", 2, ""),
    (Reason.LEAK, {}, SUNDAY, "duty", 2, "the office is closed, at any hour somebody"),
    (Reason.THREAT, BILL, DAY, "supervisor", 2, "whatever it is about"),
    (Reason.ANGER, BILL, DAY, "billing", 2, "who can solve it"),
    (Reason.ELDERLY, BILL, DAY, "elder", 2, "65 and older: their own people"),
    (Reason.ELDERLY, {}, NIGHT, "duty", 2, "at any hour"),
    (Reason.DISABILITY, {}, DAY, "elder", 2, ""),
    (Reason.SUSPENSION, {}, DAY, "security", 2, "cut off for suspicion of fraud"),
    (Reason.SUSPENSION, {}, NIGHT, "duty", 2, "at any hour"),
    (Reason.AUTOMATED, BILL, DAY, "billing", 3, "who can decide it"),
    (Reason.BEREAVED, {}, DAY, "privacy", 3, "papers are looked at"),
    (Reason.MINOR, {}, DAY, "billing", 3, "money back"),
    (Reason.REPEATED, NETWORK, DAY, "supervisor", 2, "the same again: not to the same people"),
    (Reason.UNSURE, BILL, DAY, "billing", 3, "as asked"),
    (Reason.CLOCK, {}, DAY, "supervisor", 2, "a promise is missed"),
    (Reason.PRIVACY, {}, DAY, "privacy", 3, ""),
]


@pytest.mark.parametrize(("reason", "trigger", "now", "queue", "priority", "why"), QUEUES)
def test_queue_and_priority_of_a_reason(
    reason: Reason, trigger: dict[str, str], now: datetime, queue: str, priority: int, why: str
) -> None:
    chosen = choose_queue(POLICY, reason, trigger, now)
    assert (chosen.queue, chosen.priority) == (queue, priority), why


def test_every_reason_has_its_row() -> None:
    assert {row[0] for row in QUEUES} == set(Reason)


FROM = [
    (Reason.ASKED, DAY, DAY, "open: at once"),
    (Reason.ASKED, NIGHT, china("2026-11-21 08:00"), "the next morning, a Saturday"),
    (Reason.PRIVACY, SUNDAY, china("2026-11-23 09:00"), "an office, on Monday"),
    (Reason.PRIVACY, china("2026-02-14 19:00"), china("2026-02-24 09:00"), "春节: a Tuesday ten days later"),
    (Reason.FRAUD, NIGHT, NIGHT, "on duty: at once"),
]


@pytest.mark.parametrize(("reason", "now", "since", "why"), FROM)
def test_from_when_on_somebody_is_to_come(reason: Reason, now: datetime, since: datetime, why: str) -> None:
    assert choose_queue(POLICY, reason, {}, now).served_from == since, why


def _ago(minutes: float) -> datetime:
    return DAY - timedelta(minutes=minutes)


ORDERS = [
    # (priority, minutes waited) in the order in which they are taken
    ([(3, 2), (3, 1), (3, 0)], "first come, first served"),
    ([(2, 0), (3, 4.9)], "priority first"),
    ([(3, 5), (2, 0)], "five minutes count as one priority, and then who came first"),
    ([(5, 15), (4, 9), (3, 4)], "15 minutes as three"),
    ([(1, 0), (5, 600)], "nobody comes before a life by waiting"),
    ([(1, 3), (1, 0), (2, 60)], "among these, who came first"),
    ([(5, 600), (2, 599), (2, 0)], "after that nobody is passed by any more"),
]


@pytest.mark.parametrize(("order", "why"), ORDERS)
def test_who_is_next(order: list[tuple[int, float]], why: str) -> None:
    mixed = order[::-1]
    mixed.sort(key=lambda one: rank(one[0], _ago(one[1]), DAY))
    assert mixed == order, why


def _agent(
    staff: int, load: int = 0, limit: int = 3, skills: str = "service", took: datetime | None = None
) -> Candidate:
    return Candidate(staff, str(staff), frozenset(skills.split()), load, limit, took)


SOON = DAY - timedelta(seconds=10)
LONG_AGO = DAY - AGAIN_AFTER

CHOICES = [
    # agents, who knows the customer, who declined and when, numbers in the order of choice
    ([_agent(1, 2), _agent(2, 0), _agent(3, 1)], [], {}, "2 3 1", "the least busy first"),
    ([_agent(1, 0), _agent(2, 2)], [2], {}, "2 1", "who knows the customer comes first, busier or not"),
    ([_agent(1, 0), _agent(2, 3)], [2], {}, "1", "… but not when full"),
    ([_agent(1, 3), _agent(2, 4)], [], {}, "", "nobody has room"),
    ([_agent(1, 0, skills="network"), _agent(2)], [1], {}, "2", "without the skill nobody, not even who knows them"),
    ([_agent(1, took=SOON), _agent(2, took=LONG_AGO), _agent(3)], [], {}, "3 2 1", "alike: who has been free longest"),
    ([_agent(1, 0), _agent(2, 2)], [], {"1": LONG_AGO}, "2", "who refused it is not asked again"),
    ([_agent(1, 0), _agent(2, 3)], [], {"1": LONG_AGO}, "", "… nor while the other is only full: it waits for them"),
    ([_agent(1)], [], {"1": LONG_AGO}, "1", "nobody else is there: asked again"),
    ([_agent(1)], [], {"1": SOON}, "", "… but not at once"),
    ([_agent(1), _agent(2)], [], {"1": SOON, "2": LONG_AGO}, "2", "all refused: the one of longer ago"),
    ([_agent(1, 0, 0)], [], {}, "", "a limit of nobody"),
]


@pytest.mark.parametrize(("agents", "knows", "declined", "order", "why"), CHOICES)
def test_at_whom_it_rings(
    agents: list[Candidate], knows: list[int], declined: dict[str, datetime], order: str, why: str
) -> None:
    chosen = candidates_for(agents, "service", frozenset(knows), declined, DAY)
    assert " ".join(agent.number for agent in chosen) == order, why


ESTIMATES = [
    # waits and places lately, position, seconds
    ([], 1, None, "nothing to go by"),
    ([(10, 1), (20, 1)], 1, None, "too little to go by"),
    ([(10, 1), (20, 1), (30, 1)], 1, 20, "the median"),
    ([(10, 1), (20, 1), (30, 1)], 3, 60, "each place takes as long"),
    ([(40, 2), (60, 3), (20, 1)], 4, 80, "who began further behind waited longer: by place it is the same"),
    ([(10, 1), (20, 1), (3000, 1)], 1, 20, "one that was forgotten over lunch does not count for all"),
    ([(-5, 1), (0, 1), (0, 0)], 2, 0, "taken before the queue opened"),
]


@pytest.mark.parametrize(("recent", "position", "seconds", "why"), ESTIMATES)
def test_expected_wait(recent: list[tuple[float, int]], position: int, seconds: int | None, why: str) -> None:
    assert estimate(position, per_place(recent)) == seconds, why
