"""Which article answers a question: one of those that the search found near, a choice of two or three, or none.

The scores are probabilities that an article answers the message, as bot/nlu/articles.py learnt them; the values here
were chosen on the development questions (tests/bot/lab/rights_dev.yml; docs/rights.md has a table).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: from this score on the first article is the answer,
ANSWER = 0.65
#: where it is this far before the second one
MARGIN = 0.15
#: from this score on an article is offered
NEAR = 0.1
#: articles that are offered at once
MOST = 3
#: from this score on an article is offered where the label speaks against it
LIKELY = 0.3
#: from this score on a question is answered whatever its label,
SURE = 0.8
#: and from this one where the label is something to be done: a complaint is filed and a request carried out first
SURELY = 0.85
_TO_BE_DONE = ("complain", "privacy_", "ticket_status", "handoff")

#: labels whose questions the articles answer
LABELS = ("rights_channels", "rights_appeal", "rights_portability", "rights_cancellation", "rights_other")
#: labels under which such a question may hide
DOUBTFUL = ("privacy_policy", "other_telecom", "out_of_scope", "nlu_fallback")


@dataclass(frozen=True)
class Ranked:
    """An article that the search found."""

    id: str
    #: 0 to 1
    score: float


@dataclass(frozen=True)
class Chosen:
    #: it is told
    answer: str | None = None
    #: these are offered, likeliest first; of one alone the customer is asked whether it is meant
    offers: tuple[str, ...] = ()


def choose(ranked: Sequence[Ranked]) -> Chosen:
    """`ranked`: likeliest first. Neither an answer nor an offer: nothing is near."""
    if not ranked:
        return Chosen()
    first, second = ranked[0], ranked[1].score if len(ranked) > 1 else 0.0
    if first.score >= ANSWER and first.score - second >= MARGIN:
        return Chosen(answer=first.id)
    return Chosen(offers=tuple(each.id for each in ranked[:MOST] if each.score >= NEAR))


def is_sure(ranked: Sequence[Ranked], label: str) -> bool:
    """So sure that the label does not matter."""
    return bool(ranked) and ranked[0].score >= (SURELY if label.startswith(_TO_BE_DONE) else SURE)
