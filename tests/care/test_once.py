"""A turn that runs again must not do its work again."""

from __future__ import annotations

from threading import Event

import pytest
from sqlalchemy.orm import Session

from care.db import transaction
from care.once import OnceKey, once
from tests.support.database import count, somebody_waits_for_a_lock
from tests.support.times import NOW
from tests.support.waiting import at_once, until

KEY = OnceKey("c1", 12, "action_file_complaint")


class Work:
    """Counts how often it was done; its result says which time it was."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, int]:
        self.times += 1
        return {"time": self.times}


def test_the_second_run_gets_the_first_result(session: Session) -> None:
    work = Work()
    assert [once(session, KEY, NOW, work) for _ in range(3)] == [{"time": 1}] * 3
    assert work.times == 1


@pytest.mark.parametrize(
    "other",
    [
        OnceKey("c2", 12, "action_file_complaint"),  # the same message number in another conversation
        OnceKey("c1", 13, "action_file_complaint"),  # the next message: a second complaint is a second one
        OnceKey("c1", 12, "action_request_handoff"),  # another action in the same turn
    ],
)
def test_another_key_is_other_work(session: Session, other: OnceKey) -> None:
    work = Work()
    once(session, KEY, NOW, work)
    assert once(session, other, NOW, work) == {"time": 2}


def test_an_empty_result_is_a_result(session: Session) -> None:
    times = []

    def work() -> dict[str, int]:
        times.append(1)
        return {}

    assert once(session, KEY, NOW, work) == once(session, KEY, NOW, work) == {}
    assert len(times) == 1


@pytest.mark.usefixtures("database")
def test_a_first_run_that_failed_leaves_nothing() -> None:
    """The process died in the middle: the next run does the work."""

    def fails() -> dict[str, int]:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError), transaction() as session:
        once(session, KEY, NOW, fails)
    assert count("receipts") == 0
    with transaction() as session:
        assert once(session, KEY, NOW, Work()) == {"time": 1}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("first_fails", "times"),
    [
        (False, 1),  # the second waits for the first's commit and takes its result
        (True, 2),  # the first is undone while the second waits: the second does the work
    ],
)
def test_two_at_the_same_time(first_fails: bool, times: int) -> None:
    work, inside = Work(), Event()

    def slow() -> dict[str, int]:
        result = work()
        if not inside.is_set():
            inside.set()
            until(somebody_waits_for_a_lock, "the second run to wait at the unique key")
            if first_fails:
                raise RuntimeError("undone")
        return result

    def first() -> dict[str, int]:
        with transaction() as session:
            return once(session, KEY, NOW, slow)

    def second() -> dict[str, int]:
        inside.wait(10)
        with transaction() as session:
            return once(session, KEY, NOW, slow)

    results = at_once(first, second)
    assert work.times == times
    assert count("receipts") == 1
    assert results[1] == {"time": times}
    assert isinstance(results[0], RuntimeError) if first_fails else results[0] == {"time": 1}
