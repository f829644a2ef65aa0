"""What a log may say of an error that nobody expected while personal data were in its hands."""

from __future__ import annotations

import traceback
from pathlib import Path

_OURS = str(Path(__file__).resolve().parents[2])


def described(error: Exception) -> str:
    """`KeyError at tickets.py:88`: kind and place. Its text may hold a value of the data, and so may a traceback's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if each.filename.startswith(_OURS) and "site-packages" not in each.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "nowhere"
    return f"{type(error).__name__} at {where}"
