"""What customers are told by SMS, and when a notice that was not taken is tried again. Pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from care.retries import doubled


class Kind(StrEnum):
    """About a ticket."""

    FILED = "filed"
    FEEDBACK = "feedback"
    RESULT = "result"
    DELAY = "delay"
    CLOSED = "closed"
    #: something is asked of the customer
    QUESTION = "question"
    #: it goes on under another number
    MERGED = "merged"
    #: what the law gives for a failure of ours was approved
    REDRESS = "redress"
    #: many had reported the same, and it is over
    SURGE_OVER = "surge_over"


class NumberKind(StrEnum):
    """About a telephone number, and no ticket."""

    #: what was ordered was done, or not
    ORDER = "order"
    #: 消费提醒
    REMINDER = "reminder"
    #: asked what they think of us
    SURVEY = "survey"
    #: something waits for them in WeChat that cannot be sent there now
    WECHAT = "wechat"


class Status(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


#: After the first failure; each further wait is twice as long, up to the longest. Also how long a worker that took a
#: notice has it for itself, so more than any try takes.
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
#: News of a ticket that is older than this is no news.
GIVE_UP_AFTER = timedelta(hours=24)


def wait_after(attempts: int) -> timedelta:
    """Until the next try, after `attempts` (1 or more) tries: 30 s, 1, 2, 4, 8, 16, then every 30 minutes."""
    return doubled(FIRST_WAIT, LONGEST_WAIT, attempts)


def is_hopeless(created_at: datetime, now: datetime) -> bool:
    """A notice whose try has just failed is not tried again: it has been tried for a day, or is a day old."""
    return now - created_at >= GIVE_UP_AFTER
