"""What was found on closing a complaint or a fault: was the customer right, why it happened, what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from care.errors import InvalidInput
from care.files import read_model
from care.followup.rules import added_words
from care.sla.specs import Strict
from care.tickets.rules import Kind

CAUSES = Path(__file__).resolve().parents[2] / "data" / "desk" / "causes.yml"
#: kinds that are not closed without
NEED = frozenset({Kind.COMPLAINT, Kind.FAULT})


@dataclass(frozen=True)
class Findings:
    #: the customer was right
    justified: bool
    #: a name of data/desk/causes.yml
    cause: str
    #: what is done so that it does not happen again; may be empty only where the customer was not right
    prevention: str = ""


class Cause(Strict):
    title: Annotated[str, Field(min_length=1, max_length=30)]
    #: False: only old tickets have it
    offered: bool = True


class Causes(Strict):
    causes: dict[Annotated[str, Field(max_length=40)], Cause]


@lru_cache(maxsize=1)
def causes() -> dict[str, Cause]:
    """Raises InvalidInput (reason `causes`) naming file, line and place."""
    return dict(read_model(CAUSES, Causes, "causes").causes)


def title_of_cause(name: str) -> str:
    """Of one that the file has lost, its name."""
    known = causes()
    return known[name].title if name in known else name


def checked(findings: Findings) -> Findings:
    """Raises InvalidInput `cause`, `findings_missing` where there is no word of prevention, `field_long`."""
    known = causes().get(findings.cause)
    if known is None or not known.offered:
        raise InvalidInput("cause", "no cause of data/desk/causes.yml")
    prevention = findings.prevention.strip()
    if prevention:
        prevention = added_words(prevention)
    elif findings.justified:
        raise InvalidInput("findings_missing", "say what is done so that it does not happen again")
    return Findings(findings.justified, findings.cause, prevention)
