"""Runs the worker's copy job once, and prints the most memory that the process ever had, in MB.

python -m tests.care.privacy.copy_child RASA_URL
"""

from __future__ import annotations

import asyncio
import resource
import sys

import care.migrations.models  # noqa: F401
from care.privacy.copying import copy_due
from tests.support.tracker import tracker_at


async def main(url: str) -> None:
    tracker = tracker_at(url)
    await copy_due(tracker)
    await tracker.aclose()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
