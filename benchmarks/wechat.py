"""A hundred messages a second from followers of the official account: how soon is each acknowledged to the platform?

The platform is the tests' simulator: its own process on the same machine, which also takes the answers. The whole
product is there, and answers meanwhile as fast as it can; then the same with Rasa stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from benchmarks import meters, sides
from benchmarks.figures import percentile
from benchmarks.sides import Bench, Side
from benchmarks.wechat_talk import REST, WECHAT
from benchmarks.work import do
from cli.errors import Stop
from tests.support.wechat.handle import Simulator, simulator

RATE = 100
SECONDS = 20.0
CUSTOMERS = 500
#: seconds, at the 99th of a hundred; the platform waits for five
MOST = 0.2
#: until everything is answered
_PATIENCE = 600.0
#: errcodes of a platform that was sent more than it allows
_OVER_BUDGET = ("45047", "45015")

_LEFT = (
    "SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE delivery = 'waiting') FROM messages"
    " WHERE status = 'pending' OR delivery = 'waiting'"
)
#: messages of customers, those with an answer of the bot, and answers that were sent
_ANSWERS = (
    "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM messages r WHERE r.in_reply_to = m.id"
    " AND r.author = 'bot' AND r.delivery = 'sent')) FROM messages m JOIN conversations c ON c.id = m.conversation_id"
    " WHERE m.author = 'customer' AND c.channel = 'wechat' AND m.id > %s"
)


@contextmanager
def product(bench: Bench) -> Iterator[tuple[Side, Simulator]]:
    """The whole product, connected with a platform of its own."""
    with simulator() as platform:
        variables = platform.environment()
        with sides.ours(replace(bench, variables=variables)) as side:
            side.wait_until_ready()
            yield side, platform


def run(bench: Bench, rate: float = RATE, seconds: float = SECONDS, customers: int = CUSTOMERS) -> dict[str, Any]:
    with product(bench) as (side, platform):
        crowd = _Crowd(bench, side, platform, customers)
        crowd.measure(min(rate, 20), 5.0, rest=False)  # everything has been called once
        bench.progress.say(f"{customers} followers, {rate:.0f} messages/s for {seconds:.0f} s, answered meanwhile")
        answering = crowd.measure(rate, seconds, rest=True)
        bench.progress.say(f"the same with Rasa stopped (before: {shown(answering)})")
        side.pause("rasa")
        try:
            stalled = crowd.measure(rate, seconds, rest=False, answers=False)
        finally:
            side.go_on("rasa")
        bench.progress.say(f"with Rasa stopped: {shown(stalled)}")
        refused = platform.counts()["refused"]
        over_budget = sum(refused.get(code, 0) for code in _OVER_BUDGET)
        if over_budget:
            raise Stop(f"wechat: {over_budget} pushes were more than the platform allows: {refused}")
        return {
            "rate": rate,
            "seconds": seconds,
            "customers": customers,
            "most": MOST,
            "answering": answering,
            "stalled": stalled,
            "over_budget": over_budget,
            "refused": refused,
        }


def told(results: dict[str, Any]) -> str:
    """Of what `run` gives, in a line."""
    met, stalled = results["answering"], results["stalled"]["acknowledged"]
    return (
        f"acknowledged after {shown(met)} (p99 below {results['most'] * 1e3:.0f} ms); {met['answered']} of "
        f"{met['sent']} answered, the last {met['answered_after']:.1f} s after the end; /api/chat meanwhile p99 "
        f"{met['rest']['p99'] * 1e3:.0f} ms; {results['over_budget']} pushes over budget; web process "
        f"{met['memory']['web'] / 1e6:.0f} MB, {met['cpu']['web']:.0%} of a processor; with Rasa stopped p99 "
        f"{stalled['p99'] * 1e3:.0f} ms"
    )


def shown(results: dict[str, Any]) -> str:
    times = results["acknowledged"]
    return (
        f"p50 {times['p50'] * 1e3:.0f} ms, p95 {times['p95'] * 1e3:.0f} ms, p99 {times['p99'] * 1e3:.0f} ms, at most "
        f"{times['max'] * 1e3:.0f} ms; others used {results['foreign']:.0%} of the machine"
    )


class _Crowd:
    def __init__(self, bench: Bench, side: Side, platform: Simulator, customers: int) -> None:
        assert bench.server.process is not None
        self._bench = bench
        self._side = side
        self._customers = customers
        self._platform = platform.configure()
        self._platform_port = int(platform.url.rpartition(":")[2])
        self._pids = {**side.pids, "postgres": bench.server.process.pid}

    def measure(self, rate: float, seconds: float, *, rest: bool, answers: bool = True) -> dict[str, Any]:
        before = self._row("SELECT coalesce(max(id), 0) FROM messages")[0]
        readings: list[meters.Reading] = []
        memory: list[dict[str, int]] = []

        def look() -> None:
            readings.append(meters.read(self._pids))
            memory.append(self._side.memory())

        task = {"do": "wechat", "port": self._side.port, "platform_port": self._platform_port, "rest": rest}
        task |= {"platform": self._platform, "rate": rate, "seconds": seconds, "customers": self._customers}
        measured = do(task, {"begin": look, "end": look})
        ended = time.monotonic()
        self._side.require_alive()
        if measured.failures:
            raise Stop(f"wechat: {measured.counts} {measured.failures}")
        spent = readings[0].until(readings[1])
        by_way = {way: [taken for each, taken in measured.messages if each == way] for way in (WECHAT, REST)}
        results: dict[str, Any] = {
            "acknowledged": _times(by_way[WECHAT]),
            "rest": _times(by_way[REST]) if rest else None,
            "seconds": measured.seconds,
            **measured.counts,
            "waiting_at_end": dict(zip(("turns", "pushes"), self._row(_LEFT), strict=True)),
            "memory": memory[-1],
            # of one processor
            "cpu": {part: used / spent.seconds for part, used in (spent.cpu | {"client": measured.cpu}).items()},
            "foreign": spent.foreign(sum(spent.cpu.values()) + measured.cpu),
        }
        if answers:
            self._wait_until_answered()
            written, answered = self._row(_ANSWERS, before)
            results |= {"answered_after": time.monotonic() - ended, "stored": written, "answered": answered}
            if not measured.counts["sent"] == written == answered:
                raise Stop(f"wechat: of {measured.counts['sent']} messages {written} are stored, {answered} answered")
        return results

    def _wait_until_answered(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while any(left := self._row(_LEFT)):
            if time.monotonic() > deadline:
                raise Stop(f"wechat: after {_PATIENCE:.0f} s {left} turns and pushes still wait")
            time.sleep(0.2)

    def _row(self, query: str, *values: object) -> tuple[int, ...]:
        with psycopg.connect(self._bench.server.url) as connection:
            row = connection.execute(query, values).fetchone()
            assert row is not None
            return tuple(int(each) for each in row)


def _times(seconds: list[float]) -> dict[str, float]:
    named = {f"p{share}": percentile(seconds, share / 100) for share in (50, 95, 99)}
    return named | {"max": max(seconds), "messages": len(seconds)}
