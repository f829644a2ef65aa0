"""Reading and checking the file of queues and reasons: a mistake is named with its place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from care.alarms.rules import Kind
from care.files import read_model
from care.handoff.rules import CONCERNS, Reason
from care.workdays import ALWAYS, Day, Hours, shifts_in

DEFAULT = Path(__file__).with_name("handoff.yml")
#: what customers wait in for whom no other queue is meant; the column's default
GENERAL = "service"

#: names of a reason's thresholds; a reason that is not here has none
_THRESHOLDS: Mapping[Reason, frozenset[str]] = {
    **dict.fromkeys(CONCERNS, frozenset({"probability"})),
    Reason.FRAUD: frozenset({"probability", "hand_over"}),
    Reason.ELDERLY: frozenset({"probability", "age"}),
    Reason.REPEATED: frozenset({"complaints"}),
    Reason.UNSURE: frozenset({"confidence"}),
}
_PART = ("probability", "confidence", "hand_over")

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,23}$")]
_Title = Annotated[str, Field(min_length=1, max_length=40)]
#: no `true`, which is a 1 elsewhere
_Number = Annotated[float, Field(strict=True, gt=0)]


def _hours(written: Any) -> Hours:
    if written == "always":
        return ALWAYS
    if not isinstance(written, dict):
        raise ValueError("give always, or shifts by kind of day")
    if missing := [day.value for day in Day if day not in written]:
        raise ValueError(f"missing: {', '.join(missing)}")
    if unknown := sorted(str(name) for name in set(written) - set(Day)):
        raise ValueError(f"no kind of day: {', '.join(unknown)}")
    return Hours({Day(name): shifts_in(str(shifts)) for name, shifts in written.items()})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Queue(_Strict):
    title: _Title
    skill: str
    hours: Annotated[Hours, BeforeValidator(_hours)]
    labels: list[str] = []


class ReasonSpec(_Strict):
    queue: str
    #: the queue follows what the customer talks of
    by_label: bool = False
    #: 1 is taken first
    priority: int = Field(ge=1, le=5)
    title: _Title
    #: must have a person at any hour
    around_the_clock: bool = False
    #: supervisors are told at once
    alarm: bool = False
    thresholds: dict[Literal["probability", "age", "complaints", "confidence", "hand_over"], _Number] = {}


class HandoffPolicy(_Strict):
    version: str = Field(max_length=32)
    skills: dict[_Name, _Title]
    queues: dict[_Name, Queue]
    #: name of the queue of those who must have a person while theirs is closed
    duty: str
    reasons: dict[Reason, ReasonSpec]
    alarms: dict[Kind, _Title]
    #: how the desk names a customer without a proven number
    visitor: Annotated[str, Field(pattern=r"\{code\}")]

    @model_validator(mode="after")
    def _fits_together(self) -> HandoffPolicy:
        if GENERAL not in self.queues:
            raise ValueError(f"queues: {GENERAL} is missing; it takes what fits nowhere else")
        if self.duty not in self.queues or self.queues[self.duty].hours.by_day is not None:
            raise ValueError(f"duty: {self.duty} is no queue that is open always")
        labelled: dict[str, str] = {}
        for name, queue in self.queues.items():
            if queue.skill not in self.skills:
                raise ValueError(f"queues.{name}.skill: {queue.skill} is not under skills")
            for label in queue.labels:
                if label in labelled:
                    raise ValueError(f"queues.{name}.labels: {label} belongs to {labelled[label]} already")
                labelled[label] = name
        if missing := [reason.value for reason in Reason if reason not in self.reasons]:
            raise ValueError(f"reasons: missing: {', '.join(missing)}")
        if missing := [kind.value for kind in Kind if kind not in self.alarms]:
            raise ValueError(f"alarms: missing: {', '.join(missing)}")
        for reason, spec in self.reasons.items():
            self._check(reason, spec)
        return self

    def _check(self, reason: Reason, spec: ReasonSpec) -> None:
        if spec.queue not in self.queues:
            raise ValueError(f"reasons.{reason}.queue: {spec.queue} is not under queues")
        wanted = _THRESHOLDS.get(reason, frozenset())
        if set(spec.thresholds) != wanted:
            has = ", ".join(sorted(wanted)) or "none"
            raise ValueError(f"reasons.{reason}.thresholds: must be exactly these: {has}")
        for name, value in spec.thresholds.items():
            if name in _PART and value > 1:
                raise ValueError(f"reasons.{reason}.thresholds.{name}: must be up to 1")

    def queue_of_label(self, label: str | None) -> str | None:
        return next((name for name, queue in self.queues.items() if label in queue.labels), None)

    def title_of_reason(self, reason: str) -> str:
        """Of one that the file has lost, its name."""
        return next((spec.title for each, spec in self.reasons.items() if each == reason), reason)

    def title_of_queue(self, name: str) -> str:
        """Of one that the file has lost, its name."""
        return self.queues[name].title if name in self.queues else name


def load_policy(path: Path) -> HandoffPolicy:
    """Raises InvalidInput (reason `handoff`) naming file and place."""
    return read_model(path, HandoffPolicy, "handoff", "QUANYI_HANDOFF")


@lru_cache(maxsize=1)
def handoff_policy() -> HandoffPolicy:
    return load_policy(Path(os.environ.get("QUANYI_HANDOFF") or DEFAULT))


def thresholds() -> Mapping[str, float]:
    """From which probability on a signal of understanding is a concern, by name of the concern: 0 to 1."""
    return {name: handoff_policy().reasons[name].thresholds["probability"] for name in CONCERNS}


def threshold(reason: Reason, name: str) -> float:
    """`threshold(Reason.REPEATED, "complaints")`. Raises KeyError for one that this reason does not have."""
    return {str(key): value for key, value in handoff_policy().reasons[reason].thresholds.items()}[name]
