"""The phrases that are no answer: data/desk/empty_answers.yml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from care.answers.rules import TOO_SHORT, Empty, lacking
from care.files import read_model

PHRASES = Path(__file__).resolve().parents[2] / "data" / "desk" / "empty_answers.yml"


class Phrase(BaseModel):
    """Ways of saying nothing of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern="^[a-z_]{2,24}$")]
    #: what the agent is told to do instead
    why: Annotated[str, Field(min_length=8, max_length=80)]
    words: Annotated[list[str], Field(min_length=1)]

    @field_validator("words")
    @classmethod
    def _are_patterns(cls, given: list[str]) -> list[str]:
        return _checked(given)


class Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    too_short: Annotated[str, Field(min_length=8, max_length=80)]
    phrases: Annotated[list[Phrase], Field(min_length=1)]
    #: taken out as well, and no reason by themselves
    fillers: Annotated[list[str], Field(min_length=1)]

    @field_validator("fillers")
    @classmethod
    def _are_patterns(cls, given: list[str]) -> list[str]:
        return _checked(given)


def lacks(words: str) -> list[str]:
    """Names of what makes these words no answer; none: they are one."""
    return lacking(words, _empty())


def reason_of(name: str) -> str:
    """What the agent reads; a name that the file has no more is told as too short."""
    given = _read()
    return next((each.why for each in given.phrases if each.name == name), given.too_short)


def read(path: Path) -> Phrases:
    """Raises InvalidInput (reason `empty_answers`) naming file and place."""
    return read_model(path, Phrases, "empty_answers")


def _checked(given: list[str]) -> list[str]:
    for each in given:
        try:
            re.compile(each)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
    return given


@lru_cache(maxsize=1)
def _read() -> Phrases:
    given = read(PHRASES)
    if any(each.name == TOO_SHORT for each in given.phrases):
        raise ValueError(f"{TOO_SHORT} has its own entry")
    return given


@lru_cache(maxsize=1)
def _empty() -> list[Empty]:
    given = _read()
    named = [Empty(each.name, re.compile("|".join(each.words))) for each in given.phrases]
    return [*named, Empty(None, re.compile("|".join(given.fillers)))]
