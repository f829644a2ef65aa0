"""A thousand customers and fifty agents at once: how long until the other side sees a message, and is any lost?"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from benchmarks import meters
from benchmarks.desk_talk import FROM_AGENT, FROM_CUSTOMER
from benchmarks.figures import percentile
from benchmarks.sides import Bench, Side
from benchmarks.work import do
from cli.errors import Stop
from cli.run.environment import app_environment

AGENTS = 50
CUSTOMERS_EACH = 20
#: messages a second, in each direction
RATE = 20
#: `make bench`, and with --full
SECONDS, FULL_SECONDS = 60.0, 180.0
#: seconds, at the 95th of a hundred
MOST = 1.0


def run(
    bench: Bench,
    side: Side,
    agents: int = AGENTS,
    customers_each: int = CUSTOMERS_EACH,
    rate: float = RATE,
    seconds: float = SECONDS,
) -> dict[str, Any]:
    assert bench.server.process is not None
    setup = _setup(bench, side, agents, customers_each)
    customers = agents * customers_each
    bench.progress.say(f"{customers} customers, {agents} agents, {rate} messages/s each way for {seconds:.0f} s")
    pids = {**side.pids, "postgres": bench.server.process.pid}
    readings: list[meters.Reading] = []
    memory: list[dict[str, int]] = []

    def look() -> None:
        readings.append(meters.read(pids))
        memory.append(side.memory())

    task = {"do": "desk", "port": side.port, "setup": setup, "rate": rate, "seconds": seconds}
    measured = do(task, {"begin": look, "end": look})
    side.require_alive()
    spent = readings[0].until(readings[1])
    counts = measured.counts
    if counts["refused"]:
        raise Stop(f"the desk: {counts['refused']} messages were refused: {measured.failures}")
    results: dict[str, Any] = {
        "customers": customers,
        "agents": agents,
        "rate_each_way": rate,
        "seconds": measured.seconds,
        **counts,
        "to_agents": _times([taken for way, taken in measured.messages if way == FROM_CUSTOMER]),
        "to_customers": _times([taken for way, taken in measured.messages if way == FROM_AGENT]),
        "all": _times([taken for _, taken in measured.messages]),
        "most": MOST,
        "memory": memory[-1],
        # of one processor
        "cpu": {part: used / spent.seconds for part, used in (spent.cpu | {"client": measured.cpu}).items()},
        "foreign": spent.foreign(sum(spent.cpu.values()) + measured.cpu),
    }
    bench.progress.say(f"the desk: {shown(results)}")
    if counts["lost"] or counts["doubled"]:
        raise Stop(f"the desk: of {counts['sent']} messages {counts['lost']} lost, {counts['doubled']} doubled")
    return results


def shown(results: dict[str, Any]) -> str:
    times = results["all"]
    return (
        f"{results['sent']} messages seen by the other side after p50 {times['p50'] * 1e3:.0f} ms, "
        f"p95 {times['p95'] * 1e3:.0f} ms, p99 {times['p99'] * 1e3:.0f} ms, at most {times['max'] * 1e3:.0f} ms; "
        f"{results['lost']} lost, {results['doubled']} doubled; "
        f"web process {results['cpu']['web']:.0%} of a processor, {results['memory']['web'] / 1e6:.0f} MB"
    )


def _times(seconds: list[float]) -> dict[str, float]:
    named = {f"p{share}": percentile(seconds, share / 100) for share in (50, 95, 99)}
    return named | {"max": max(seconds), "messages": len(seconds)}


def _setup(bench: Bench, side: Side, agents: int, customers_each: int) -> dict[str, Any]:
    checkout = bench.checkout
    assert side.ports is not None
    env = app_environment(os.environ, checkout.root, bench.told(side.ports))
    command = [str(checkout.app_python), "-m", "benchmarks.desk_setup", str(agents), str(customers_each)]
    done = subprocess.run(command, cwd=checkout.root, env=env, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Stop(f"the desk's customers could not be prepared: {done.stderr.strip().splitlines()[-1:]}")
    setup: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return setup
