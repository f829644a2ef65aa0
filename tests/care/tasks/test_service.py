"""Tasks from opening to their end, and what an unhappy answer brings about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import CareError, InvalidInput
from care.sla.policy import policy
from care.tasks import listing, service
from care.tasks.closing import close_ticket
from care.tasks.findings import Findings
from care.tasks.listing import Wanted
from care.tasks.tables import Task
from care.tickets.tables import Ticket
from care.timezone import CHINA
from tests.support.desk import noted
from tests.support.times import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RIGHT = Findings(True, "network_fault", "光猫批次全部更换")


@pytest.fixture
def revisit(session: Session, ticket: Ticket) -> Task:
    close_ticket(session, ticket.number, "7", NOW, RIGHT)
    return _task(session, "revisit")


def _task(session: Session, kind: str) -> Task:
    return session.scalars(select(Task).where(Task.kind == kind)).one()


def _done(session: Session, task: Task, outcome: str, score: int | None, by: str = "8", now: datetime = NOW) -> Task:
    return service.done(session, task.id, outcome, score, "13800138000 说好了", by, now, policy())


def _refused(work: object, *arguments: object, **named: object) -> str:
    assert callable(work)
    with pytest.raises(CareError) as refused:
        work(*arguments, **named)
    return refused.value.reason


def test_one_of_a_kind_is_open_on_a_ticket(session: Session, ticket: Ticket, revisit: Task) -> None:
    again = service.open_task(session, "revisit", ticket, NOW + DAY)
    assert again.id == revisit.id
    assert again.due_at > NOW + DAY


def test_nobody_asks_about_their_own_work(session: Session, revisit: Task) -> None:
    assert _refused(service.take, session, revisit.id, "7", NOW) == "own_work"
    for _ in range(2):
        assert service.take(session, revisit.id, "8", NOW).assignee == "8"
    assert [action for *_, action, _ in noted(session)].count("task_taken") == 1
    assert service.take(session, revisit.id, "9", NOW).assignee == "9", "a supervisor may take it over"
    assert _refused(service.take, session, revisit.id, "8", NOW) == "taken"


def test_settled_with_a_mark(session: Session, ticket: Ticket, revisit: Task) -> None:
    for _ in range(2):  # sent again
        _done(session, revisit, "settled", 9)
    assert (revisit.status, revisit.outcome, revisit.score, revisit.done_by) == ("done", "settled", 9, "8")
    assert revisit.note == "13800138000 说好了"
    assert ticket.status == "closed"
    assert _refused(service.take, session, revisit.id, "8", NOW) == "task_over"


@pytest.mark.parametrize(("outcome", "score"), [("settled", 6), ("not_settled", None), ("not_settled", 9)])
def test_who_is_not_satisfied_has_it_worked_on_again(
    session: Session, ticket: Ticket, revisit: Task, outcome: str, score: int | None
) -> None:
    _done(session, revisit, outcome, score)
    assert (revisit.status, ticket.status) == ("done", "inProgress")
    apology = _task(session, "apology")
    assert _refused(service.take, session, apology.id, "7", NOW) == "ticket_open"
    assert not listing.list_tasks(session, Wanted()).items, "the apology waits as well"


def test_later_a_supervisor_calls(session: Session, ticket: Ticket, revisit: Task) -> None:
    late = NOW + 400 * DAY
    _done(session, revisit, "settled", 3, now=late)
    assert ticket.status == "closed"
    low = _task(session, "low_mark")
    assert (low.department, low.assignee) == ("network", None)
    assert _refused(service.take, session, low.id, "8", late) == "supervisor_only"
    _done(session, low, "explained", 2, "9", late)
    assert len(session.scalars(select(Task).where(Task.status == "open")).all()) == 1, "the apology; no chain of calls"


@pytest.mark.parametrize(
    ("outcome", "score", "reason"),
    [
        ("settled", None, "score_missing"),
        ("settled", 0, "score"),
        ("settled", 11, "score"),
        ("apologised", 9, "outcome"),  # of another kind
    ],
)
def test_what_is_no_outcome(session: Session, revisit: Task, outcome: str, score: int | None, reason: str) -> None:
    assert _refused(_done, session, revisit, outcome, score) == reason


def test_three_times_without_an_answer(session: Session, revisit: Task) -> None:
    now = datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)
    service.tried(session, revisit.id, None, "8", now)
    assert (revisit.tries, revisit.next_try_at) == (1, datetime(2026, 11, 23, 14, tzinfo=CHINA))
    service.tried(session, revisit.id, None, "8", now + timedelta(minutes=1))
    assert revisit.tries == 1, "sent again"
    service.done(session, revisit.id, "no_answer", None, None, "8", now + 5 * HOUR, policy())
    assert (revisit.tries, revisit.status) == (2, "open")
    service.tried(session, revisit.id, None, "8", now + DAY)
    assert (revisit.tries, revisit.status, revisit.next_try_at) == (3, "given_up", None)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 10, tzinfo=CHINA),  # over
        datetime(2026, 11, 24, 3, tzinfo=CHINA),  # at night
        datetime(2027, 3, 1, 10, tzinfo=CHINA),  # far away
    ],
)
def test_a_next_try_at_a_time_of_calls(session: Session, revisit: Task, at: datetime) -> None:
    now = datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)
    assert _refused(service.tried, session, revisit.id, at, "8", now) == "next_at"
    service.tried(session, revisit.id, now + DAY, "8", now)
    service.tried(session, revisit.id, now + DAY, "8", now)
    assert (revisit.tries, revisit.next_try_at) == (1, now + DAY)


def test_whoever_sees_the_number_is_noted(session: Session, revisit: Task) -> None:
    assert service.reveal_number(session, revisit.id, "回访", "8", NOW) == "13800138000"
    assert ("staff:8", "task_reveal", f"task:{revisit.id}") in noted(session)
    assert _refused(service.reveal_number, session, revisit.id, " ", "8", NOW) == "reason_missing"


def test_lists_and_counts(session: Session, revisit: Task) -> None:
    apology = _task(session, "apology")
    first = listing.list_tasks(session, Wanted(), limit=1)
    assert [each.task.id for each in first.items] == [apology.id], "due first"
    second = listing.list_tasks(session, Wanted(), first.next, limit=1)
    assert [each.task.id for each in second.items] == [revisit.id]
    assert second.next is None
    assert [each.task.id for each in listing.list_tasks(session, Wanted(kind="revisit")).items] == [revisit.id]
    counts = listing.counts(session, "7", "service", NOW + 30 * DAY)
    assert (counts.mine, counts.department, counts.late) == (1, 1, 2)
    _done(session, revisit, "settled", 9)
    assert [each.task.id for each in listing.list_tasks(session, Wanted(is_open=False)).items] == [revisit.id]
    with pytest.raises(InvalidInput):
        listing.list_tasks(session, Wanted(kind="party"))
