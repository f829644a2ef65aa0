"""Which statement counts which figures, and what they can be split by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from care.insight import facts, talks
from care.insight.facts import Facts


@dataclass(frozen=True)
class Source:
    figures: frozenset[str]
    dimensions: tuple[str, ...]
    #: of the time from the first moment to before the second; the third is now
    facts: Callable[[datetime, datetime, datetime], Facts]
    #: has figures in seconds, of which each one is kept
    is_timed: bool = False


_TICKET = ("department", "category", "channel", "region", "agent")
_FILED = ("department", "category", "channel", "region")
_SERVED = ("channel", "agent", "reason")
_TALK = ("channel",)


def sources() -> tuple[Source, ...]:
    """Every figure that is counted from what happened stands in one of them; a test looks."""
    promises = frozenset(figure for figure, _, _ in facts.clock_figures())
    served = frozenset({"mean_wait", "connect_rate", "cut_off", "handoffs"})
    return (
        Source(promises, _TICKET, facts.clocks),
        Source(frozenset({"handling_time"}), _TICKET, facts.handling, is_timed=True),
        Source(frozenset({"complaints"}), _FILED, facts.complaints),
        Source(frozenset({"appeals"}), _TICKET, facts.appeals),
        Source(frozenset({"complaints_appealed"}), ("department", "category", "region"), facts.appealed),
        Source(frozenset({"security_incidents"}), (), facts.incidents),
        Source(served, _SERVED, talks.handoffs, is_timed=True),
        Source(frozenset({"availability"}), _TALK, talks.availability),
        Source(frozenset({"timeliness"}), _TALK, talks.timeliness),
        Source(frozenset({"unanswered"}), _TALK, talks.unanswered),
        Source(frozenset({"containment", "handoff_rate"}), _TALK, talks.conversations),
        Source(frozenset({"satisfied", "satisfied_busy"}), _TICKET, talks.marks),
        Source(frozenset({"counter_mark"}), (), talks.counter_marks),
    )
