"""What the platforms allow, what must not be missed, and when it is better to wait a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from care.wechat.rules import Window, allowance, is_important, more_comes, told_by_sms_at, wait_after
from tests.support.times import NOW, china

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("window", "ago", "sent", "left"),
    [
        (None, None, 0, 0),  # they never did anything
        (Window.MESSAGE, 0 * SECOND, 0, 5),
        (Window.MESSAGE, 48 * HOUR - SECOND, 4, 1),
        (Window.MESSAGE, 48 * HOUR, 0, 0),
        (Window.MESSAGE, HOUR, 5, 0),
        (Window.MESSAGE, HOUR, 6, 0),  # one crossed their message
        (Window.CLICK, 59 * SECOND, 1, 2),
        (Window.CLICK, 60 * SECOND, 0, 0),
        (Window.SUBSCRIBE, 0 * SECOND, 0, 3),
    ],
)
def test_how_many_may_be_sent(window: Window | None, ago: timedelta | None, sent: int, left: int) -> None:
    assert allowance(window, None if ago is None else NOW - ago, sent, NOW) == left


@pytest.mark.parametrize(
    ("author", "is_answer", "payloads", "important"),
    [
        ("agent", False, [], True),
        ("bot", True, ["/complain"], False),  # the customer waits for it, and can ask again
        ("system", True, [], False),  # the introduction, a place in the queue
        ("system", False, [], True),  # an answer on a ticket, an agent who joins
        ("system", False, ["/reopen"], True),
        ("system", False, ['/rate{"score": "1"}'], False),  # how were we?
    ],
)
def test_what_must_not_be_missed(author: str, is_answer: bool, payloads: list[str], important: bool) -> None:
    assert is_important(author, is_answer=is_answer, payloads=payloads) is important


@pytest.mark.parametrize(
    ("sent", "oldest", "newest", "is_urgent", "owes", "waits"),
    [
        (0, 0, 0, False, True, False),  # the first answer goes at once
        (1, 0, 0, False, False, False),  # nothing else is owed
        (1, 0, 0, False, True, True),  # the next answer goes along
        (1, 31, 0, False, True, False),  # but nobody waits for ever
        (2, 0, 0, True, True, False),  # an agent's line, while there are enough
        (3, 0, 0, True, False, True),  # then the next line is waited for
        (3, 5, 5, True, False, False),  # none came
        (3, 21, 1, True, False, False),  # somebody who writes and writes
    ],
)
def test_when_more_is_waited_for(sent: int, oldest: int, newest: int, is_urgent: bool, owes: bool, waits: bool) -> None:
    then, last = NOW - oldest * SECOND, NOW - newest * SECOND
    assert more_comes(then, last, sent, NOW, is_urgent=is_urgent, owes_answers=owes) is waits


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (9, 300), (1000, 300)])
def test_how_long_until_the_next_try(attempts: int, seconds: int) -> None:
    assert wait_after(attempts) == seconds * SECOND


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (china("2026-11-21 08:29"), china("2026-11-21 08:30")),
        (china("2026-11-21 08:30"), china("2026-11-21 08:30")),
        (china("2026-11-21 20:59"), china("2026-11-21 20:59")),
        (china("2026-11-21 21:00"), china("2026-11-22 08:30")),
        (china("2026-12-31 23:00"), china("2027-01-01 08:30")),
    ],
)
def test_nobody_is_woken(now: datetime, told: datetime) -> None:
    assert told_by_sms_at(now) == told
