"""`quanyi run` as a process, in a toy checkout: real PostgreSQL, tiny programs for the other parts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cli.run.processes import MARK
from tests.cli.toy import Run, Toy, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def toy(open_path: Path) -> Iterator[Toy]:
    toy = Toy.make(open_path / "checkout")
    try:
        yield toy
    finally:
        for process in ours(toy):
            process.kill()


def ours(toy: Toy) -> list[psutil.Process]:
    """What runs in the toy's name: marked processes, and PostgreSQL on its data."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            marked = process.environ().get(MARK) == str(toy.root)
            if marked or Path(process.cwd()).is_relative_to(toy.root / "var"):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def part(toy: Toy, name: str) -> int:
    run = json.loads((toy.root / "var" / "run.json").read_text())
    pid: int = run["parts"][name]["pid"]
    return pid


def stop(run: Run, number: int = signal.SIGINT) -> int:
    run.process.send_signal(number)
    return run.wait_end()


def words(run: Run) -> list[str]:
    """What the terminal shows, without the seconds."""
    return [re.sub(r"^ *[\d.]+ s  | \([\d.]+ s\)$", "", line) for line in run.terminal.splitlines()]


def test_first_start_second_start_and_stop(toy: Toy) -> None:
    first = toy.start()
    first.wait_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{toy.ports['QUANYI_PORT']}/") as answer:
        assert answer.status == 200
    assert f"http://127.0.0.1:{toy.ports['QUANYI_PORT']}/\n" in first.terminal
    assert "var/log" in first.terminal
    assert stop(first) == 0
    assert ours(toy) == []
    assert "Traceback" not in first.terminal

    secrets = (toy.root / "var" / "secrets.json").read_text()
    second = toy.start()
    second.wait_ready()
    assert stop(second, signal.SIGTERM) == 0
    # No second training, the same keys.
    assert (toy.root / "trained").read_text() == "x"
    assert (toy.root / "var" / "secrets.json").read_text() == secrets
    assert any(
        re.fullmatch(r"Model: quanyi-[0-9a-f]{12}\.tar\.gz fits the training data", line) for line in words(second)
    )

    # Another model for other data.
    (toy.root / "domain.yml").write_text("version: '3.1'\nintents: [bye, greet]\n")
    third = toy.start()
    third.wait_ready()
    assert stop(third) == 0
    assert (toy.root / "trained").read_text() == "xx"
    # The demo operator's months go on with every start.
    assert (toy.root / "seeded").read_text() == "xxx"

    for name, told, not_told in (
        ("rasa", "QUANYI_TRACKER_URL", ("QUANYI_DATABASE_URL", "QUANYI_KEYS", "QUANYI_INDEX_KEY", "QUANYI_TOKEN_KEY")),
        ("web", "QUANYI_DATABASE_URL", ("QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS")),
        ("actions", "QUANYI_KEYS", ("QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS")),
    ):
        environment = (toy.root / f"env-{name}").read_text().splitlines()
        assert told in environment, name
        assert not set(not_told) & set(environment), name


def test_second_run_in_the_same_checkout(toy: Toy) -> None:
    first = toy.start()
    first.wait_ready()
    shown = first.terminal
    second = toy.start()
    assert second.wait_end() == 1
    assert words(second)[-1].startswith(
        f"quanyi: 小益 is already running from this checkout; open http://127.0.0.1:{toy.ports['QUANYI_PORT']}/, or"
    )
    assert first.process.poll() is None
    first.output.write_text(shown)
    assert stop(first) == 0


def test_killed_parts_come_back(toy: Toy) -> None:
    run = toy.start()
    run.wait_ready()
    for name, title in (("rasa", "Rasa"), ("postgres", "PostgreSQL"), ("web", "Web"), ("worker", "Worker")):
        os.kill(part(toy, name), signal.SIGKILL)
        run.wait_says(f"{title}: ready", times=2)
    assert stop(run) == 0
    assert ours(toy) == []


def test_killed_supervisor_leaves_nothing_and_the_next_start_is_as_always(toy: Toy) -> None:
    first = toy.start()
    first.wait_ready()
    os.kill(first.process.pid, signal.SIGKILL)
    first.wait_end()
    wait_for(lambda: ours(toy) == [], "the parts to end with their supervisor")

    second = toy.start()
    second.wait_ready()
    assert stop(second) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not end them anyway")
def test_deaf_leftovers_of_a_killed_supervisor_are_ended_by_the_next_start(toy: Toy) -> None:
    deaf = toy.root / "actions" / "__main__.py"
    deaf.write_text("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + deaf.read_text())
    first = toy.start()
    first.wait_ready()
    left = part(toy, "actions")
    os.kill(first.process.pid, signal.SIGKILL)
    first.wait_end()
    wait_for(lambda: len(ours(toy)) == 1, "all but one to end")

    second = toy.start()
    second.wait_ready()
    assert "actions: left over from a run that was killed; ended" in words(second)
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE
    assert stop(second) == 0


def damage(toy: Toy) -> None:
    [model] = (toy.root / "models").glob("quanyi-*.tar.gz")
    model.write_bytes(model.read_bytes()[:40])


def break_once(toy: Toy) -> None:
    (toy.root / "broken-once").touch()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        # Cut off: seen before Rasa starts.
        (damage, "is damaged; a new one is trained"),
        # Whole, but Rasa cannot load it.
        (break_once, "a new one is trained"),
    ],
)
def test_broken_model_is_trained_again(toy: Toy, harm: Callable[[Toy], object], sentence: str) -> None:
    first = toy.start()
    first.wait_ready()
    assert stop(first) == 0
    harm(toy)
    second = toy.start()
    second.wait_ready()
    assert stop(second) == 0
    assert sentence in second.terminal
    assert (toy.root / "trained").read_text() == "xx"


def test_taken_port(toy: Toy) -> None:
    with socket.create_server(("127.0.0.1", int(toy.ports["QUANYI_PORT"]))):
        run = toy.start()
        assert run.wait_end() == 1
    said = words(run)[-1]
    assert said.startswith(f"quanyi: Port {toy.ports['QUANYI_PORT']} (web) is held by ")
    assert f"(process {os.getpid()}); end that, or choose another port: QUANYI_PORT=" in said
    assert ours(toy) == []
    assert not (toy.root / "var" / "secrets.json").exists()


def rewrite(name: str, content: str) -> Callable[[Toy], object]:
    return lambda toy: (toy.root / name).write_text(content)


def nothing(_toy: Toy) -> None:
    pass


@pytest.mark.parametrize(
    ("harm", "variables", "sentence"),
    [
        # Production makes nothing up.
        (nothing, {"QUANYI_MODE": "production"}, "which are not set: QUANYI_DATABASE_URL, QUANYI_TRACKER_URL, QUANYI_"),
        (nothing, {"QUANYI_MODE": "staging"}, "QUANYI_MODE must be demo or production, not 'staging'"),
        (nothing, {"QUANYI_PORT": "x"}, "QUANYI_PORT must be a port from 1 to 65535, not 'x'"),
        (nothing, {"QUANYI_DATABASE_URL": "postgresql://u:p4ss@127.0.0.1:1/d"}, "so QUANYI_TRACKER_URL must be too"),
        (rewrite("cannot-train", ""), {}, "training data is wrong"),
        (rewrite("cli/migrate.py", "raise OSError(28, 'No space left on device')"), {}, "disk is full"),
        (rewrite("web/__main__.py", "raise SystemExit('broken web')"), {}, "broken web"),
    ],
)
def test_one_sentence_exit_code_and_nothing_left(
    toy: Toy, harm: Callable[[Toy], object], variables: dict[str, str], sentence: str
) -> None:
    # The waits between tries are tested elsewhere.
    runner = toy.root / "cli" / "run" / "runner.py"
    runner.write_text(runner.read_text().replace("BACKOFF_FIRST = 0.5", "BACKOFF_FIRST = 0.01"))
    runner.write_text(runner.read_text().replace("BACKOFF_MOST = 15.0", "BACKOFF_MOST = 0.01"))
    harm(toy)
    run = toy.start(**variables)
    assert run.wait_end(30) == 1
    assert sentence in run.terminal
    assert "Traceback" not in run.terminal
    assert "p4ss" not in run.terminal
    assert ours(toy) == []


def test_second_ctrl_c(toy: Toy) -> None:
    deaf = toy.root / "web" / "__main__.py"
    deaf.write_text("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + deaf.read_text())
    run = toy.start()
    run.wait_ready()
    run.process.send_signal(signal.SIGINT)
    run.wait_says("stopping")
    time.sleep(0.5)  # sooner it would be taken for an echo of the first
    run.process.send_signal(signal.SIGINT)
    assert run.wait_end() == 130
    assert ours(toy) == []


def test_ctrl_c_while_starting(toy: Toy) -> None:
    (toy.root / "cli" / "migrate.py").write_text("import time\ndef migrate():\n    time.sleep(60)\n")
    run = toy.start()
    run.wait_says("Database tables: bringing up to date")
    assert stop(run) == 0
    assert ours(toy) == []
    assert "小益 is ready" not in run.terminal
