"""The pytest plugin that looks for personal data in everything a run writes, and fails the run where it finds some.

Looked through: what tests and the processes that they start print and log, also where a test reads it itself; log files
in the run's temporary folders (tests/e2e/stack.py); bodies of errors that our HTTP servers answer; metrics. A test that
writes a number on purpose does not print it. `QUANYI_REQUIRE_LEAK_CHECK=1` (.ci/run): a run that saw nothing fails.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.capture import CaptureFixture

from tests.support.leaks import ERRORS, INBOX, LOGS, METRICS, OUTPUT, SCAN

_INBOX_TESTS = "test_inbox"
#: These log numbers to see them masked; pytest catches what they log in front of the handler that masks.
_RAW = ("test_logs.py", "Captured log")
#: Is handed all training examples by a process, with the one number that stands for all.
_DATA = "tests/cli/nlu/test_format.py"


def pytest_configure(config: pytest.Config) -> None:
    CaptureFixture.readouterr = _looked_at(CaptureFixture.readouterr, _printed)  # type: ignore[method-assign]
    subprocess.Popen.communicate = _looked_at(subprocess.Popen.communicate, _communicated)  # type: ignore[method-assign]
    try:
        import httpx
    except ImportError:  # Rasa's Python: tests/bot/servers.py shows its answers itself
        return
    httpx.Client.send = _looked_at(httpx.Client.send, answered)  # type: ignore[method-assign]
    sent = httpx.AsyncClient.send

    @functools.wraps(sent)
    async def send(*arguments: Any, **named: Any) -> httpx.Response:
        response = await sent(*arguments, **named)
        answered(response)
        return response

    httpx.AsyncClient.send = send  # type: ignore[method-assign]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":  # holds what was caught before as well
        for name, text in report.sections:
            if not (Path(report.location[0]).name == _RAW[0] and name.startswith(_RAW[1])):
                SCAN.look(OUTPUT, f"{report.nodeid}: {name}", text)


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = getattr(getattr(session.config, "_tmp_path_factory", None), "_basetemp", None)
    if isinstance(folder, Path):
        SCAN.look_at_files(folder)
    if "prometheus_client" in sys.modules:
        from prometheus_client import generate_latest

        SCAN.look(METRICS, "metrics of this process", generate_latest().decode())
    if SCAN.leaks or (_is_whole() and SCAN.unseen()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for kind, place, value in SCAN.leaks:
        terminalreporter.write_line(f"PERSONAL DATA in {kind}, {place}: {value}", red=True)
    if _is_whole() and SCAN.unseen():
        terminalreporter.write_line(f"NOTHING was looked at: {', '.join(SCAN.unseen())}", red=True)
    terminalreporter.write_line(SCAN.summary())


def answered(response: Any) -> None:
    """An answer over HTTP: the body of an error, or metrics."""
    if not response.is_closed:  # a stream that its reader reads
        return
    kind = METRICS if response.url.path.endswith("/metrics") else ERRORS if response.status_code >= 400 else None
    if kind:
        SCAN.look(kind, f"{_test()}: {response.status_code} of {response.url.path}", response.text)


def _is_whole() -> bool:
    return os.environ.get("QUANYI_REQUIRE_LEAK_CHECK") == "1"


def _test() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "outside a test")


def _printed(caught: Any) -> None:
    kind = INBOX if _INBOX_TESTS in _test() else OUTPUT
    for text in caught:
        SCAN.look(kind, _test(), text if isinstance(text, str) else text.decode(errors="replace"))


def _communicated(streams: Any) -> None:
    for text in streams:
        if text and not _test().startswith(_DATA):
            SCAN.look(LOGS, f"{_test()}: a process", text if isinstance(text, str) else text.decode(errors="replace"))


def _looked_at(function: Callable[..., Any], look: Callable[[Any], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        result = function(*arguments, **named)
        look(result)
        return result

    return call
