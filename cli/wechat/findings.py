"""What `quanyi wechat check` found out, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import east_asian_width

import typer


class State(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    #: could not be tried, or is right and could be better
    UNKNOWN = "unknown"
    #: not configured, which is no fault
    OFF = "off"


@dataclass(frozen=True)
class Finding:
    part: str
    what: str
    state: State
    #: what was found, or what to do
    told: str

    @property
    def is_wrong(self) -> bool:
        return self.state is State.WRONG


_COLOURS = {State.OK: "green", State.WRONG: "red", State.UNKNOWN: "yellow", State.OFF: "bright_black"}


def line(finding: Finding) -> str:
    """With colours, which are left out where there is no terminal."""
    mark = typer.style(f"{finding.state:<8}", fg=_COLOURS[finding.state])
    return f"{mark}{_filled(finding.part, 10)}{finding.what}: {finding.told}"


def _filled(text: str, columns: int) -> str:
    """A Chinese character takes two columns."""
    return text + " " * (columns - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
