"""What staff read for the words of tickets: data/desk/titles.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from care.answers.rules import Way
from care.appeals.rules import Authority, Outcome
from care.escalation.rules import Level
from care.files import read_model
from care.sla.rules import PauseEnd
from care.sla.specs import Severity
from care.tickets.rules import Channel, EventKind, Kind, Status

TITLES = Path(__file__).resolve().parents[2] / "data" / "desk" / "titles.yml"

_Title = Annotated[str, Field(min_length=1, max_length=30)]


class Titles(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: dict[Kind, _Title]
    statuses: dict[Status, _Title]
    channels: dict[Channel, _Title]
    authorities: dict[Authority, _Title]
    outcomes: dict[Outcome, _Title]
    events: dict[EventKind, _Title]
    #: TMF621, by the priority that a ticket was filed with
    severities: dict[Severity, _Title]
    #: how an answer came to the customer
    ways: dict[Way, _Title]
    #: why promises that stood still run again
    pause_ends: dict[PauseEnd, _Title]
    #: who was told of a clock
    levels: dict[Level, _Title]
    actors: dict[Literal["customer", "caller", "bot", "system"], _Title]
    #: with {number}
    staff: Annotated[str, Field(pattern=r"\{number\}")]
    #: of an exported list, in their order
    columns: dict[str, _Title]
    #: of a clock in it
    marks: dict[Literal["met", "missed", "running", "ended"], _Title]
    answers: dict[Literal["yes", "no"], _Title]

    def of_actor(self, actor: str) -> str:
        """`staff:8001` → 工号 8001; what is not known stays as it is."""
        role, _, number = actor.partition(":")
        if role == "staff":
            return self.staff.format(number=number)
        return next((title for name, title in self.actors.items() if name == actor), actor)


@lru_cache(maxsize=1)
def titles() -> Titles:
    """Raises InvalidInput (reason `titles`) naming file and place."""
    return read_model(TITLES, Titles, "titles")
