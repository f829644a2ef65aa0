"""What the operator's figures cost beside a million open tickets: counting a busy day, and each look at a year."""

from __future__ import annotations

from typing import Any

from benchmarks.clocks import work
from benchmarks.sides import Bench

OPEN, BUSY = 1_000_000, 20_000
#: seconds, of one look
MOST_LOOK = 1.0
#: of counting; a statement of the application is ended after 5 s (care/db.py)
MOST_COUNT = 5.0


def run(bench: Bench, is_open: int = OPEN, busy: int = BUSY) -> dict[str, Any]:
    bench.progress.say(f"figures beside {is_open} open tickets, filed over a year, and a day with {busy} more")
    found = work(bench, "benchmarks.board_work", is_open, busy)
    slowest = max(found["looks"].values())
    bench.progress.say(f"the slowest look takes {slowest:.2f} s, counting the busy day {found['count']:.2f} s")
    return found | {"slowest": slowest, "most_look": MOST_LOOK, "most_count": MOST_COUNT}
