"""Models of what runs: clocks with their lengths, calendars of working hours, profiles of who is promised more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from care.tickets.rules import Kind
from care.workdays import Day, Hours, shifts_in


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Severity = Literal["minor", "major", "critical"]
#: 大客, 商客, 公客
Segment = Literal["key", "business", "public"]
_Title = Annotated[str, Field(min_length=2, max_length=12)]
_Hours = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Traits:
    """What decides which clocks a ticket has and how long they are; as on the ticket."""

    kind: str
    category: str
    complexity: str
    severity: str = "minor"
    segment: str | None = None


class Calendar(Strict):
    """Working hours by kind of day: `"09:00-12:00, 13:30-18:00"` or `closed`."""

    mon: str
    tue: str
    wed: str
    thu: str
    fri: str
    sat: str
    sun: str
    #: 调休上班日
    makeup: str
    #: a day off by the notice
    holiday: str

    @field_validator("*")
    @classmethod
    def _shifts(cls, written: str) -> str:
        shifts_in(written)
        return written

    @model_validator(mode="after")
    def _opens(self) -> Calendar:
        if not any(shifts_in(getattr(self, day)) for day in ("mon", "tue", "wed", "thu", "fri")):
            raise ValueError("open on no day from Monday to Friday; a clock would never be due")
        return self

    @property
    def hours(self) -> Hours:
        return Hours({day: shifts_in(getattr(self, day)) for day in Day})


class ClockSpec(Strict):
    #: what staff read
    title: _Title
    kind: Literal["promise", "statutory"]
    hours: float | None = Field(default=None, gt=0)
    #: in the country (农村), where the law gives more time there; a place that is not known counts as town
    hours_country: float | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, gt=0)
    #: of `calendar`
    working_hours: float | None = Field(default=None, gt=0)
    calendar: str | None = None
    months: int | None = Field(default=None, gt=0)
    years: int | None = Field(default=None, gt=0)
    #: hours after the start at which somebody inside is told
    alarms: list[_Hours] = Field(default=[])
    #: hours after it was missed at which somebody inside is told again, while it is still owed
    after: list[_Hours] = Field(default=[])
    source: str

    @model_validator(mode="after")
    def _one_length(self) -> ClockSpec:
        lengths = (self.hours, self.days, self.working_days, self.working_hours, self.months, self.years)
        if sum(length is not None for length in lengths) != 1:
            raise ValueError("give either hours or days or working_days or working_hours or months or years")
        if self.hours_country is not None and (self.hours is None or self.hours_country < self.hours):
            raise ValueError("hours_country goes with hours and is not shorter")
        if (self.calendar is None) != (self.working_hours is None):
            raise ValueError("working_hours need a calendar, and nothing else has one")
        if any(alarm >= self.least_hours for alarm in self.alarms):
            raise ValueError("an alarm comes before its clock is due")
        return self

    @property
    def least_hours(self) -> float:
        """What passes at least before it is due."""
        days = self.days or self.working_days or 28 * (self.months or 0) or 365 * (self.years or 0)
        return self.hours or self.working_hours or 24 * days


class When(Strict):
    """What all have to be so that a profile is taken; what is not given is not asked."""

    kinds: list[Kind] | None = Field(default=None, min_length=1)
    categories: list[str] | None = Field(default=None, min_length=1)
    severities: list[Severity] | None = Field(default=None, min_length=1)
    segments: list[Segment] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _asks_something(self) -> When:
        if not self.model_dump(exclude_none=True):
            raise ValueError(
                "give kinds, categories, severities or segments; what is for everybody stands under clocks"
            )
        return self

    def holds(self, traits: Traits) -> bool:
        asked = (
            (self.kinds, traits.kind),
            (self.categories, traits.category),
            (self.severities, traits.severity),
            (self.segments, traits.segment),
        )
        return all(accepted is None or has in accepted for accepted, has in asked)


class ProfileClocks(Strict):
    """Clocks of the file whose lengths replace those of the plain promises; they keep the names of these."""

    first_feedback: str | None = None
    solution: str | None = None


class Profile(Strict):
    """Promises that some tickets have instead of the plain ones. The first that holds is taken."""

    name: Annotated[str, Field(max_length=32)]
    #: what staff read
    title: _Title
    when: When
    clocks: ProfileClocks = ProfileClocks()
    #: run beside those of the category
    beside: list[str] = Field(default=[])
