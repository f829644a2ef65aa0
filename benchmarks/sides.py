"""The two sides as running processes: ours as `make run` starts it, and a stock Rasa with the same action server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import meters
from benchmarks.database import STOCK_DATABASE, STOCK_PASSWORD, STOCK_ROLE, port_of
from benchmarks.models import STOCK
from cli.errors import Stop
from cli.run import logs
from cli.run.checkout import Checkout
from cli.run.environment import rasa_environment, told_variables
from cli.run.part import Part
from cli.run.parts import Setting, all_parts
from cli.run.ports import Ports, lasting_port
from cli.run.postgres import Embedded
from cli.run.probes import Health, ask
from cli.run.processes import alive, end_group, signal_group, spawn, wait_for_exit
from cli.run.progress import Progress
from cli.run.secrets import MAKERS

#: the parts of our side
OURS = ("rasa", "actions", "web", "worker")
_PATIENCE = 120.0


@dataclass(frozen=True)
class Bench:
    """What both sides share."""

    checkout: Checkout
    server: Embedded
    progress: Progress
    secrets: dict[str, str] = field(default_factory=lambda: {name: make() for name, make in MAKERS.items()})
    #: more of what our parts are told
    variables: dict[str, str] = field(default_factory=dict)

    def told(self, ports: Ports) -> dict[str, str]:
        urls = {"QUANYI_DATABASE_URL": self.server.url, "QUANYI_TRACKER_URL": self.server.tracker_url}
        told = told_variables({}, ports, self.secrets, urls, self.checkout.logs)
        # These customers do not stop to think, and all come from one address.
        limits = {"QUANYI_MESSAGES_PER_MINUTE": "100000", "QUANYI_SOCKETS_PER_ADDRESS": "100000"}
        return told | limits | self.variables


@dataclass
class Side:
    """Processes by the name of their part; `port` is where its customers knock."""

    name: str
    port: int
    #: all of them, where there are more
    ports: Ports | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def pids(self) -> dict[str, int]:
        return {part: process.pid for part, process in self.processes.items()}

    def memory(self) -> dict[str, int]:
        return {part: meters.memory(pid) for part, pid in self.pids.items()}

    def pause(self, *parts: str) -> None:
        """Stop the given parts (all: without one) in the middle of whatever they do, until `go_on`."""
        self._signal(signal.SIGSTOP, parts)

    def go_on(self, *parts: str) -> None:
        self._signal(signal.SIGCONT, parts)

    def require_alive(self) -> None:
        for name, process in self.processes.items():
            if not alive(process):
                log = self.parts[name].log
                raise Stop(f"{self.name}: {name} ended: {logs.last_words(log)}; its log is {log}.")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        for name, part in self.parts.items():
            assert part.probe is not None
            while part.probe() is not Health.GOOD:
                self.require_alive()
                if time.monotonic() > deadline:
                    raise Stop(f"{self.name}: {name} is not ready after {_PATIENCE:.0f} s; its log is {part.log}.")
                time.sleep(0.2)

    def stop(self) -> None:
        self.go_on()
        for process in reversed(self.processes.values()):
            signal_group(process.pid, signal.SIGTERM)
        for process in reversed(self.processes.values()):
            wait_for_exit(process, 5.0)
            end_group(process.pid)

    def _signal(self, number: signal.Signals, parts: tuple[str, ...]) -> None:
        for part, process in self.processes.items():
            if not parts or part in parts:
                signal_group(process.pid, number)


@contextmanager
def ours(bench: Bench, names: Sequence[str] = OURS) -> Iterator[Side]:
    """Rasa with our model, action server, web and worker (or some), told what `make run` tells them. Still starting."""
    free = ports()
    parts = {part.name: part for part in all_parts(_setting(bench, bench.checkout, free))}
    for part in (parts["migrate"], parts["demo"]):
        step = part.start()
        if not wait_for_exit(step, _PATIENCE) or step.returncode:
            raise Stop(f"{part.name} failed: {logs.last_words(part.log)}; its log is {part.log}.")
    started = {name: parts[name] for name in names}
    with _running(Side("ours", free.web, free), started) as side:
        yield side


@contextmanager
def stock(bench: Bench, model: Path) -> Iterator[Side]:
    """`rasa run` with its REST channel and SQLTrackerStore, and our action server. Still starting."""
    free = ports()
    log = bench.checkout.logs / "stock-rasa.log"
    setting = _setting(bench, Named(bench.checkout.root, "stock-"), free)
    actions = next(part for part in all_parts(setting) if part.name == "actions")
    env = _stock_environment(bench, free)
    command: list[str | Path] = [bench.checkout.bot_python, "-m", "rasa", "run", "--model", model]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    command += ["--port", str(free.rasa), "--interface", "127.0.0.1"]
    rasa = Part(
        name="rasa",
        title="Rasa",
        log=log,
        # Its own folder: `bot` and the other packages of ours are out of its reach.
        start=lambda: spawn(command, cwd=STOCK, env=env, log=log),
        probe=lambda: ask(f"http://127.0.0.1:{free.rasa}/"),
    )
    with _running(Side("stock", free.rasa), {"rasa": rasa, "actions": actions}) as side:
        yield side


@dataclass(frozen=True, slots=True)
class Named(Checkout):
    """The checkout with everything that running makes below var/bench, and `prefix` in front of the logs."""

    prefix: str = ""

    @property
    def var(self) -> Path:
        return self.root / "var" / "bench"

    @property
    def logs(self) -> Path:
        return self.var / f"{self.prefix}log"


def ports() -> Ports:
    return Ports(lasting_port(), lasting_port(), lasting_port(), lasting_port(), None)


def _setting(bench: Bench, checkout: Checkout, ports: Ports) -> Setting:
    return Setting(checkout, ports, bench.told(ports), bench.progress, server=None)


def _stock_environment(bench: Bench, ports: Ports) -> Mapping[str, str]:
    env = rasa_environment(os.environ, bench.checkout.root, bench.told(ports))
    del env["PYTHONPATH"]
    return {
        **env,
        "BENCH_STOCK_PORT": str(port_of(bench.server)),
        "BENCH_STOCK_DATABASE": STOCK_DATABASE,
        "BENCH_STOCK_ROLE": STOCK_ROLE,
        "BENCH_STOCK_PASSWORD": STOCK_PASSWORD,
    }


@contextmanager
def _running(side: Side, parts: Mapping[str, Part]) -> Iterator[Side]:
    try:
        for name, part in parts.items():
            logs.rotate(part.log)
            side.parts[name] = part
            side.processes[name] = part.start()
        yield side
    finally:
        side.stop()
