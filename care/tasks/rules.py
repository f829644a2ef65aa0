"""What each kind of task is (care/tasks/tasks.yml), when it is due, and quarters. Pure but for reading the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from care.files import read_model
from care.sla.policy import Policy
from care.sla.rules import due_in_working_days, due_in_working_hours
from care.sla.specs import Calendar, Segment, Severity, Strict
from care.timezone import CHINA
from care.workdays import Hours, is_workday

TASKS = Path(__file__).with_name("tasks.yml")
SCORES = range(1, 11)
#: as a department: that of the ticket
OF_TICKET = "ticket"
_Title = Annotated[str, Field(min_length=1, max_length=30)]


class Kind(StrEnum):
    """`tasks.kind`."""

    APOLOGY = "apology"  # 致歉, of a justified complaint
    VISIT = "visit"  # 上门走访, instead of it where the matter was serious
    REVISIT = "revisit"  # 办结回访: whether it is settled, asked by somebody else
    LOW_MARK = "low_mark"  # a supervisor asks what was not well
    QUARTERLY = "quarterly"  # every customer of a segment, once a quarter


class Status(StrEnum):
    """`tasks.status`."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"


class Outcome(Strict):
    name: Annotated[str, Field(max_length=24)]
    title: _Title
    ends: Literal["done", "retry", "given_up"]
    needs_score: bool = False
    #: the customer is not satisfied
    unsettled: bool = False
    #: wants no calls any more
    opted_out: bool = False


class Due(Strict):
    working_days: Annotated[int, Field(gt=0)] | None = None
    working_hours: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.working_days is None) == (self.working_hours is None):
            raise ValueError("give working_days or working_hours")
        return self


class Spec(Strict):
    """One kind of task."""

    title: _Title
    department: Annotated[str, Field(max_length=40)]
    by: Literal["handler", "other", "supervisor", "anybody"]
    due: Due
    tries: Annotated[int, Field(gt=0)]
    again_hours: Annotated[float, Field(gt=0)]
    script: list[str]
    outcomes: list[Outcome]

    @model_validator(mode="after")
    def _outcomes_differ(self) -> Self:
        names = [each.name for each in self.outcomes]
        if len(set(names)) < len(names):
            raise ValueError("outcomes: two have the same name")
        if not any(each.ends == "done" for each in self.outcomes):
            raise ValueError("outcomes: none of them is done")
        return self

    def outcome(self, name: str) -> Outcome | None:
        return next((each for each in self.outcomes if each.name == name), None)


class Closing(Strict):
    days: Annotated[int, Field(gt=0)]


class Visits(Strict):
    severities: list[Severity]
    categories: list[str]


class Revisits(Strict):
    unjustified: bool


class Quarterly(Strict):
    segments: list[Segment]
    quiet_days: Annotated[int, Field(ge=0)]
    known_days: Annotated[int, Field(gt=0)]


class Notes(Strict):
    opened: str
    done: str
    tried: str
    given_up: str


class Tasks(Strict):
    closing: Closing
    visits: Visits
    revisits: Revisits
    low_score: Annotated[int, Field(ge=0, le=10)]
    hours: Calendar
    quarterly: Quarterly
    notes: Notes
    segments: dict[Segment, _Title]
    kinds: dict[Kind, Spec]

    @model_validator(mode="after")
    def _every_kind(self) -> Self:
        if missing := set(Kind) - self.kinds.keys():
            raise ValueError(f"kinds: {min(missing)} is missing")
        return self

    @property
    def calling(self) -> Hours:
        return self.hours.hours

    def due_of(self, kind: Kind, start: datetime) -> datetime:
        """As care.sla.rules: the end of the last working day, or when so many of the calling hours have passed."""
        due = self.kinds[kind].due
        if due.working_days is not None:
            return due_in_working_days(start, due.working_days)
        assert due.working_hours is not None  # one of both
        return due_in_working_hours(start, due.working_hours, self.calling)

    def again_at(self, kind: Kind, now: datetime) -> datetime:
        """When to try next: at the earliest after `again_hours`, and when customers may be called."""
        earliest = now + timedelta(hours=self.kinds[kind].again_hours)
        return self.calling.opens_at(earliest) or earliest

    def is_low(self, score: int | None) -> bool:
        return score is not None and score <= self.low_score


@lru_cache(maxsize=1)
def tasks_spec() -> Tasks:
    """Raises InvalidInput (reason `tasks`) naming file, line and place."""
    return read_model(TASKS, Tasks, "tasks")


def department_of(spec: Spec, ticket_department: str | None, policy: Policy) -> str:
    """Of a task without a ticket, that of complaints of the category `other`; so too where the policy lost one."""
    wanted = ticket_department if spec.department == OF_TICKET else spec.department
    return wanted if wanted in policy.departments else policy.categories["other"].department


def quarter_of(now: datetime) -> str:
    """`2026Q4`, in China."""
    day = now.astimezone(CHINA).date()
    return f"{day.year}Q{(day.month + 2) // 3}"


def is_quarter(text: str) -> bool:
    return len(text) == 6 and text[:4].isdecimal() and text[4] == "Q" and text[5] in "1234"


def planned_by(day: date, customers: int) -> int:
    """How many of so many customers are to be planned by the end of this day: evenly over the quarter's days."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(day.year + day.month // 10, (first.month + 2) % 12 + 1, 1)
    days = [each for n in range((following - first).days) if is_workday(each := first + timedelta(days=n))]
    passed = sum(each <= day for each in days)
    return -(-customers * passed // len(days))
