"""The made-up customers with a story, by their place in the demo operator's numbers."""

from __future__ import annotations

from dataclasses import dataclass

#: the demo operator's numbers: this one and the next 199
FIRST = 13800138000


@dataclass(frozen=True)
class Trial:
    """A customer of the demo page."""

    title: str
    phone: str
    #: what such a customer asks
    question: str


TRIALS = (Trial("话费突然变多", str(FIRST), "话费怎么这么多"),)
