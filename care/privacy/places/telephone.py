"""The file that stands for the telephones of demo mode, and the one of the run before (cli/run/logs.py).

Production has none: there the SMS go to the operator's gateway. Nothing is held: the file is the customer's telephone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from care.privacy.places.base import Counts, Record
from care.privacy.subject import Subject
from care.settings import settings
from care.timezone import CHINA

TABLE = "sms_log"


@dataclass(frozen=True)
class _Line:
    at: datetime
    phone: str
    text: str


class Telephone:
    name = "telephone"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        found = [line for path in _files() for line in _lines(path) if _is_theirs(line, subject)]
        for line in sorted(found, key=lambda each: each.at):
            yield Record(TABLE, {"at": line.at.isoformat(), "phone": line.phone, "text": line.text})

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(removed=sum(_is_theirs(line, subject) for path in _files() for line in _lines(path)))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(removed=sum(_without(path, lambda line: _is_theirs(line, subject)) for path in _files()))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """All at once: a file is written whole."""
        return Counts(removed=sum(_without(path, lambda line: line.at < before) for path in _files()))

    def count_old(self, before: datetime) -> int:
        """What `expire` would remove: unlike rows, lines of a file cannot be taken back."""
        return sum(line.at < before for path in _files() for line in _lines(path))


def _files() -> list[Path]:
    log = Path(settings().sms_log)
    is_a_telephone = settings().mode == "demo"
    return [path for path in (log.with_name(f"{log.name}.1"), log) if is_a_telephone and path.exists()]


def _is_theirs(line: _Line, subject: Subject) -> bool:
    since = subject.number_from
    return line.phone == subject.phone and (since is None or line.at >= since)


def _lines(path: Path) -> Iterator[_Line]:
    for written in _read(path).decode("utf-8", "replace").splitlines():
        if (line := _parsed(written)) is not None:
            yield line


def _parsed(written: str) -> _Line | None:
    at, _, rest = written.partition("  ")
    phone, _, text = rest.partition("  ")
    try:
        return _Line(datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA), phone, text)
    except ValueError:
        return None


def _without(path: Path, goes: Callable[[_Line], bool]) -> int:
    """Take lines out of a file that others append to; how many. What cannot be read stays."""
    while True:
        content = _read(path)
        kept, gone = [], 0
        for written in content.splitlines(keepends=True):
            line = _parsed(written.decode("utf-8", "replace").rstrip("\n"))
            if line is not None and goes(line):
                gone += 1
            else:
                kept.append(written)
        if not gone:
            return 0
        new = path.with_name(f"{path.name}.new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(b"".join(kept))
        if _read(path) == content:  # an SMS that came meanwhile must not be lost
            new.replace(path)
            return gone


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
