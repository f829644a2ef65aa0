"""What 小益 can say (data/responses), so that tests name a response by its key and not by its words of today."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
TICKET = re.compile(r"[A-Z]{2}\d{6}-[0-9A-HJKMNP-TV-Z]{6}")
_ASK = "utter_ask_complaint_form_complaint_"
_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


def responses_of(topic: str) -> dict[str, list[dict[str, Any]]]:
    """The response keys of one file, and their wordings."""
    path = ROOT / "data" / "responses" / f"{topic}.yml"
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
    return found


@lru_cache(maxsize=1)
def responses() -> dict[str, list[dict[str, Any]]]:
    """Of every file."""
    topics = sorted(path.stem for path in (ROOT / "data/responses").glob("*.yml"))
    return {key: wordings for topic in topics for key, wordings in responses_of(topic).items()}


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    """Key → any of its wordings, with anything where a value is filled in."""
    return {
        key: re.compile("|".join(_PLACEHOLDER.sub("(?s:.+?)", re.escape(v["text"].strip())) for v in wordings))
        for key, wordings in responses().items()
        if all("text" in wording for wording in wordings)
    }


def says(text: str, expected: str) -> bool:
    """Does a bubble say it? `expected` is a response key (`utter_…`), or words that must be in the bubble."""
    if expected.startswith("utter_"):
        return _patterns()[expected].search(text) is not None
    return expected in text


def question_in(texts: list[str]) -> str | None:
    """The field of the complaint that the last bubble asks for (`line`, `since`, …); None where it asks for none."""
    for text in reversed(texts):
        for key, pattern in _patterns().items():
            if key.startswith(_ASK) and pattern.fullmatch(text.strip()):
                return key.removeprefix(_ASK)
    return None
