"""What is told at a moment, of what the files say and what was approved. Pure functions; `now` is an argument.

**The newest approved change that is in its time is told**; behind its end, what was told before. So where two changes
of one text overlap in time, the one that was approved later wins, whichever was proposed or begins first; a plan for
next week is void when another change without an end that begins earlier is approved behind it. A change that was taken
back does not count from then on; the one that takes it back says what was told before it.

The files are text of their own, reviewed elsewhere. Approved changes come into them (care/approval/writing.py) and
count from there on as said by the files. Where the files say what nobody here has seen, somebody has worked on them
since: then they are newer, and nothing older is laid over them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter

Texts = Mapping[str, str]

LONGEST_WHY = 500
_DIGITS = 16


class Kind(StrEnum):
    RESPONSE = "response"
    ARTICLE = "article"


class State(StrEnum):
    """As it is stored."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """As it is shown: what was approved is `approved` until it is told, `live`, and `past` when it is told no more."""

    WAITING = "waiting"
    APPROVED = "approved"
    LIVE = "live"
    PAST = "past"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Approved:
    """An approved change. Sequences of them are in the order in which they were approved."""

    id: int
    fields: Texts
    #: `print_of` what the files said when it was proposed
    shipped: str
    begins: datetime
    #: None: for good
    until: datetime | None = None
    rolls_back: int | None = None


@dataclass(frozen=True)
class Telling:
    """A change, and since when it is told for the first time."""

    change: Approved
    since: datetime


def print_of(texts: Texts) -> str:
    """What tells one wording from another."""
    told = json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]


def told(
    shipped: Texts, changes: Sequence[Approved], now: datetime, *, but: int | None = None, for_good: bool = False
) -> Approved | None:
    """The change that is told; None: what the files say. `but`: as if that one had never been approved; `for_good`:
    without those that end, which never come into the files."""
    counting = changes[_first(shipped, changes) :]
    taken_back = _taken_back([each for each in changes if each.id != but], now) | {but}
    for each in reversed(counting):
        is_in_time = each.begins <= now and (each.until is None or now < each.until)
        if is_in_time and each.id not in taken_back and not (for_good and each.until) and _fits(each.fields, shipped):
            return each
    return None


def before(shipped: Texts, changes: Sequence[Approved], change: Approved, was: Texts, now: datetime) -> Approved:
    """What takes `change` back: the words that would be told without it, until when those would be. `was`: as it was
    told when it was proposed."""
    without = told(shipped, changes, now, but=change.id)
    if without is not None:
        fields, until = without.fields, without.until
    else:
        fields, until = (was if is_said(shipped, change) else shipped), None
    return Approved(0, fields, print_of(shipped), now, until, change.id)


def standing(shipped: Texts, changes: Sequence[Approved], change: Approved, now: datetime) -> Standing:
    if told(shipped, changes, now) == change:
        return Standing.LIVE
    later = (told(shipped, changes, moment) for moment in _moments(changes) if moment > now)
    return Standing.APPROVED if change in later else Standing.PAST


def tellings(shipped: Texts, changes: Sequence[Approved], now: datetime) -> list[Telling]:
    """What was told otherwise than the files say, in the order of time: each change once, those of the files not."""
    found: dict[int, Telling] = {}
    for moment in _moments(changes):
        change = told(shipped, changes, moment) if moment <= now else None
        if change is not None and not _came_into(shipped, change):
            found.setdefault(change.id, Telling(change, moment))
    return list(found.values())


def is_said(shipped: Texts, change: Approved) -> bool:
    """Whether the files say the same."""
    return dict(change.fields) == dict(shipped)


def next_moment(changes: Sequence[Approved], now: datetime) -> datetime | None:
    """When something may be told otherwise by the clock alone."""
    return next((moment for moment in _moments(changes) if moment > now), None)


def placeholders(text: str) -> frozenset[str]:
    """The names in `{}`. Raises ValueError for anything but a plain name: a format could read what stands behind it."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name)
        found.add(name)
    return frozenset(found)


def _first(shipped: Texts, changes: Sequence[Approved]) -> int:
    """Place of the first change that is newer than the files, or of the one that they say."""
    for place in range(len(changes) - 1, -1, -1):
        if _came_into(shipped, changes[place]):
            return place
    now = print_of(shipped)
    return next((place for place, each in enumerate(changes) if each.shipped == now), len(changes))


def _came_into(shipped: Texts, change: Approved) -> bool:
    """Whether the files say it because of this change: not where they said so before, and it went back to that."""
    return change.until is None and is_said(shipped, change) and change.shipped != print_of(shipped)


def _taken_back(changes: Sequence[Approved], now: datetime) -> set[int | None]:
    """Who takes back what took something back brings that back."""
    found: set[int | None] = set()
    for each in reversed(changes):
        if each.rolls_back is not None and each.id not in found and each.begins <= now:
            found.add(each.rolls_back)
    return found


def _fits(fields: Texts, shipped: Texts) -> bool:
    """Whether the files still have a place for it: the same texts, filled with the same values."""
    return fields.keys() == shipped.keys() and _filled(fields) == _filled(shipped)


def _filled(texts: Texts) -> frozenset[str]:
    return frozenset[str]().union(*(placeholders(text) for text in texts.values()))


def _moments(changes: Sequence[Approved]) -> Iterator[datetime]:
    found = {each.begins for each in changes} | {each.until for each in changes if each.until is not None}
    yield from sorted(found)
