"""What was approved, told by this process within seconds of its time: web, the worker and the action server follow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from care import logs, wording
from care.approval.overlay import Overlay, renewed
from care.db import run, utcnow
from care.rights import articles

#: seconds between two looks
EVERY = 5.0

_log = logs.get_logger("wording")


class Follower:
    """Lays over this process's words what holds now. `then`: called after articles were changed."""

    def __init__(self, then: Callable[[], None] | None = None, clock: Callable[[], datetime] = utcnow) -> None:
        self._then, self._clock = then, clock
        self._laid = Overlay()

    def look(self) -> bool:
        """Whether something else is told now. Costs one small query while nothing is new."""
        known = self._laid
        found = run(lambda session: renewed(session, known, self._clock()))
        if found is known:
            return False
        is_new = (found.responses, found.articles, found.changes) != (known.responses, known.articles, known.changes)
        if is_new:
            wording.lay_over(found.responses)
            articles.lay_over(found.articles, found.changes)
            if self._then is not None:
                self._then()
            _log.info("wording_laid", responses=len(found.responses), articles=len(found.articles))
        self._laid = found
        return is_new

    def follow(self, stop: threading.Event) -> None:
        """Until `stop`. What was told last goes on while PostgreSQL is away."""
        is_lost = False
        while not stop.is_set():
            try:
                self.look()
                is_lost = False
            except Exception as error:  # whatever it is, customers are answered in the words that are there
                if not is_lost:
                    _log.error("wording_not_read", error=type(error).__name__)
                is_lost = True
            stop.wait(EVERY)


@contextmanager
def following(then: Callable[[], None] | None = None) -> Iterator[None]:
    """In a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=Follower(then).follow, args=(stop,), name="wording", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=EVERY)
