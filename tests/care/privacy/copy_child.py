"""Runs the worker's copy job once, and prints the most memory that the process ever had, in MB.

python -m tests.care.privacy.copy_child RASA_URL
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import care.migrations.models  # noqa: F401
from care.privacy.copying import copy_due
from tests.support.tracker import tracker_at


async def main(url: str) -> None:
    tracker = tracker_at(url)
    await copy_due(tracker)
    await tracker.aclose()
    print(_most_memory())


def _most_memory() -> int:
    """In MB. Not getrusage's `ru_maxrss`: that one begins with what the parent had when it started this process."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    assert found is not None
    return int(found[1]) // 1024


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
