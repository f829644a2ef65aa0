"""What an answer about money costs more than a greeting, through the whole path, proof of identity and all."""

from __future__ import annotations

from typing import Any

from benchmarks.figures import percentile, quantiles
from benchmarks.sides import Bench, Side
from benchmarks.work import do
from cli.errors import Stop

#: p95 of a balance answer, in p95 of a greeting
MOST = 1.5


def run(bench: Bench, side: Side, customers: int, clients: int, questions: int) -> dict[str, Any]:
    """Each of the demo operator's `customers` proves a number, then greets and asks for the balance in turns."""
    bench.progress.say(f"{customers} customers ask {questions} times for their balance, and greet as often")
    log = bench.checkout.logs / "sms.log"
    task = {"do": "balances", "side": side.name, "port": side.port, "clients": clients, "sms": str(log)}
    measured = do(task | {"customers": customers, "questions": questions})
    if measured.failures:
        raise Stop(f"billing: {measured.failures}")
    # the first pair of a conversation warms it up
    pairs = [(turn % 2, seconds) for turn, seconds in measured.messages if turn > 1]
    greetings, balances = ([seconds for kind, seconds in pairs if kind == wanted] for wanted in (0, 1))
    ratio = percentile(balances, 0.95) / percentile(greetings, 0.95)
    bench.progress.say(f"p95 of a balance is {ratio:.2f} times that of a greeting")
    return {
        "customers": customers,
        "clients": clients,
        "greeting": quantiles(greetings),
        "balance": quantiles(balances),
        "ratio": ratio,
        "most": MOST,
    }
