"""Rasa stops for five seconds while a hundred customers wrote: is the web process alive, and is everybody answered?"""

from __future__ import annotations

import time
from typing import Any

from benchmarks import database
from benchmarks.figures import percentile
from benchmarks.sides import Bench, Side
from benchmarks.work import Client, do
from cli.errors import Stop

CUSTOMERS = 100
STALLED = 5.0
MOST = 0.2
_EVERY = 0.05


def run(bench: Bench, side: Side, customers: int = CUSTOMERS) -> dict[str, Any]:
    bench.progress.say(f"Rasa stopped for {STALLED:.0f} s under {customers} messages at once")
    polling: dict[str, Any] = {"do": "poll", "port": side.port, "path": "/healthz", "every": _EVERY}
    crowd: dict[str, Any] = {"do": "crowd", "side": side.name, "port": side.port, "clients": customers}
    calm = do(polling | {"seconds": 2.0})
    side.pause("rasa")
    stalled_at = time.monotonic()

    def resume() -> None:
        time.sleep(max(stalled_at + STALLED - time.monotonic(), 0))
        side.go_on("rasa")

    try:
        with Client(polling | {"seconds": STALLED + 7.0}) as poller, Client(crowd) as people:
            answered = people.wait({"begin": resume})
            polled = poller.wait()
    finally:
        side.go_on("rasa")
    waited = [seconds for _, seconds in answered.messages]
    health = [seconds for _, seconds in polled.messages]
    answers = database.answers_of_latest(bench.server, customers)
    bench.progress.say(
        f"/healthz at most {max(health) * 1e3:.0f} ms; {answered.conversations} of {customers} answered, "
        f"the last after {max(waited):.1f} s; messages by number of answers: {answers}"
    )
    if answered.failures:
        raise Stop(f"stalled Rasa: {answered.failures[:5]}")
    if answers != {1: customers}:
        raise Stop(f"stalled Rasa: not every message has one answer; messages by number of answers: {answers}")
    return {
        "customers": customers,
        "stalled_seconds": STALLED,
        "healthz": {
            "polls": len(health),
            "not_200": polled.failures,
            "p50": percentile(health, 0.5),
            "p99": percentile(health, 0.99),
            "max": max(health),
            # seconds after the stop of Rasa at which the slowest five were asked, and how long they took
            "slowest": sorted(((seconds, number * _EVERY) for number, seconds in polled.messages), reverse=True)[:5],
            "max_before": max(seconds for _, seconds in calm.messages),
            "most": MOST,
        },
        "answered": answered.conversations,
        "messages_by_number_of_answers": {str(number): messages for number, messages in answers.items()},
        "waited": {"p50": percentile(waited, 0.5), "max": max(waited)},
    }
