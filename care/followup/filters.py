"""Which tickets somebody wants to see, and in which order: the words of the list's address. Pure functions."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from care.accounts.rules import normalise_line
from care.errors import InvalidInput
from care.sla.policy import Policy
from care.tickets.rules import OPEN, Channel, Kind, Status, read_number
from care.timezone import CHINA

_Word = TypeVar("_Word", bound=StrEnum)

#: of one page
MOST, USUAL = 200, 50
_LONGEST = 80
#: what may stand in an address, and in a view that somebody saved
NAMES = frozenset(
    {
        "status", "kind", "category", "department", "assignee", "channel", "partner", "due", "q", "created_from",
        "created_to", "sort",
    }
)  # fmt: skip
#: later than every clock
FAR = datetime(9999, 1, 1, tzinfo=CHINA)


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"  # what is owed first stands first
    PRIORITY = "priority"


@dataclass(frozen=True)
class Filters:
    """What is empty does not filter."""

    statuses: frozenset[Status] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    categories: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    #: number of the agent
    assignee: str | None = None
    is_unassigned: bool = False
    partner: str | None = None
    #: owed, and due after the first and not after the second
    due: tuple[datetime | None, datetime] | None = None
    #: from the first on and before the second
    created: tuple[datetime | None, datetime | None] = (None, None)
    number: str | None = None
    #: normalised
    line: str | None = None
    #: words that occur in the title of a category; as `categories` then
    titled: frozenset[str] | None = None
    sort: Sort = Sort.NEWEST

    @property
    def is_open_only(self) -> bool:
        return bool(self.statuses) and self.statuses <= OPEN


@dataclass(frozen=True)
class Cursor:
    """Behind which ticket a page begins: the keys of the order, and its id."""

    id: int
    keys: tuple[str, ...] = field(default=())

    def as_text(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.id, *self.keys]).encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> Cursor:
        """Raises InvalidInput `cursor`."""
        try:
            id, *keys = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(int(id), tuple(str(key) for key in keys))
        except (ValueError, TypeError) as error:
            raise InvalidInput("cursor", "take it from `next` of the page before") from error


def read_filters(words: Mapping[str, str], me: str, now: datetime, policy: Policy) -> Filters:
    """`words`: of NAMES; those with several values have commas between them. `me`: number of who looks.

    Where nothing is said of the status, an order by due time or priority, and a due time, are about open tickets.
    Raises InvalidInput (reason `filter`).
    """
    if unknown := sorted(words.keys() - NAMES):
        raise InvalidInput("filter", f"there is no filter {unknown[0][:20]}")
    said = {name: value.strip() for name, value in words.items() if value.strip()}
    if any(len(value) > _LONGEST * 4 for value in said.values()):
        raise InvalidInput("filter", "too long")
    sort = _word(Sort, said.get("sort", Sort.NEWEST))
    due = _due(said["due"], now) if "due" in said else None
    statuses = _statuses(said.get("status", ""))
    if "status" not in said and (due or sort in (Sort.DUE, Sort.PRIORITY)):
        statuses = OPEN
    assignee = said.get("assignee")
    looked_for = _looked_for(said["q"], policy) if "q" in said else {}
    return Filters(
        statuses=statuses,
        kinds=frozenset(_word(Kind, each) for each in _several(said.get("kind", ""))),
        categories=frozenset(_several(said.get("category", ""))),
        departments=frozenset(_several(said.get("department", ""))),
        channels=frozenset(_word(Channel, each) for each in _several(said.get("channel", ""))),
        assignee=me if assignee == "me" else None if assignee == "none" else assignee,
        is_unassigned=assignee == "none",
        partner=said.get("partner"),
        due=due,
        created=(_day(said.get("created_from")), _day(said.get("created_to"), after=1)),
        sort=sort,
        **looked_for,  # type: ignore[arg-type]
    )


def _several(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def _statuses(value: str) -> frozenset[Status]:
    found: set[Status] = set()
    for each in _several(value):
        if each == "open":
            found |= OPEN
        elif each != "all":
            found.add(_word(Status, each))
    return frozenset(found)


def _word(words: type[_Word], value: str) -> _Word:
    try:
        return words(value)
    except ValueError as error:
        raise InvalidInput("filter", f"one of {', '.join(words)}") from error


def _due(value: str, now: datetime) -> tuple[datetime | None, datetime]:
    tomorrow = datetime.combine(now.astimezone(CHINA).date() + timedelta(days=1), time(), tzinfo=CHINA)
    known: dict[str, tuple[datetime | None, datetime]] = {
        "missed": (None, now),
        "1h": (now, now + timedelta(hours=1)),
        "4h": (now, now + timedelta(hours=4)),
        "today": (now, tomorrow),
    }
    if value not in known:
        raise InvalidInput("filter", f"due is one of {', '.join(known)}")
    return known[value]


def _day(value: str | None, after: int = 0) -> datetime | None:
    """Its beginning in China, or of the day `after` it."""
    if value is None:
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError as error:
        raise InvalidInput("filter", "a day is 2026-11-21") from error
    return datetime.combine(day + timedelta(days=after), time(), tzinfo=CHINA)


def _looked_for(words: str, policy: Policy) -> dict[str, object]:
    """A ticket's number, else a whole telephone number or account, else words in the title of a category."""
    if number := read_number(words):
        return {"number": number}
    try:
        return {"line": normalise_line(words)}
    except InvalidInput:
        wanted = words.lower().split()
        titles = {name: policy.title_of(name).lower() for name in [*policy.categories, *policy.other_categories]}
        return {"titled": frozenset(name for name, title in titles.items() if all(each in title for each in wanted))}
