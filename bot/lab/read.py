"""``read``: texts through the trained model's whole pipeline.

In: ``{"model", "texts", "measure", "signals"}``. Out: ``{"readings": [{"label", "sub", "confidence", "ranking",
"asked_back", "stage", "seconds", "core_seconds"}, …]}``, in the order of the texts (``bot.lab.pipeline.Understood``).

With ``measure`` everything happens on one core (the caller sets OMP_NUM_THREADS to 1 before), no text is remembered
from the one before, and there is also ``"speed": {"first", "long", "short", "short_beside_long",
"memory", "memory_peak"}``: milliseconds for the first message of the process, for the slowest of some messages with
LONG characters, for a short one alone and behind that long one that came in with it; megabytes resident (null where the
system does not tell). With ``signals`` there are also ``"signals"``: what ``bot.lab.signals.score`` gives.
"""

import os
import re
import resource
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.lab import signals
from bot.lab.loading import load
from bot.lab.payload import BadInput, path, say, strings

LONG = 10_000  # characters
_SHORT = "帮我看看这个月话费怎么多了二十块钱"
_TIMES = 5
_SAID_EVERY = 100


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    texts, model, measure = strings(payload, "texts"), path(payload, "model"), payload.get("measure", False)
    if model is None or not isinstance(measure, bool):
        raise BadInput('"model" must be a path, "measure" true or false.')
    if measure and hasattr(os, "sched_setaffinity"):
        # before anything starts a thread of its own
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pipeline = load(model)
    first = pipeline.read(_SHORT).seconds
    readings = []
    for done, text in enumerate(texts, 1):
        readings.append(pipeline.read(text).as_dict())
        if done % _SAID_EVERY == 0 or done == len(texts):
            say(f"{done} of {len(texts)} messages read")
    found: dict[str, Any] = {"readings": readings}
    if measure:
        found["speed"] = {"first": round(first * 1000, 1), **_speed(pipeline, texts)}
    if payload.get("signals"):
        found["signals"] = signals.score(lambda text: pipeline.parse(text)[1].get("signals") or {})
    return found


def _speed(pipeline: Any, texts: list[str]) -> dict[str, Any]:
    longest = {text: _median(lambda text=text: pipeline.read(text).seconds) for text in _long_texts(texts)}
    slowest = max(longest, key=lambda text: longest[text])
    return {
        "long": longest[slowest],
        "short": _median(lambda: pipeline.read(_SHORT).seconds),
        "short_beside_long": _median(lambda: pipeline.beside(slowest, _SHORT)),
        "memory": _resident(),
        "memory_peak": _peak(),
    }


def _long_texts(texts: list[str]) -> list[str]:
    """Some of LONG characters, each beginning with another text: what stands in front decides which stages read."""
    whole = "，".join(texts) or _SHORT
    whole *= 2 + LONG // len(whole)
    step = max(len(texts) // _TIMES, 1)
    starts = [whole.index(text) for text in texts[::step][:_TIMES]] or [0]
    return [whole[start : start + LONG] for start in starts]


def _median(seconds: Callable[[], float]) -> float:
    """Milliseconds."""
    return round(statistics.median(seconds() for _ in range(_TIMES)) * 1000, 1)


def _resident() -> float | None:
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:  # no Linux
        return None
    return round(int(found[1]) / 1024, 1) if found else None


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
