"""What the operator chooses of the audit: care/accuracy/accuracy.yml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from care.accuracy.rules import Reveal, Standing, Verdict
from care.files import read_model

FILE = Path(__file__).with_name("accuracy.yml")

_Title = Annotated[str, Field(min_length=1, max_length=30)]


class _Replaced(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str
    instead: Annotated[str, Field(alias="with", max_length=8)]

    @field_validator("words")
    @classmethod
    def _is_a_pattern(cls, given: str) -> str:
        return _checked(given)


class AuditSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    per_author: Annotated[int, Field(ge=1, le=1000)]
    per_conversation: Annotated[int, Field(ge=1, le=100)]
    looks_at: Annotated[int, Field(ge=100, le=100_000)]
    target: Annotated[float, Field(gt=0, lt=1)]
    twice_every: Annotated[int, Field(ge=1, le=100)]
    open_days: Annotated[int, Field(ge=1, le=90)]
    held_minutes: Annotated[int, Field(ge=1, le=120)]
    verdicts: dict[Verdict, _Title]
    reasons: Annotated[dict[Annotated[str, Field(pattern="^[a-z_]{2,16}$")], _Title], Field(min_length=1, max_length=9)]
    standings: dict[Standing, _Title]
    instructions: Annotated[list[str], Field(min_length=1)]
    reveals: list[_Replaced]
    small_talk: list[str]
    options: Annotated[str, Field(pattern=r"\{titles\}")]
    between_options: str

    @field_validator("small_talk")
    @classmethod
    def _are_patterns(cls, given: list[str]) -> list[str]:
        return [_checked(each) for each in given]

    @field_validator("verdicts", "standings")
    @classmethod
    def _are_all(cls, given: dict[Verdict, str] | dict[Standing, str]) -> dict[Verdict, str] | dict[Standing, str]:
        kind = type(next(iter(given), Verdict.RIGHT))
        if missing := sorted(set(kind) - set(given)):
            raise ValueError(f"without a title: {', '.join(missing)}")
        return given


def read(path: Path) -> AuditSettings:
    """Raises InvalidInput (reason `accuracy`) naming file and place."""
    return read_model(path, AuditSettings, "accuracy")


@lru_cache(maxsize=1)
def audit_settings() -> AuditSettings:
    return read(FILE)


@lru_cache(maxsize=1)
def reveals() -> tuple[Reveal, ...]:
    return tuple(Reveal(re.compile(each.words), each.instead) for each in audit_settings().reveals)


@lru_cache(maxsize=1)
def small_talk() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in audit_settings().small_talk)


def _checked(given: str) -> str:
    try:
        re.compile(given)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return given
