"""How many wrong guesses, and how long they count. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

#: no guess counts longer
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within `window` of the first one; the last of them locks for `window`."""

    most: int
    window: timedelta

    def __post_init__(self) -> None:
        if not self.most > 0 or not timedelta(0) < self.window <= LONGEST:
            raise ValueError(f"a limit is at least one try, in at most {LONGEST}")
