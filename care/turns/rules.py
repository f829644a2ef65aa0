"""How long a turn may take, when it is tried again, when a person is asked for. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: One call to Rasa. Shorter than the lease, so that a call that still runs is never overtaken by another holder.
CALL_SECONDS = 10.0
LEASE = timedelta(seconds=13)

FAILURES_BEFORE_A_PERSON = 5
WAIT_BEFORE_A_PERSON = timedelta(minutes=2)

_BACKOFF_SECONDS = (0.5, 1, 2, 4, 5)

#: Labels of a ranking that are kept.
RANKED = 5


@dataclass(frozen=True)
class Reading:
    """What the bot took a message for; the words themselves are in the message."""

    #: a label of domain.yml; `nlu_fallback`: not understood
    label: str
    sub: str | None
    #: 0 to 1, of the most likely label, also where the message counts as not understood
    confidence: float
    #: at most RANKED labels with their confidences, best first
    ranking: list[tuple[str, float]]
    #: the rights article that is nearest to the words, and how likely it answers them (0 to 1)
    article: tuple[str, float] | None = None


def next_attempt(failures: int, now: datetime) -> datetime:
    """After the first failure in half a second (a part is being restarted), later ones up to 5 s apart, for good: a
    message stays queued until it is answered or a person has taken the conversation. Not further apart: tries that
    wait minutes kept customers waiting long after the parts were back (measured in tests/e2e/test_crash.py)."""
    return now + timedelta(seconds=_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS)) - 1])


def minutes_of(seconds: int) -> str:
    """As it is told to who waits: whole minutes, rounded up, at least one."""
    return str(max(1, -(-seconds // 60)))


def needs_a_person(failures: int, received_at: datetime, now: datetime) -> bool:
    return failures >= FAILURES_BEFORE_A_PERSON or now - received_at >= WAIT_BEFORE_A_PERSON
