"""What it costs to look whether new complaints say the same as others, beside nine weeks of a large operator's."""

from __future__ import annotations

from typing import Any

from benchmarks.clocks import work
from benchmarks.sides import Bench

KEPT = 100_000
#: seconds, of one complaint, also of the one that makes an incident
MOST = 1.0


def run(bench: Bench, kept: int = KEPT) -> dict[str, Any]:
    bench.progress.say(f"complaints that were read, beside {kept} of nine weeks")
    found = work(bench, "benchmarks.vectors_work", kept)
    bench.progress.say(f"one takes {found['usual']:.3f} s, one that makes an incident {found['incident']:.3f} s")
    return found | {"most": MOST}
