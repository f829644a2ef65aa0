"""What the server calls slots and steps in the desk: data/desk/words.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from care.files import read_model
from care.handoff.rules import Step

WORDS = Path(__file__).resolve().parents[2] / "data" / "desk" / "words.yml"


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    #: title by slot of domain.yml, in the order in which they are shown
    slots: dict[str, str]
    steps: dict[Step, str]
    #: title by value of a slot that has a closed list of them
    values: dict[str, str]


@lru_cache(maxsize=1)
def words() -> Words:
    """Raises InvalidInput (reason `words`)."""
    return read_model(WORDS, Words, "words")
