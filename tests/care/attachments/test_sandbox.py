"""A file is read in a process of its own, which can take neither time nor memory nor secrets with it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from care.attachments import sandbox
from care.attachments.rules import JPEG, MAX_BYTES, PDF, PNG, CheckedFile
from care.errors import InvalidInput, Unavailable
from tests.support import files


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("账单.jpg", files.picture(), CheckedFile("账单.jpg", JPEG, files.picture())),
        ("photo.jpg", files.picture("PNG"), CheckedFile("photo.png", PNG, files.picture("PNG"))),
        ("账单", files.pdf(), CheckedFile("账单.pdf", PDF, files.pdf())),
    ],
)
def test_a_good_file(name: str, content: bytes, kept: CheckedFile) -> None:
    assert sandbox.check(name, content) == kept


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg", b"", "evidence_empty"),
        ("a.jpg", bytes(MAX_BYTES + 1), "evidence_large"),
        ("a.jpg", bytes(MAX_BYTES), "evidence_type"),  # the largest that is looked at
        ("a.jpg", b"MZ" + bytes(200), "evidence_type"),
        ("a.exe", files.picture(), "evidence_type"),
        ("a.jpg", b"\xff\xd8\xff" + bytes(200), "evidence_broken"),
        ("a.pdf", files.pdf_with_attachment(), "evidence_active"),
    ],
)
def test_a_bad_file(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sandbox.check(name, content)
    assert refused.value.reason == reason
    assert name not in str(refused.value)


def test_a_file_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of numbers, each of them parsed: a minute of work."""
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 1)
    content = files.pdf_of(b"[" + (b"[" + b"1 " * 99_000 + b"]") * 50 + b"]")
    began = time.monotonic()
    with pytest.raises(InvalidInput) as refused:
        sandbox.check("a.pdf", content)
    assert refused.value.reason == "evidence_complex"
    assert time.monotonic() - began < 3


def _with_limits(work: str) -> subprocess.CompletedProcess[bytes]:
    code = f"from care.attachments import sandbox; sandbox._limit(); {work}"
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, timeout=30, check=False)


def test_memory_is_limited() -> None:
    assert b"MemoryError" in _with_limits(f"bytearray({sandbox.MAX_MEMORY})").stderr


def test_nothing_of_a_file_reaches_the_disk(tmp_path: Path) -> None:
    assert b"File too large" in _with_limits(f"open({str(tmp_path / 'x')!r}, 'wb', 0).write(b'x')").stderr


def test_a_process_that_nobody_waits_for_is_ended_by_the_kernel() -> None:
    """The web process was killed meanwhile, so nobody looks at the clock."""
    done = _with_limits("import resource; print(resource.getrlimit(resource.RLIMIT_CPU))")
    assert done.stdout.decode().strip() == f"({sandbox.MAX_SECONDS}, {sandbox.MAX_SECONDS})"


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_KEYS", "a-secret")
    tell = "import os, json; print(json.dumps({'reason': 'told', 'detail': ' '.join([*os.environ, 'end'])}))"
    monkeypatch.setattr(sandbox, "_COMMAND", [sys.executable, "-I", "-c", tell])
    with pytest.raises(InvalidInput) as told:
        sandbox.check("a.jpg", files.picture())
    assert str(told.value).endswith("end")
    assert "QUANYI" not in str(told.value)


@pytest.mark.parametrize("code", ["import os; os.abort()", "raise SystemExit(1)"])
def test_a_decoder_that_crashes(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(sandbox, "_COMMAND", [sys.executable, "-I", "-c", code])
    with pytest.raises(InvalidInput) as refused:
        sandbox.check("a.jpg", files.picture())
    assert refused.value.reason == "evidence_complex"


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is our fault and not the file's: the customer may send it again."""
    monkeypatch.setattr(sandbox, "_COMMAND", ["/nowhere/python"])
    with pytest.raises(Unavailable) as failed:
        sandbox.check("a.jpg", files.picture())
    assert failed.value.reason == "evidence_check"
