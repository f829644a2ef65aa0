"""What surveys ask about (factors.yml), and how they are run (surveys.yml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model

FACTORS = Path(__file__).with_name("factors.yml")
SURVEYS = Path(__file__).with_name("surveys.yml")

_Whole = Annotated[int, Field(gt=0)]
_Hour = Annotated[int, Field(ge=0, le=24)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Factor(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z_0-9]{1,24}$")]
    title: Annotated[str, Field(min_length=1, max_length=16)]
    question: Annotated[str, Field(min_length=1, max_length=60)]


class Factors(_Strict):
    overall: str
    factors: list[Factor]

    @model_validator(mode="after")
    def _differ(self) -> Self:
        keys = [each.key for each in self.factors]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise ValueError(f"factors: two are called {twice}")
        return self

    @property
    def keys(self) -> list[str]:
        """In their order."""
        return [each.key for each in self.factors]


class WavePlan(_Strict):
    days: _Whole
    remind_days: _Whole
    least_in_stratum: Annotated[int, Field(ge=0)]
    rest_waves: Annotated[int, Field(ge=0)]
    at_once: _Whole


class CounterPlan(_Strict):
    #: days of the month
    days: list[Annotated[int, Field(ge=1, le=28)]]
    users: _Whole
    look_back_days: _Whole
    answer_days: _Whole


class Times(_Strict):
    earliest: _Hour
    latest: _Hour


class Surveys(_Strict):
    waves: WavePlan
    counter: CounterPlan
    hours: Times
    age_bands: dict[str, str]


@lru_cache(maxsize=1)
def factors() -> Factors:
    """Raises InvalidInput (reason `factors`) naming file, line and place."""
    return read_model(FACTORS, Factors, "factors")


@lru_cache(maxsize=1)
def surveys() -> Surveys:
    """Raises InvalidInput (reason `surveys`) naming file, line and place."""
    return read_model(SURVEYS, Surveys, "surveys")
