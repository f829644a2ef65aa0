"""Words that promise more than anybody has decided yet: an agent is warned before they are sent.

The patterns and what to write instead stand in data/desk/promises.yml.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from care.files import read_model
from care.plain import plain

PROMISES = Path(__file__).resolve().parents[2] / "data" / "desk" / "promises.yml"


@dataclass(frozen=True)
class Warning:
    #: those that promise, in their plain form
    words: str
    #: what to do instead
    why: str
    #: which kind of promise
    name: str


class Pattern(BaseModel):
    """A kind of promise. A place that `unless` matches as well is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern="^[a-z_]{2,24}$")]
    why: Annotated[str, Field(min_length=8, max_length=80)]
    words: Annotated[list[str], Field(min_length=1)]
    unless: list[str] = []

    @field_validator("words", "unless")
    @classmethod
    def _are_patterns(cls, given: list[str]) -> list[str]:
        for each in given:
            try:
                re.compile(each)
            except re.error as error:
                raise ValueError(f"no regular expression: {error}") from error
        return given


class Promises(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    promises: Annotated[list[Pattern], Field(min_length=1)]


def warnings_in(text: str) -> list[Warning]:
    """One for each kind of promise in it, in the order of the file; none: it may be sent."""
    words = plain(text)
    found = ((_first(words, wanted, unless), why, name) for wanted, unless, why, name in _patterns())
    return [Warning(each, why, name) for each, why, name in found if each]


def read(path: Path) -> Promises:
    """Raises InvalidInput (reason `promises`) naming file and place."""
    return read_model(path, Promises, "promises")


def _first(words: str, wanted: re.Pattern[str], unless: re.Pattern[str] | None) -> str | None:
    spared = [each.span() for each in unless.finditer(words)] if unless else []
    for found in wanted.finditer(words):
        start, end = found.span()
        before = bisect_right(spared, (start, len(words)))  # in their order, and none overlaps another
        if not (before and end <= spared[before - 1][1]):
            return found[0]
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], re.Pattern[str] | None, str, str]]:
    return [
        (
            re.compile("|".join(each.words)),
            re.compile("|".join(each.unless)) if each.unless else None,
            each.why,
            each.name,
        )
        for each in read(PROMISES).promises
    ]
