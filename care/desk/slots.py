"""What the bot had collected before a person came, from what Rasa has stored of the conversation. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from care.desk.words import words
from care.sla.policy import policy


@dataclass(frozen=True)
class Slot:
    name: str
    title: str
    #: as the customer told it: not masked
    value: str


def slots_in(events: Iterable[Mapping[str, Any]]) -> list[Slot]:
    """`events`: as `care.privacy.tracker.Tracker` gives them. Those of the newest session that hold something now."""
    values: dict[str, Any] = {}
    newest: Any = None
    for event in events:
        if event.get("session") != newest:  # they come in their order
            newest, values = event.get("session"), {}
        if event.get("event") == "slot":
            values[str(event.get("name"))] = event.get("value")
        elif event.get("event") in ("reset_slots", "restart"):
            values = {}
    titles = words().slots
    held = [(name, _said(values.get(name))) for name in titles]
    return [Slot(name, titles[name], _shown(name, value)) for name, value in held if value]


def _said(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _shown(name: str, value: str) -> str:
    """A name of ours by its title."""
    if name == "complaint_category" and value in policy().categories:
        return policy().title_of(value)
    return words().values.get(value, value)
