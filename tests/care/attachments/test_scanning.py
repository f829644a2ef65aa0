"""The operator's virus scanner: its exit codes are ClamAV's, and what it does not answer is no yes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from care.attachments import scanning
from care.attachments.scanning import scan
from care.errors import InvalidInput, Unavailable
from care.settings import settings
from tests.support.environment import forget_settings

#: https://www.eicar.org/download-anti-malware-testfile: every scanner takes it for a virus. In two parts, so that none
#: takes this file for one.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*").encode()

#: answers as clamdscan does
SCANNER = """
import sys
content = sys.stdin.buffer.read()
sys.exit(1 if b"EICAR-STANDARD" in content else 0)
"""
Scanner = Callable[[str], None]


@pytest.fixture
def scanner(postgres: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    def use(program: str) -> None:
        script = tmp_path / "scan it.py"
        script.write_text(program, encoding="utf-8")
        monkeypatch.setenv("QUANYI_VIRUS_SCAN", f'{sys.executable} "{script}"')
        forget_settings()

    monkeypatch.setattr(scanning, "MAX_SECONDS", 2)
    return use


@pytest.fixture(autouse=True)
def _settings_again(postgres: object) -> Iterator[None]:
    yield
    forget_settings()


def test_without_a_scanner_nothing_is_looked_at(postgres: object) -> None:
    assert settings().virus_scan == ""
    scan(EICAR)


def test_a_clean_file_passes(scanner: Scanner) -> None:
    scanner(SCANNER)
    scan(b"\xff\xd8\xff" + bytes(10_000_000))


def test_a_virus_does_not(scanner: Scanner) -> None:
    scanner(SCANNER)
    with pytest.raises(InvalidInput) as refused:
        scan(b"%PDF-1.7\n" + EICAR)
    assert refused.value.reason == "evidence_infected"


NO_ANSWER = [
    ("import sys; sys.exit(2)", "an error of the scanner: no clamd, no database"),
    ("import sys; sys.exit(40)", "some other code"),
    ("import os; os.abort()", "the scanner crashed"),
    ("import time; time.sleep(60)", "it takes too long"),
]


@pytest.mark.parametrize(("program", "reason"), NO_ANSWER, ids=[row[1] for row in NO_ANSWER])
def test_what_was_not_looked_at_does_not_pass(scanner: Scanner, program: str, reason: str) -> None:
    scanner(program)
    with pytest.raises(Unavailable) as refused:
        scan(b"%PDF-1.7\n")
    assert refused.value.reason == "evidence_unscanned", reason


def test_a_scanner_that_does_not_read_to_the_end_counts_by_its_code(scanner: Scanner) -> None:
    scanner("import sys; sys.exit(0)")
    scan(bytes(10_000_000))


def test_a_command_that_is_not_there(postgres: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_VIRUS_SCAN", "no-such-scanner -")
    forget_settings()
    with pytest.raises(Unavailable) as refused:
        scan(b"%PDF-1.7\n")
    assert refused.value.reason == "evidence_unscanned"


def test_it_gets_none_of_our_secrets(scanner: Scanner) -> None:
    scanner("import os, sys; sys.exit(1 if any(name.startswith('QUANYI_') for name in os.environ) else 0)")
    scan(b"%PDF-1.7\n")


def test_a_command_that_no_shell_could_read_is_named_at_the_start(
    postgres: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_VIRUS_SCAN", 'clamdscan "')
    forget_settings()
    with pytest.raises(InvalidInput, match="QUANYI_VIRUS_SCAN"):
        settings()
