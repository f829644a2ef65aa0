"""From which probability on a signal of understanding is a concern: `data/signals/thresholds.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.errors import InvalidInput
from care.handoff.rules import CONCERNS

THRESHOLDS = Path(__file__).resolve().parents[2] / "data" / "signals" / "thresholds.yml"


@lru_cache(maxsize=1)
def thresholds() -> Mapping[str, float]:
    """By name of the concern, 0 to 1."""
    return read(THRESHOLDS)


def read(path: Path) -> Mapping[str, float]:
    """Raises InvalidInput with the file and what is wrong in it."""
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidInput("thresholds", f"{path}: cannot be read: {error}") from error
    if not isinstance(found, dict) or set(found) != set(CONCERNS):
        raise InvalidInput("thresholds", f"{path}: must have exactly the keys {', '.join(CONCERNS)}.")
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise InvalidInput("thresholds", f"{path}: {name} must be a number above 0 and up to 1.")
    return found
