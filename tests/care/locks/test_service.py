"""Counting wrong guesses: what tests/care/followup/test_proofs.py does not show with tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.locks.rules import LONGEST, Limit
from care.locks.service import count_try, forget_tries, give_back_try, lock_if_too_many, unlock
from care.locks.tables import LookupLock
from tests.support.times import NOW

FIVE = Limit(5, timedelta(minutes=15))


def test_tries_that_are_still_being_checked_count(session: Session) -> None:
    """Whoever counts in one transaction and settles in another must not have more of them at once than may be wrong."""
    assert [count_try(session, ["staff:1"], FIVE, NOW) for _ in range(7)] == [True] * 5 + [False] * 2
    for _ in range(2):
        give_back_try(session, ["staff:1"])
    assert not count_try(session, ["staff:1"], FIVE, NOW)
    give_back_try(session, ["staff:1"])
    give_back_try(session, ["staff:1"])  # one was right
    assert count_try(session, ["staff:1"], FIVE, NOW)


def test_each_limit_has_its_own_number_and_time(session: Session) -> None:
    one = Limit(1, timedelta(minutes=1))
    assert count_try(session, ["a"], one, NOW)
    assert lock_if_too_many(session, ["a"], one, NOW)
    assert not count_try(session, ["a"], one, NOW + timedelta(seconds=59))
    assert count_try(session, ["a"], one, NOW + timedelta(seconds=60))
    assert count_try(session, ["b"], FIVE, NOW)
    assert not lock_if_too_many(session, ["b"], FIVE, NOW)


def test_unlocking_takes_what_stands_below_and_nothing_beside(session: Session) -> None:
    subjects = ["staff:1", "staff:1:browser", "staff:10", "staff:_", "staff:1_", "ticket:1"]
    count_try(session, subjects, FIVE, NOW)
    unlock(session, "staff:1")
    unlock(session, "staff:_")
    left = set(session.scalars(select(LookupLock.subject)))
    assert left == {"staff:10", "staff:1_", "ticket:1"}


def test_nothing_is_forgotten_while_any_limit_counts_it(session: Session) -> None:
    count_try(session, ["a"], Limit(3, LONGEST), NOW)
    assert forget_tries(session, NOW + LONGEST - timedelta(seconds=1)) == 0
    assert forget_tries(session, NOW + LONGEST) == 1


@pytest.mark.parametrize(("most", "window"), [(0, LONGEST), (1, timedelta(0)), (1, LONGEST + timedelta(seconds=1))])
def test_what_is_no_limit(most: int, window: timedelta) -> None:
    with pytest.raises(ValueError, match="at least one try"):
        Limit(most, window)
