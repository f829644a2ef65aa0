"""Side by side: the same complaint on both sides, in turns, each while the other one stands still.

A round is a closed loop of `clients` customers for some seconds, after a warm-up. What is counted is what happened
inside the window. The side that is not measured is stopped (SIGSTOP), so it takes no CPU from the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import database, meters
from benchmarks.figures import percentile, ratios, spread
from benchmarks.sides import Bench, Side
from benchmarks.work import do
from cli.errors import Stop

#: Conversations that are prepared for a round; more than any side gets through.
_LIMIT = 5_000
#: More than this share of the machine in other hands, and times say little.
QUIET = 0.1


@dataclass(frozen=True)
class Plan:
    rounds: int
    clients: int
    warm_up: float
    seconds: float
    #: rounds that may be added when other programs disturb
    extra: int = 0


@dataclass(frozen=True)
class Round:
    side: str
    rate: float
    p50: float
    p95: float
    #: median by turn, in seconds
    by_turn: list[float]
    messages: int
    conversations: int
    tickets: int
    #: CPU seconds a message, by part; `postgres` and `client` among them
    cpu: dict[str, float]
    #: bytes by part
    memory: dict[str, int]
    commits_per_message: float
    #: share of the machine that others used meanwhile
    foreign: float

    @property
    def cpu_of_side(self) -> float:
        """CPU seconds a message of the side's own processes, without PostgreSQL and the customers."""
        return sum(seconds for part, seconds in self.cpu.items() if part not in ("postgres", "client"))


#: Both sides in the same minute, ours first.
Pair = tuple[Round, Round]


def run(bench: Bench, sides: tuple[Side, Side], plan: Plan) -> dict[str, Any]:
    """Pairs during which other programs were busy are run again, a few times; those with the least of it count."""
    pairs: list[Pair] = []
    while len(pairs) < plan.rounds or (
        len(pairs) < plan.rounds + plan.extra and sum(_foreign(pair) <= QUIET for pair in pairs) < plan.rounds
    ):
        ours, stock = sides
        pairs.append((_alone(bench, ours, stock, plan, len(pairs)), _alone(bench, stock, ours, plan, len(pairs))))
    return _summary(sorted(pairs, key=_foreign)[: plan.rounds], measured=len(pairs))


def _foreign(pair: Pair) -> float:
    return max(one.foreign for one in pair)


def _alone(bench: Bench, side: Side, other: Side, plan: Plan, number: int) -> Round:
    other.pause()
    try:
        one = _round(bench, side, plan, f"{side.name}-{os.getpid()}-{plan.clients}-{number}-")
    finally:
        other.go_on()
    bench.progress.say(
        f"{plan.clients} at once, round {number + 1}, {one.side}: {one.rate:.1f} messages/s, "
        f"p50 {one.p50 * 1e3:.0f} ms, p95 {one.p95 * 1e3:.0f} ms, {one.cpu_of_side * 1e3:.1f} ms CPU each, "
        f"{one.tickets} tickets of {one.conversations}, others used {one.foreign:.0%} of the machine"
    )
    return one


def _round(bench: Bench, side: Side, plan: Plan, prefix: str) -> Round:
    server = bench.server
    assert server.process is not None
    if side.name == "stock":
        database.add_conversations(server, prefix, _LIMIT)
    before = database.tickets(server)
    pids = {**side.pids, "postgres": server.process.pid}
    readings: list[meters.Reading] = []
    commits: list[int] = []

    def look() -> None:
        readings.append(meters.read(pids))
        commits.append(database.commits(server))

    task: dict[str, Any] = {"do": "complaints", "side": side.name, "port": side.port, "prefix": prefix}
    task |= {"limit": _LIMIT, "clients": plan.clients, "warm_up": plan.warm_up, "seconds": plan.seconds}
    measured = do(task, {"begin": look, "end": look})
    side.require_alive()
    written = database.tickets(server) - before
    if measured.failures or measured.tickets != measured.conversations or written != measured.conversations:
        raise Stop(
            f"{side.name}: {measured.conversations} conversations, {measured.tickets} answers with a ticket, "
            f"{written} tickets written; {measured.failures}"
        )
    spent = readings[0].until(readings[1])
    own = sum(spent.cpu.values()) + measured.cpu
    messages = len(measured.messages)
    seconds = [seconds for _, seconds in measured.messages]
    turns = range(max(turn for turn, _ in measured.messages) + 1)
    return Round(
        side=side.name,
        rate=messages / measured.seconds,
        p50=percentile(seconds, 0.5),
        p95=percentile(seconds, 0.95),
        by_turn=[percentile([taken for turn, taken in measured.messages if turn == wanted], 0.5) for wanted in turns],
        messages=messages,
        conversations=measured.conversations,
        tickets=measured.tickets,
        cpu={part: used / messages for part, used in (spent.cpu | {"client": measured.cpu}).items()},
        memory=side.memory(),
        commits_per_message=(commits[1] - commits[0]) / messages,
        foreign=spent.foreign(own),
    )


#: name, unit, digits, how to take it from a round, and whether more is better
_ROWS: tuple[tuple[str, int, Callable[[Round], float], bool], ...] = (
    ("messages a second", 1, lambda r: r.rate, True),
    ("p50, ms", 1, lambda r: r.p50 * 1e3, False),
    ("p95, ms", 1, lambda r: r.p95 * 1e3, False),
    ("messages a CPU second, without PostgreSQL", 1, lambda r: 1 / r.cpu_of_side, True),
    ("messages a CPU second, with PostgreSQL", 1, lambda r: 1 / (r.cpu_of_side + r.cpu["postgres"]), True),
    ("memory of the Rasa process, MB", 0, lambda r: r.memory["rasa"] / 1e6, False),
    ("memory of all processes, MB", 0, lambda r: sum(r.memory.values()) / 1e6, False),
)


def _summary(pairs: list[Pair], measured: int) -> dict[str, Any]:
    """Each figure of both sides as median and spread, and how many times better ours is."""
    rows = []
    for name, digits, take, more_is_better in _ROWS:
        a, b = [take(ours) for ours, _ in pairs], [take(stock) for _, stock in pairs]
        times = ratios(a, b) if more_is_better else ratios(b, a)
        rows.append(
            {"figure": name, "digits": digits, "ours": asdict(spread(a)), "stock": asdict(spread(b))}
            | {"times_better": asdict(times)}
        )
    return {
        "rows": rows,
        "rounds": [asdict(one) for pair in pairs for one in pair],
        "measured": measured,
        "foreign_most": max(map(_foreign, pairs)),
    }
