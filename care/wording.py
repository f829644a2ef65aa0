"""What is said to customers outside Rasa, from the same files that Rasa answers from (`data/responses/*.yml`).

What was approved since is laid over them (care/approval).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.timezone import CHINA

RESPONSES = Path(__file__).resolve().parent.parent / "data" / "responses"


Responses = dict[str, list[dict[str, Any]]]

#: what is told instead of the files; replaced whole, never changed, because every thread reads it
_told: Responses | None = None


@lru_cache(maxsize=1)
def _shipped() -> Responses:
    merged: Responses = {}
    for path in sorted(RESPONSES.glob("*.yml")):
        merged |= yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
    return merged


def _responses() -> Responses:
    told = _told
    return _shipped() if told is None else told


def lay_over(texts: Mapping[str, Sequence[str]]) -> None:
    """Say these from now on, by key the texts of the variations in their order, and everything else as the files do."""
    global _told
    shipped = _shipped()
    laid = {
        key: [each | {"text": text} for each, text in zip(shipped[key], given, strict=True)]
        for key, given in texts.items()
    }
    _told = shipped | laid if laid else None


def say(key: str, **values: str) -> str:
    """The first wording of `utter_<key>` with its `{values}` filled in."""
    text: str = _responses()[f"utter_{key}"][0]["text"]
    return text.format(**values).rstrip("\n")


def buttons(key: str) -> list[dict[str, str]]:
    """In the files their payloads have double braces, because Rasa formats them with the text."""
    given = _responses()[f"utter_{key}"][0].get("buttons", [])
    return [each | {"payload": each["payload"].replace("{{", "{").replace("}}", "}")} for each in given]


def has_wording(key: str) -> bool:
    return f"utter_{key}" in _responses()


def varied() -> list[str]:
    """Every wording of the responses of which Rasa chooses one by chance."""
    return [str(each["text"]) for said in _responses().values() if len(said) > 1 for each in said]


def choice_of(label: str) -> dict[str, str] | None:
    """The button that stands for a label when the bot asks what was meant; None for labels that are no choice."""
    key = f"utter_choice_{label}"
    return dict(_responses()[key][0]["buttons"][0]) if key in _responses() else None


def spoken_time(moment: datetime, now: datetime) -> str:
    """`明天 15:20` as seen from `now`: today, tomorrow and the day after by name, later days by date."""
    local, today = moment.astimezone(CHINA), now.astimezone(CHINA).date()
    clock = local.strftime("%H:%M")
    for days, word in enumerate(("today", "tomorrow", "day_after")):
        if local.date() == today + timedelta(days=days):
            return say(f"time_{word}", clock=clock)
    return calendar_time(moment)


def calendar_time(moment: datetime) -> str:
    """`11月22日 15:20`, for what may be read on another day."""
    local = moment.astimezone(CHINA)
    return say("time_date", month=str(local.month), day=str(local.day), clock=local.strftime("%H:%M"))
