"""How much of something one conversation, socket or address may do, counted in this process."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import uuid4

from care.errors import CareError

_MINUTE = 60.0


class TooMany(CareError):
    """A limit was reached; nothing was changed. `after`: whole seconds until it is worth trying again."""

    def __init__(self, message: str, after: int, reason: str = "too_many") -> None:
        super().__init__(reason, message)
        self.after = after


class PerMinute:
    """At most `limit` things a minute for each key. The same thing again (by its id) is not another one."""

    def __init__(self, limit: int, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._what = what
        self._clock = clock
        self._seen: dict[str, OrderedDict[str, float]] = {}
        self._swept = clock()

    def check(self, key: str, thing: str | None = None) -> None:
        """Count one. Raises TooMany."""
        now = self._clock()
        self._sweep(now)
        seen = self._seen.setdefault(key, OrderedDict())
        while seen and now - next(iter(seen.values())) >= _MINUTE:
            seen.popitem(last=False)
        thing = thing or uuid4().hex
        if thing in seen:
            return
        if len(seen) >= self.limit:
            after = math.ceil(_MINUTE - (now - next(iter(seen.values()))))
            raise TooMany(f"at most {self.limit} {self._what} a minute; try again in {after} s", after)
        seen[thing] = now

    def _sweep(self, now: float) -> None:
        """Once a minute, forget keys that were quiet for one: what is kept follows what is going on."""
        if now - self._swept >= _MINUTE:
            self._swept = now
            self._seen = {
                key: seen for key, seen in self._seen.items() if seen and now - next(reversed(seen.values())) < _MINUTE
            }


class AtOnce:
    """At most `limit` things at the same time for each key."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: dict[str, int] = {}

    def take(self, key: str) -> bool:
        """Hold one more; False when there are too many already."""
        held = self._held.get(key, 0)
        if held >= self.limit:
            return False
        self._held[key] = held + 1
        return True

    def give_back(self, key: str) -> None:
        held = self._held.get(key, 0) - 1
        if held > 0:
            self._held[key] = held
        else:
            self._held.pop(key, None)
