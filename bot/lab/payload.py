"""What a command was given, checked; and what all of them need of it."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.text import normalise


class BadInput(ValueError):
    """What was given cannot be used; says why and what to give instead."""


def strings(payload: dict[str, Any], name: str) -> list[str]:
    """A list of strings."""
    found = payload.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadInput(f'"{name}" must be a list of strings.')
    return found


def labelled(payload: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Texts and labels of ``examples``."""
    found = payload.get("examples")
    if not isinstance(found, list) or not all(
        isinstance(each, dict) and isinstance(each.get("text"), str) and isinstance(each.get("label"), str)
        for each in found
    ):
        raise BadInput('"examples" must be a list of {"text", "label"}.')
    return [each["text"] for each in found], [each["label"] for each in found]


def number(payload: dict[str, Any], name: str, default: float) -> float:
    """A number between 0 and 1."""
    found = payload.get(name, default)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= 1:
        raise BadInput(f'"{name}" must be a number from 0 to 1.')
    return float(found)


def path(payload: dict[str, Any], name: str) -> Path | None:
    """A path, or None where it is left out."""
    found = payload.get(name)
    if found is not None and not isinstance(found, str):
        raise BadInput(f'"{name}" must be a path or null.')
    return Path(found) if found else None


def embedded(texts: Sequence[str], cache: Path | None) -> np.ndarray:
    """Sentence vectors, float32 (n, 384), of length 1; those that `cache` knows cost next to nothing."""
    from bot.nlu.encoder import Encoder

    started = time.monotonic()
    vectors: np.ndarray = Encoder(cache).embed([normalise(text) for text in texts])
    say(f"{len(texts)} texts embedded in {time.monotonic() - started:.1f} s")
    return vectors


def say(sentence: str) -> None:
    """Progress, for who waits."""
    print(sentence, file=sys.stderr, flush=True)
