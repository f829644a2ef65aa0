"""Reading escalation.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model

PLAN = Path(__file__).with_name("escalation.yml")

_Whole = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Renewal(_Strict):
    percentile: Annotated[int, Field(ge=50, le=99)]
    days: _Whole
    fewest: _Whole
    usual_hours: _Whole
    least_hours: _Whole
    earliest: Annotated[int, Field(ge=0, le=23)]
    latest: Annotated[int, Field(ge=1, le=24)]
    most: _Whole

    @model_validator(mode="after")
    def _has_room(self) -> Renewal:
        if self.latest <= self.earliest:
            raise ValueError("latest must be after earliest")
        return self


class Plan(_Strict):
    renewal: Renewal
    handoff_minutes: _Whole
    not_reached_hours: _Whole


@lru_cache(maxsize=1)
def plan() -> Plan:
    """Raises InvalidInput (reason `escalation`) naming file and place."""
    return read_model(PLAN, Plan, "escalation")
