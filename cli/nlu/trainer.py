"""Who sits at the inbox, with which database, and how sure the bot must have been."""

from __future__ import annotations

import getpass
import json
import os

import psutil
import yaml

from care.settings import settings
from cli.errors import Stop
from cli.run.checkout import Checkout

_LONGEST_NAME = 64


def connect(checkout: Checkout) -> None:
    """Make `care.settings` know the database: by the environment, else as the 小益 that runs from this checkout does.

    Raises Stop when neither is there.
    """
    if not os.environ.get("QUANYI_DATABASE_URL"):
        try:
            run = json.loads(checkout.run_file.read_text(encoding="utf-8"))
            told = psutil.Process(int(run["parts"]["web"]["pid"])).environ()
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            told = {}
        if "QUANYI_DATABASE_URL" not in told:
            raise Stop(
                "The inbox needs the care database: start 小益 from this checkout (make run), or set "
                "QUANYI_DATABASE_URL and the keys, see docs/operate/settings.md."
            )
        for name, value in told.items():
            if name.startswith("QUANYI_") and not os.environ.get(name):
                os.environ[name] = value
        settings.cache_clear()


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
