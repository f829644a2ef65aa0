"""The supervisor with small real programs as parts."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cli.errors import Stop
from cli.run import runner
from cli.run.part import Part
from cli.run.probes import Health
from cli.run.processes import MARK, spawn
from cli.run.progress import Progress
from cli.run.supervisor import Supervisor
from tests.cli.toy import free_ports, wait_for

# Writes to the journal when it starts and when it is asked to stop.
STEADY = """
import pathlib, signal, sys, time
name = sys.argv[1]
def write(word):
    with open("journal", "a") as journal:
        journal.write(f"{word} {name}\\n")
def stop(*_):
    write("stop")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
write("start")
pathlib.Path(f"up-{name}").touch()
while True:
    time.sleep(0.02)
"""
ENDS = "import sys; print('about to end'); print('password is s3cret!'); sys.exit(3)"
IGNORES_SIGTERM = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STEADY.replace(
    "signal.signal(signal.SIGTERM, stop)", ""
)
STEP = "open('journal', 'a').write('did step\\n')"


class Recorder(Progress):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def plain(self, line: str = "") -> None:
        self.said.append(re.sub(r"^ *[\d.]+ s  |\([\d.]+ s\)", "", line).strip())


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "BACKOFF_FIRST", 0.02)
    monkeypatch.setattr(runner, "BACKOFF_MOST", 0.05)
    return tmp_path


class House:
    """Parts in a directory, and a supervisor over them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.progress = Recorder()
        self.parts: list[Part] = []
        self.pids: list[dict[str, int]] = []

    def add(self, name: str, script: str = STEADY, *, step: bool = False, **fields: object) -> None:
        log = self.root / f"{name}.log"

        def start() -> object:
            (self.root / f"up-{name}").unlink(missing_ok=True)
            env = {**os.environ, MARK: str(self.root)}
            return spawn([sys.executable, "-c", script, name], cwd=self.root, env=env, log=log)

        def probe() -> Health:
            return Health.GOOD if (self.root / f"up-{name}").exists() else Health.SILENT

        asked = {} if step else {"probe": probe}
        self.parts.append(Part(**{"name": name, "title": name, "log": log, "start": start, **asked, **fields}))  # type: ignore[arg-type]

    def run(self, when_healthy: Callable[[], None] | None = None) -> bool:
        supervisor = Supervisor(
            self.parts,
            self.progress,
            root=self.root,
            secrets=["s3cret"],
            on_start=self.pids.append,
            on_healthy=lambda: threading.Thread(target=when_healthy or interrupt).start(),
        )
        try:
            return supervisor.run()
        finally:
            assert self.alive() == []

    def alive(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.root) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    @property
    def journal(self) -> list[str]:
        path = self.root / "journal"
        return path.read_text().splitlines() if path.exists() else []


def interrupt(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


@pytest.fixture
def house(in_tmp: Path) -> House:
    return House(in_tmp)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_starts_by_needs_and_stops_by_level(house: House, number: int) -> None:
    house.add("web", needs=("migrate",), level=3)
    house.add("database", level=0)
    house.add("migrate", STEP, step=True, needs=("database",))
    house.add("rasa", needs=("database",), level=2)

    assert house.run(lambda: interrupt(number)) is True

    started = [line for line in house.journal if not line.startswith("stop")]
    assert started[0] == "start database"
    assert started.index("did step") < started.index("start web")
    assert [line for line in house.journal if line.startswith("stop")] == ["stop web", "stop rasa", "stop database"]


def test_independent_parts_start_together(house: House) -> None:
    house.add("slow", STEADY.replace("pathlib.Path", "time.sleep(1); pathlib.Path"))
    house.add("quick")
    house.run()
    ready = [line for line in house.progress.said if ": ready" in line]
    assert ready == ["quick: ready", "slow: ready"]
    assert house.progress.said[:2] == ["slow: starting", "quick: starting"]


def test_dead_part_is_restarted_and_the_others_stay(house: House) -> None:
    house.add("web")
    house.add("rasa")

    def kill() -> None:
        os.kill(house.pids[-1]["rasa"], signal.SIGKILL)
        wait_for(lambda: house.progress.said.count("rasa: ready") == 2, "the restart")
        interrupt()

    assert house.run(kill) is True
    assert "rasa: ended by signal 9; trying again in 0.0 s" in house.progress.said
    assert "rasa: starting again" in house.progress.said
    assert house.journal.count("start web") == 1
    assert house.pids[-1]["rasa"] != house.pids[1]["rasa"]


def test_part_waits_for_what_it_needs_and_its_failures_meanwhile_do_not_count(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SETTLED", 1000.0)
    monkeypatch.setattr(runner, "BACKOFF_FIRST", 0.3)
    monkeypatch.setattr(runner, "BACKOFF_MOST", 10.0)
    house.add("postgres")
    house.add("worker", needs=("postgres",))
    said = house.progress.said

    def kill() -> None:
        for times in (1, 2):
            os.kill(house.pids[-1]["postgres"], signal.SIGKILL)
            wait_for(lambda: sum("postgres: ended" in line for line in said) == times, "its end")  # noqa: B023
            os.kill(house.pids[-1]["worker"], signal.SIGKILL)
            wait_for(lambda: said.count("worker: ready") == times + 1, "the restart")  # noqa: B023
        interrupt()

    assert house.run(kill) is True
    assert [line for line in said if ": ready" in line] == ["postgres: ready", "worker: ready"] * 3
    pauses = [line.rpartition(" in ")[2] for line in said if line.startswith("worker: ended")]
    assert pauses == ["0.3 s", "0.3 s"]  # had they counted: 0.3, then 0.6


def test_hung_part_is_restarted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "UNHEALTHY_AFTER", 0.3)
    monkeypatch.setattr(runner, "_ASK_READY", 0.05)
    house.add("rasa")

    def hang() -> None:
        (house.root / "up-rasa").unlink()
        wait_for(lambda: house.progress.said.count("rasa: ready") == 2, "the restart")
        interrupt()

    assert house.run(hang) is True
    assert any(line.startswith("rasa: gave no answer for 0 seconds; trying again") for line in house.progress.said)


def test_part_that_answers_poorly_is_left_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # The web process says 503 while the database is away: restarting it would mend nothing.
    monkeypatch.setattr(runner, "UNHEALTHY_AFTER", 1.0)
    monkeypatch.setattr(runner, "_ASK_READY", 0.05)
    answers = iter([Health.GOOD])
    house.add("web", probe=lambda: next(answers, Health.POOR))

    def wait() -> None:
        time.sleep(2.0)
        interrupt()

    assert house.run(wait) is True
    assert house.journal == ["start web", "stop web"]


def test_part_that_says_it_is_hopeless_is_not_waited_for(house: House) -> None:
    # Rasa goes on without a model when it cannot load one, and answers 503 for ever.
    house.add("rasa", f"print('no model', flush=True)\n{STEADY}", probe=lambda: Health.POOR, is_hopeless=bool)
    with pytest.raises(Stop, match="rasa cannot work, 8 times in a row"):
        house.run()


def test_gives_up_after_eight_failures_with_the_end_of_the_log(house: House) -> None:
    house.add("web")
    house.add("rasa", ENDS)
    with pytest.raises(Stop) as stopped:
        house.run()
    sentence = str(stopped.value)
    assert sentence.startswith("rasa ended with exit code 3, 8 times in a row. The end of its log")
    assert "about to end" in sentence
    assert "password is ***!" in sentence
    assert "s3cret" not in sentence
    assert house.progress.said.count("rasa: starting again") == 7


def test_failures_are_forgotten_when_a_part_was_healthy_for_a_while(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SETTLED", 0.1)
    monkeypatch.setattr(runner, "FAILURES_MOST", 3)
    house.add("rasa")

    def kill_often() -> None:
        for round_ in range(4):
            wait_for(lambda: house.progress.said.count("rasa: ready") == round_ + 1, "the restart")  # noqa: B023
            time.sleep(0.3)
            os.kill(house.pids[-1]["rasa"], signal.SIGKILL)
        wait_for(lambda: house.progress.said.count("rasa: ready") == 5, "the last restart")
        interrupt()

    assert house.run(kill_often) is True


def test_step_that_fails_three_times(house: House) -> None:
    house.add("migrate", ENDS, step=True)
    house.add("web", needs=("migrate",))
    with pytest.raises(Stop, match="migrate ended with exit code 3, 3 times in a row"):
        house.run()
    assert house.journal == []


def test_step_that_fails_once(house: House) -> None:
    house.add("migrate", f"import os, sys\nif not os.path.exists('x'): open('x', 'w'); sys.exit(1)\n{STEP}", step=True)
    house.add("web", needs=("migrate",))
    assert house.run() is True
    assert house.journal == ["did step", "start web", "stop web"]


def test_step_with_nothing_to_do(house: House) -> None:
    house.add("model", STEP, step=True, is_done=lambda: True)
    house.add("rasa", needs=("model",))
    assert house.run() is True
    assert house.journal == ["start rasa", "stop rasa"]


def test_full_disk_is_named(house: House) -> None:
    house.add("migrate", "import sys; sys.exit('OSError: [Errno 28] No space left on device')", step=True)
    with pytest.raises(Stop, match="migrate cannot run because the disk is full; make room and start again"):
        house.run()


def test_taken_port_is_named(house: House) -> None:
    [port] = free_ports(1)
    with socket.create_server(("127.0.0.1", port)):
        house.add("rasa", ENDS, port=port)
        with pytest.raises(Stop, match=rf"Its port {port} is held by \S+ \(process {os.getpid()}\)"):
            house.run()


def test_deaf_part_is_killed_in_time(house: House) -> None:
    house.add("rasa", IGNORES_SIGTERM, stop_patience=0.3)
    start = time.monotonic()
    assert house.run() is True
    assert time.monotonic() - start < 3


def test_second_interrupt_kills_at_once(house: House) -> None:
    house.add("rasa", IGNORES_SIGTERM, stop_patience=60.0)

    def twice() -> None:
        interrupt()
        time.sleep(0.5)
        interrupt()

    start = time.monotonic()
    assert house.run(twice) is False
    assert time.monotonic() - start < 5


def test_echo_of_an_interrupt_is_not_a_second_one(house: House) -> None:
    house.add("rasa", STEADY.replace("sys.exit()", "time.sleep(0.3); sys.exit()"))

    def twice() -> None:
        interrupt()
        time.sleep(0.05)
        interrupt(signal.SIGTERM)

    assert house.run(twice) is True
    assert house.journal == ["start rasa", "stop rasa"]


def test_workers_of_a_dead_part_do_not_keep_its_port(house: House) -> None:
    # As Sanic: the parent dies by SIGKILL, the worker goes on and holds the port.
    [port] = free_ports(1)
    serve = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); print('bound'); time.sleep(60)"
    parent = f"""
import pathlib, subprocess, sys
worker = subprocess.Popen([sys.executable, "-uc", {serve!r}], stdout=subprocess.PIPE)
assert worker.stdout.readline() == b"bound\\n"
pathlib.Path("up-actions").touch()
worker.wait()
sys.exit("the worker died")
"""
    house.add("actions", parent, port=port)

    def kill() -> None:
        os.kill(house.pids[-1]["actions"], signal.SIGKILL)
        wait_for(lambda: house.progress.said.count("actions: ready") == 2, "the restart")
        interrupt()

    assert house.run(kill) is True
    # At the first try: nothing was in the way.
    assert house.progress.said.count("actions: starting again") == 1


def test_mending_does_a_step_again(house: House) -> None:
    made: list[str] = []
    house.add("model", STEP, step=True, is_done=lambda: bool(made))
    house.add(
        "rasa",
        f"import os, sys\nif open('journal').read().count('did') < 2: sys.exit('bad model')\n{STEADY}",
        needs=("model",),
        mend=lambda said: "model" if said == ["bad model"] else None,
    )
    assert house.run() is True
    assert house.journal == ["did step", "did step", "start rasa", "stop rasa"]
    assert "rasa: ended with exit code 1; mending it" in house.progress.said
