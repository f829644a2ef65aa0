"""Orders: how long one may be confirmed, when one is tried again, and when it is given up. Pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from care.retries import doubled


class Status(StrEnum):
    SHOWN = "shown"
    #: by the code; not placed yet
    CONFIRMED = "confirmed"
    PLACED = "placed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Step(StrEnum):
    """What `order_steps.step` may be."""

    SHOWN = "shown"
    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    CONFIRMED = "confirmed"
    PLACED = "placed"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TOLD = "told"


#: From being shown to the right code: prices and terms that were shown longer ago are shown again.
CONFIRM_WITHIN = timedelta(minutes=10)
#: After the first try; each further wait is twice as long, up to the longest. Also how long whoever took an order has
#: it for itself, so more than any try takes (an action has 3 s).
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=30)
#: Whoever has waited so long must be told, and the cause looked at by a person.
GIVE_UP_AFTER = timedelta(hours=24)


def purpose_of(order_id: int) -> str:
    """Of the code that confirms it; also the key under which the billing system does it once."""
    return f"order:{order_id}"


def title_of(shown: str) -> str:
    """The few words that name an order, in the SMS of its code too: the first line of what was shown."""
    return shown.partition("\n")[0]


def is_expired(created_at: datetime, now: datetime) -> bool:
    return now - created_at >= CONFIRM_WITHIN


def wait_after(attempts: int) -> timedelta:
    """Until the next try, after `attempts` (1 or more) tries: 10 s, 20 s, 40 s, … then every 30 minutes."""
    return doubled(FIRST_WAIT, LONGEST_WAIT, attempts)


def is_hopeless(confirmed_at: datetime, now: datetime) -> bool:
    """An order whose try has just failed is not tried again."""
    return now - confirmed_at >= GIVE_UP_AFTER
