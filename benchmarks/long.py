"""Long conversations on our side: does a turn late in a conversation cost more than an early one?"""

from __future__ import annotations

from typing import Any

from benchmarks.figures import percentile
from benchmarks.sides import Bench, Side
from benchmarks.work import do
from cli.errors import Stop

EARLY = range(3, 9)
LATE = range(195, 206)
MOST = 1.5


def run(bench: Bench, side: Side, conversations: int, clients: int, turns: int = LATE.stop - 1) -> dict[str, Any]:
    """`turns` fewer than 205 (a smoke run) takes its last ones for the late ones."""
    bench.progress.say(f"{conversations} conversations of {turns} turns")
    task: dict[str, Any] = {"do": "long", "side": side.name, "port": side.port, "prefix": ""}
    # A cold start would make the early turns slow, and so the late ones look good.
    do(task | {"conversations": clients, "clients": clients, "turns": 24})
    measured = do(task | {"conversations": conversations, "clients": clients, "turns": turns})
    if measured.failures:
        raise Stop(f"long conversations: {measured.failures}")
    late = range(LATE.start - LATE.stop + turns + 1, turns + 1)
    # turns are numbered from 1 here and from 0 there
    early_seconds = [seconds for turn, seconds in measured.messages if turn + 1 in EARLY]
    late_seconds = [seconds for turn, seconds in measured.messages if turn + 1 in late]
    early_p95, late_p95 = percentile(early_seconds, 0.95), percentile(late_seconds, 0.95)
    bench.progress.say(f"p95 of turns {late.start} to {turns}: {late_p95 / early_p95:.2f} times that of turns 3 to 8")
    return {
        "conversations": conversations,
        "clients": clients,
        "turns": turns,
        "tickets": measured.tickets,
        "messages_a_second": len(measured.messages) / measured.seconds,
        "early": {"turns": [3, 8], "p50": percentile(early_seconds, 0.5), "p95": early_p95, "n": len(early_seconds)},
        "late": {
            "turns": [late.start, turns],
            "p50": percentile(late_seconds, 0.5),
            "p95": late_p95,
            "n": len(late_seconds),
        },
        "ratio": late_p95 / early_p95,
        "most": MOST,
        "p95_by_ten_turns": [
            percentile([seconds for turn, seconds in measured.messages if turn // 10 == ten], 0.95)
            for ten in range(turns // 10)
        ],
    }
