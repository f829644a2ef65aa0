"""Waiting for something that another thread or process does: ask often, give up at a deadline, never sleep blindly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, seconds: float = 10.0, pause: float = 0.01) -> T:
    """The first true answer of `condition`, asked every `pause` seconds: one where each question is a refused request
    (the web process logs at most 60 refusals a minute of one address, and other tests look for theirs)."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for: {what}"
        time.sleep(pause)
    return answer


async def eventually(condition: Callable[[], Awaitable[T]], what: str, seconds: float = 10.0) -> T:
    deadline = time.monotonic() + seconds
    while not (answer := await condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for: {what}"
        await asyncio.sleep(0.01)
    return answer


def at_once(*works: Callable[[], Any], seconds: float = 20.0) -> list[Any]:
    """Each work in a thread of its own; results in the order of the works, exceptions as values."""
    results: list[Any] = [None] * len(works)

    def keep(index: int, work: Callable[[], Any]) -> None:
        try:
            results[index] = work()
        except Exception as error:
            results[index] = error

    threads = [Thread(target=keep, args=(index, work), daemon=True) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), f"a thread did not end in {seconds} s"
    return results
