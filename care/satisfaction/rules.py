"""What is asked, whom and when (satisfaction.yml). Pure but for reading the file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from care.files import read_model
from care.plain import plain
from care.sla.specs import Strict
from care.tickets.rules import Kind as TicketKind
from care.workdays import Day, Hours, shifts_in

FILE = Path(__file__).with_name("satisfaction.yml")
LEAST, MOST = 1, 10
#: An answer that comes later is about something else.
ANSWERED_WITHIN = timedelta(days=7)
#: longer words are a matter of their own
LONGEST_REASON = 200
#: words as short as this are read as one of the reasons
_LONGEST_CHIP = 24


class Kind(StrEnum):
    """`ratings.kind`: what a mark is for."""

    HANDOFF = "handoff"  # a talk with a person
    BOT = "bot"  # a matter that the bot settled alone
    TICKET = "ticket"  # what came of a ticket
    VISIT = "visit"  # an apology, by phone or at the door


#: which reasons are offered
Tone = Literal["high", "low"]


def _readable(pattern: str) -> str:
    re.compile(pattern)
    return pattern


def _opens(written: str) -> str:
    if not shifts_in(written):
        raise ValueError("open at no time")
    return written


_Pattern = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
_Reasons = Annotated[dict[Annotated[str, Field(max_length=24)], _Pattern], Field(min_length=1, max_length=6)]
_Title = Annotated[str, Field(min_length=1, max_length=30)]


class Asked(Strict):
    handoff: bool
    tickets: list[TicketKind]
    visits: bool
    bot: Annotated[float, Field(ge=0, le=1)]


class Titles(Strict):
    #: yes | no
    busy: dict[str, _Title]
    #: senior | other
    age: dict[str, _Title]
    unknown: _Title


class Satisfaction(Strict):
    """satisfaction.yml"""

    satisfied_from: Annotated[int, Field(ge=LEAST, le=MOST)]
    ask_again_days: Annotated[int, Field(ge=ANSWERED_WITHIN.days)]
    hours: Annotated[str, AfterValidator(_opens)]
    quiet_minutes: Annotated[int, Field(gt=0)]
    ask: Asked
    busy_hours: list[Annotated[int, Field(ge=0, le=23)]]
    least_shown: Annotated[int, Field(gt=0)]
    #: what a reason's words look like
    reasons: dict[Tone, _Reasons]
    titles: Titles

    @model_validator(mode="after")
    def _both_tones(self) -> Satisfaction:
        if len(self.reasons) < 2:
            raise ValueError("reasons: high and low are both needed")
        return self

    @property
    def asking(self) -> Hours:
        """The same on every day."""
        shifts = shifts_in(self.hours)
        return Hours(dict.fromkeys(Day, shifts))

    @property
    def quiet(self) -> timedelta:
        return timedelta(minutes=self.quiet_minutes)

    def tone_of(self, score: int) -> Tone:
        """Whoever is not satisfied is asked what was missing."""
        return "high" if score >= self.satisfied_from else "low"

    def asked_since(self, now: datetime) -> datetime:
        """Whoever was asked after this is not asked now."""
        return now - timedelta(days=self.ask_again_days)


@lru_cache(maxsize=1)
def satisfaction() -> Satisfaction:
    """Raises InvalidInput (reason `satisfaction`) naming file, line and place."""
    return read_model(FILE, Satisfaction, "satisfaction")


def threshold_of(share: float) -> str:
    """A conversation is chosen where the MD5 of its id, in hexadecimal, sorts before this: always the same ones."""
    return "g" if share >= 1 else f"{int(share * 2**32):08x}"


def reasons_in(text: str, tone: Tone) -> list[str] | None:
    """The reasons that words name: numbers of buttons (「2」, 「1、3」), or a short sentence. None: none."""
    names, said = list(satisfaction().reasons[tone]), plain(text)
    if numbers := re.fullmatch(r"\d(?:[\s,，、.。和]*\d)*", said):
        places = [int(each) for each in re.findall(r"\d", numbers[0])]
        return (
            [names[each - 1] for each in dict.fromkeys(places)] if all(1 <= n <= len(names) for n in places) else None
        )
    if len(said) > _LONGEST_CHIP:
        return None
    return [name for name, pattern in satisfaction().reasons[tone].items() if re.search(pattern, said)] or None
