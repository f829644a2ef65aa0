"""Logs: out of the way at the start, below the cap, shown without secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.run import logs


def test_rotate_keeps_the_last_run(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for run in ("first", "second", "third"):
        logs.rotate(log)
        log.write_text(run)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"web.log": "third", "web.log.1": "second"}


def test_what_nobody_has_written_to_for_long_goes(tmp_path: Path) -> None:
    """Of a part that is no more, or of a demo that was not run for half a year."""
    now = 1_800_000_000.0
    for name, days in (("old.log", 185), ("old.log.1", 185), ("new.log", 183), ("new.log.1", 183), ("old.txt", 185)):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (now - days * 86_400,) * 2)
    logs.forget_old(tmp_path, 184, now)
    assert {path.name for path in tmp_path.iterdir()} == {"new.log", "new.log.1", "old.txt"}
    logs.forget_old(tmp_path / "not-there-yet", 184, now)


def test_shorten_while_somebody_writes(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    writer = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(writer, b"x" * 100)
    logs.shorten(log, cap=100)
    assert log.stat().st_size == 100
    os.write(writer, b"y")
    logs.shorten(log, cap=100)
    os.write(writer, b"after")
    os.close(writer)
    assert log.read_text() == "after"
    assert (tmp_path / "web.log.1").stat().st_size == 101


def test_shorten_nothing(tmp_path: Path) -> None:
    logs.shorten(tmp_path / "missing.log")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain", "plain"),
        # A driver that quotes its URL.
        (
            "cannot reach postgresql://quanyi:pa5s@127.0.0.1:1/quanyi",
            "cannot reach postgresql://quanyi:***@127.0.0.1:1/quanyi",
        ),
        ("key is s3cret!", "key is ***!"),
        (
            "http://127.0.0.1:8000/healthz is fine, write to a@b.cn",
            "http://127.0.0.1:8000/healthz is fine, write to a@b.cn",
        ),
    ],
)
def test_redact(line: str, shown: str) -> None:
    assert logs.redact(line, ["s3cret"]) == shown


def test_tail(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert logs.tail(log, 2) == []
    log.write_bytes("\n一\n二 s3cret\n\n三\n".encode() + b"\xff" + b"long" * 200 + b"\n\n")
    assert logs.tail(log, 3, ["s3cret"]) == ["二 ***", "三", ("\ufffd" + "long" * 200)[:300]]
    assert logs.tail(log, 9, since=len("\n一\n".encode())) == logs.tail(log, 9)[1:]
    # Shortened since.
    assert logs.tail(log, 9, since=10**6) == logs.tail(log, 9)
    assert logs.last_words(log).endswith(f"(its log is {log})")
