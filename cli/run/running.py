"""What a command in another terminal must know to work with the 小益 that runs from this checkout."""

from __future__ import annotations

import json
import os

import psutil

from care.settings import settings
from cli.errors import Stop
from cli.run.checkout import Checkout


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
                "This needs the care database: start 小益 from this checkout (make run), or set "
                "QUANYI_DATABASE_URL and the keys, see docs/operate/settings.md."
            )
        for name, value in told.items():
            if name.startswith("QUANYI_") and not os.environ.get(name):
                os.environ[name] = value
        settings.cache_clear()
