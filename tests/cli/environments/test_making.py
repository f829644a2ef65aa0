"""Making the environments: `.venv/app` for real but with an empty lock, `.venv/bot` with a stand-in for uv."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.environments import app, bot
from cli.environments.app import ensure_app
from cli.environments.bot import ensure_bot
from cli.environments.clean import clean
from cli.environments.stamp import read_stamp
from cli.errors import Stop
from cli.run.progress import Progress
from tests.cli.toy import ROOT, wait_for


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """With a space in its path, and locks that ask for nothing."""
    root = tmp_path / "check out"
    shutil.copytree(ROOT / "cli", root / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "requirements").mkdir()
    for name in ("app", "dev", "bot"):
        (root / "requirements" / f"{name}.lock").write_text(f"# {name}\n")
    return root


def make(checkout: Path, *wanted: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.environments", *wanted]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_killed_in_the_middle_then_made_whole_then_nothing_to_do(checkout: Path) -> None:
    environment = checkout / ".venv" / "app"
    first = subprocess.Popen(
        [sys.executable, "-m", "cli.environments", "app"],
        cwd=checkout,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    wait_for((environment / "bin").exists, "a half-made environment")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    (environment / "half").touch()

    second = make(checkout, "app")
    assert second.returncode == 0, second.stderr
    assert not (environment / "half").exists()
    assert ".venv/app: ready" in second.stdout

    # The command is there, and is this checkout's, from any directory. (No typer in here: as far as it gets.)
    said = subprocess.run([environment / "bin" / "quanyi"], cwd="/", capture_output=True, text=True, check=False)
    assert f'"{checkout}/cli/main.py"' in said.stderr

    assert make(checkout, "app").stdout == ""

    (checkout / "requirements" / "app.lock").write_text("# another\n")
    assert "ready" in make(checkout, "app").stdout


class Recorder(Progress):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def plain(self, line: str = "") -> None:
        self.said.append(line)


@pytest.fixture
def toy_uv(checkout: Path) -> Iterator[Path]:
    """Writes down what it is asked for."""
    uv = checkout / ".venv" / "app" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(
        f"""#!/bin/sh
echo "$@" >> "{checkout}/asked"
test -e "{checkout}/fails" && {{ cat "{checkout}/fails" >&2; exit 1; }}
if [ "$1" = venv ]; then mkdir -p "$4/bin"; printf '#!/bin/sh\\n' > "$4/bin/python"; chmod +x "$4/bin/python"; fi
"""
    )
    uv.chmod(0o755)
    (uv.parent / "python").symlink_to(sys.executable)
    return uv


def asked(checkout: Path) -> list[str]:
    path = checkout / "asked"
    lines = [line.split()[:2] for line in path.read_text().splitlines()] if path.exists() else []
    path.unlink(missing_ok=True)
    return ["make" if line[0] == "venv" else "install" for line in lines]


def test_bot_is_made_once_and_follows_its_lock(checkout: Path, toy_uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = checkout / "python3.10"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    monkeypatch.setenv("QUANYI_PYTHON310", str(python))
    environment = checkout / ".venv" / "bot"

    ensure_bot(checkout, Recorder())
    assert asked(checkout) == ["make", "install"]

    # Second start: no network, nothing is run.
    ensure_bot(checkout, Recorder())
    assert asked(checkout) == []

    # The lock changed: uv installs and removes the difference.
    (checkout / "requirements" / "bot.lock").write_text("# another\n")
    ensure_bot(checkout, Recorder())
    assert asked(checkout) == ["install"]

    # Interrupted while the difference was installed: nobody knows what is in there.
    (environment / "quanyi.json").unlink()
    (environment / "half").touch()
    ensure_bot(checkout, Recorder())
    assert asked(checkout) == ["make", "install"]
    assert not (environment / "half").exists()

    # The interpreter went away.
    (environment / "bin" / "python").unlink()
    ensure_bot(checkout, Recorder())
    assert asked(checkout) == ["make", "install"]


@pytest.mark.parametrize(
    ("uv_says", "sentence"),
    [
        ("error: failed to copy: No space left on device (os error 28)", "the disk is full; make room"),
        ("error: Hash mismatch for `rasa==3.6.21`", "a downloaded file is not the one that was locked"),
        ("error: Failed to fetch: `rasa`", "the package index cannot be reached"),
        # Nothing that we know: its own last line.
        ("error: something else\n", "error: something else"),
        ("", "it said nothing"),
    ],
)
def test_failed_installation_is_one_sentence_and_leaves_no_stamp(
    checkout: Path, toy_uv: Path, monkeypatch: pytest.MonkeyPatch, uv_says: str, sentence: str
) -> None:
    python = checkout / "python3.10"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    monkeypatch.setenv("QUANYI_PYTHON310", str(python))
    (checkout / "fails").write_text(uv_says)

    with pytest.raises(Stop) as stopped:
        ensure_bot(checkout, Recorder())

    assert str(stopped.value).startswith(f".venv/bot failed: {sentence}")
    assert read_stamp(checkout / ".venv" / "bot") is None


def test_too_little_room(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "GIGABYTES", 1e9)
    monkeypatch.setattr(bot, "GIGABYTES", 1e9)
    for ensure in (
        lambda: ensure_app(checkout, Recorder(), development=False),
        lambda: ensure_bot(checkout, Recorder()),
    ):
        with pytest.raises(Stop, match=r"GB free, and installing \w+ needs 1000000000.0 GB"):
            ensure()


def test_running_checkout_is_left_alone(checkout: Path) -> None:
    (checkout / "var").mkdir()
    with (checkout / "var" / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Stop, match="using it; stop it with Ctrl-C first"):
            ensure_app(checkout, Recorder(), development=False)
        with pytest.raises(Stop, match="stop it with Ctrl-C first"):
            clean(checkout, Recorder())


def test_link_is_used_as_it_is(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "bot").symlink_to(tmp_path / "mine")
    progress = Recorder()
    ensure_bot(checkout, progress)
    assert ".venv/bot is a link; it is used as it is" in progress.said[0]
    assert list((tmp_path / "mine").iterdir()) == []


def test_clean_keeps_data_and_what_links_point_to(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "bot").symlink_to(tmp_path / "mine")
    for name in ("models", "var/log", "var/pg"):
        (checkout / name).mkdir(parents=True)
    clean(checkout, Recorder())
    assert sorted(path.name for path in checkout.iterdir()) == [".venv", "cli", "requirements", "var"]
    assert [path.name for path in (checkout / "var").iterdir()] == ["pg"]
    assert (tmp_path / "mine").exists()


def test_second_make_waits_for_the_first(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    with (checkout / ".venv" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            [sys.executable, "-m", "cli.environments", "clean"], cwd=checkout, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stdout is not None
        assert "another make is preparing" in waiting.stdout.readline()
        assert waiting.poll() is None
    with waiting:
        assert waiting.wait(10) == 0
