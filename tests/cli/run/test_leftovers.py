"""What a killed run left behind is ended; what only looks like it is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli.run.leftovers import Started, end_leftovers, started, write_run_file
from cli.run.processes import MARK, spawn
from tests.cli.toy import wait_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# Starts a worker in its own group, as Rasa's and Sanic's servers do, and waits.
PARENT = [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])", *SLEEP[1:]]


def run(command: list[str], root: Path, mark: str) -> subprocess.Popen[bytes]:
    return spawn(command, cwd=root, env={**os.environ, MARK: mark}, log=root / "log")


def members(group: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        try:
            if os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def test_ended_with_its_workers(tmp_path: Path) -> None:
    parent = run(PARENT, tmp_path, str(tmp_path))
    wait_for(lambda: len(members(parent.pid)) == 2, "the worker")
    path = tmp_path / "run.json"
    write_run_file(path, "http://x/", {"rasa": started(parent.pid, "Rasa")})

    assert end_leftovers(path, tmp_path) == ["rasa"]

    parent.wait(5)
    assert members(parent.pid) == []
    assert not path.exists()
    assert end_leftovers(path, tmp_path) == []


def test_worker_that_outlived_its_parent(tmp_path: Path) -> None:
    parent = run(PARENT, tmp_path, str(tmp_path))
    wait_for(lambda: len(members(parent.pid)) == 2, "the worker")
    path = tmp_path / "run.json"
    write_run_file(path, "http://x/", {"actions": started(parent.pid, "Action server")})
    parent.kill()
    parent.wait()
    assert len(members(parent.pid)) == 1

    assert end_leftovers(path, tmp_path) == ["actions"]

    assert members(parent.pid) == []


@pytest.mark.parametrize("mark", ["", "/another/checkout"])
def test_number_that_was_given_to_a_stranger(tmp_path: Path, mark: str) -> None:
    stranger = run(SLEEP, tmp_path, mark)
    try:
        path = tmp_path / "run.json"
        earlier = psutil.Process(stranger.pid).create_time() - 100
        write_run_file(path, "http://x/", {"rasa": Started(stranger.pid, earlier, "Rasa")})
        assert end_leftovers(path, tmp_path) == []
        assert stranger.poll() is None
    finally:
        os.killpg(stranger.pid, signal.SIGKILL)
        stranger.wait()


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"parts": {"rasa": 1}}', '{"parts": {"rasa": {}}}'])
def test_unreadable_run_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    assert end_leftovers(path, tmp_path) == []


def test_process_that_is_gone_already_matches_nobody(tmp_path: Path) -> None:
    gone = run([sys.executable, "-c", ""], tmp_path, "")
    gone.wait()
    assert started(gone.pid, "x").created == 0.0
