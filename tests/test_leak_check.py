"""The check for personal data in what the tests write (tests/support/leak_check.py): it finds what it must find, it
stays quiet about the rest, and a run with a leak fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.leaks import METRICS, OUTPUT, Scan, find

ROOT = Path(__file__).parent.parent

LEAKS = [
    ("13800138000", "a mobile number"),
    ("号码13800138000断网", "inside words, as customers write"),
    ("138 0013 8000", "in groups"),
    ("138-0013-8000", "with dashes"),
    ("1380 013 8000", "in other groups"),
    ("+8613800138000", "with the country code"),
    ("0086 138 0013 8000", "with the country code as it is dialled"),
    ("8613800138000", "with the country code and no sign"),
    ("１３８００１３８０００", "full-width"),
    ('{"phone": "13800138000"}', "in a data structure"),
    ("phone=13800138000&a=b", "in a query"),
    ("tel:13800138000,", "as a link"),
    ("/conversations/13800138000", "in a path"),
    (json.dumps("电话13800138000"), "behind a letter as JSON escapes it"),
    (json.dumps(json.dumps("电话13800138000")), "escaped twice"),
    (repr("电话\n13800138000"), "behind an escaped line break"),
    (str("电话13800138000".encode()), "in bytes as Python shows them"),
    ("%2B8613800138000", "in an address"),
    ('total{phone="13800138000"} 1.0', "as a label of a metric"),
    ("11010519491231002X", "an identity number of GB 11643"),
    ("11010519491231002x", "its last letter small"),
    ("110101199003078515", "its check digit is wrong: still somebody's day of birth"),
    ("110105 19491231 0021", "in groups"),
    ("110105491231002", "one of 15 digits"),
    ("zhang.san+x@mail.example.cn", "a mail address"),
]

QUIET = [
    ("138****8000", "masked as customers see it"),
    ("<number> [number] <mail>", "masked as logs are"),
    ("138…00", "as this check shows what it found"),
    ("TS261121-4K7Q2X", "a ticket number"),
    ("TS261121-138001", "one of digits only"),
    ("c3fJw0Qd8Yx1mT9LbZ7aVkRe", "a conversation id"),
    ("f13800138000a", "digits inside an id"),
    ("5f2b1380-0138-4000-8138-013800138000", "a UUID"),
    ("1795295154.123456", "POSIX seconds"),
    ("1795295154123", "milliseconds"),
    ("1795295154123456789", "nanoseconds"),
    ("2026-11-21T13:45:00.138001+08:00", "a time"),
    ("0.13800138000", "a fraction"),
    ("13800138000.0", "a gauge"),
    ("process_start_time_seconds 1.79529515412e+09", "a metric"),
    ("10086 10010 10000 12300 12315 12377 12321", "hotlines and where to complain"),
    ("010-12345678", "no mobile number"),
    ("12012345678", "no mobile number: 120"),
    ("6222020200112233445", "no identity number: 19 digits"),
    ("990105194912310021", "no identity number: no such province"),
    ("110105194913310021", "no identity number: no such month"),
    ("postgresql://quanyi:secret@127.0.0.1:5432/quanyi", "an address with a password"),
    ("Leave it out; as a number only 13800138000.", "our own advice to trainers"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not among the run's own temporary folders: what is planted there would be found."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize(("text", "why"), LEAKS)
def test_what_is_found(text: str, why: str) -> None:
    assert find(text), why
    assert find(f"2026-11-21 {text}\n"), why


@pytest.mark.parametrize(("text", "why"), QUIET)
def test_what_is_no_leak(text: str, why: str) -> None:
    assert find(text) == [], why


def test_what_was_looked_at_is_counted() -> None:
    scan = Scan()
    assert set(scan.unseen()) == {"output", "logs", "errors", "metrics", "inbox"}
    scan.look(METRICS, "web", "a 1\nb 2\n")
    scan.look(OUTPUT, "a test", "no line break")
    assert (scan.lines[METRICS], scan.characters[METRICS], scan.lines[OUTPUT]) == (2, 8, 1)
    assert set(scan.unseen()) == {"logs", "errors", "inbox"}


def test_log_files_are_looked_at_and_the_telephone_is_not(folder: Path) -> None:
    (folder / "log").mkdir()
    (folder / "log" / "sms.log").write_text("13800138000\n")
    for name in ("web.log", "web.log.1", "run.out", "data.txt"):
        (folder / "log" / name).write_text(f"fine\n13800138000 in {name}\n")
    scan = Scan()
    scan.look_at_files(folder)
    assert [place.rpartition("/")[2] for _, place, _ in scan.leaks] == ["run.out:2", "web.log:2", "web.log.1:2"]


PLANTED = {
    "printed, in a test that passes": "print('13800138000')",
    "logged, in a test that passes": "import logging; logging.getLogger('care').warning('of %s', '13800138000')",
    "read by the test itself": "print('13800138000'); capsys.readouterr()",
    "by a process": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(13800138000)'], check=True)",
    "by a process whose output is read": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(13800138000)'], stdout=subprocess.PIPE)"
    ),
    "in a log file": "(tmp_path / 'web.log').write_text('13800138000')",
    "in an error page": (
        "import httpx; refuse = lambda request: httpx.Response(404, text='13800138000')\n"
        "    httpx.Client(transport=httpx.MockTransport(refuse)).get('http://web/')"
    ),
    "in metrics": "import prometheus_client as p; p.Counter('a', 'b', ['c']).labels('13800138000').inc()",
}


def _run(folder: Path, body: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_planted.py").write_text(f"def test_planted(tmp_path, capsys):\n    {body}\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.leak_check", "--basetemp", folder / "temporary"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("planted", PLANTED)
def test_a_run_with_a_leak_fails_and_names_the_place(folder: Path, planted: str) -> None:
    done = _run(folder, PLANTED[planted])
    assert "1 passed" in done.stdout, done.stdout
    assert done.returncode == 1
    assert "PERSONAL DATA in " in done.stdout
    assert "138…00" in done.stdout
    assert "13800138000" not in done.stdout


def test_a_run_without_one_passes_and_says_what_was_looked_at(folder: Path) -> None:
    done = _run(folder, "print('138****8000')", QUANYI_REQUIRE_LEAK_CHECK="")
    assert done.returncode == 0, done.stdout
    assert "looked for personal data in: output 1 lines (12 characters)" in done.stdout


def test_a_run_that_saw_nothing_fails_where_all_must_be_seen(folder: Path) -> None:
    done = _run(folder, "print('fine')", QUANYI_REQUIRE_LEAK_CHECK="1")
    assert done.returncode == 1
    assert "NOTHING was looked at: logs, errors, metrics, inbox" in done.stdout
