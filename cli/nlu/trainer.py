"""Who sits at the inbox, and how sure the bot must have been."""

from __future__ import annotations

import getpass

import yaml

from cli.errors import Stop
from cli.run.checkout import Checkout

_LONGEST_NAME = 64


def name_of(by: str | None) -> str:
    """`--by`, else the user of the system. Raises Stop."""
    name = (by or getpass.getuser()).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Stop(f"--by takes 1 to {_LONGEST_NAME} visible characters.")
    return name


def threshold(checkout: Checkout, below: float | None) -> float:
    """`--below`, else where the pipeline itself stops understanding: `threshold` of FallbackClassifier. Raises Stop."""
    if below is not None:
        return below
    config = checkout.root / "config.yml"
    try:
        pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
        return float(next(each["threshold"] for each in pipeline if each["name"] == "FallbackClassifier"))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, StopIteration):
        raise Stop(f"{config} names no threshold of FallbackClassifier; give one with --below.") from None


def meaning(text: str | None) -> tuple[str, str | None] | None:
    """`label` or `label/sub`."""
    if text is None:
        return None
    label, _, sub = text.strip().partition("/")
    return label, sub or None


def spelled(meant: tuple[str, str | None] | None) -> str:
    if meant is None:
        return "?"
    label, sub = meant
    return f"{label}/{sub}" if sub else label
