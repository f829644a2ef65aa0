"""Personal data where none may be: mobile and identity numbers and mail addresses in what a test run writes.

Runs on Rasa's Python too (tests/bot), with the standard library alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

#: What is looked through. `inbox`: what trainers are shown; `errors`: bodies of answers from 400 on.
OUTPUT, LOGS, ERRORS, METRICS, INBOX = KINDS = ("output", "logs", "errors", "metrics", "inbox")

#: `\\u7535` of JSON, `\\xe7` and `\\n` of a repr: their letters would stand before a number and hide it
_ESCAPES = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x[0-9a-fA-F]{2}|[abfnrtv])|%[0-9A-Fa-f]{2}")
# Not inside an id or a longer number, and not the digits around a decimal point.
_BEFORE, _BEHIND = r"(?<![0-9A-Za-z])(?<!\d\.)", r"(?![0-9A-Za-z])(?!\.\d)"
_MOBILE = re.compile(
    rf"{_BEFORE}(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{{4}}[ -]?\d{{4}}|\d[ -]?\d{{3}}[ -]?\d{{4}}){_BEHIND}"
)
_IDENTITY = re.compile(rf"{_BEFORE}\d{{6}} ?(?:\d{{8}} ?\d{{3}}[\dXx]|\d{{9}}){_BEHIND}")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]*\w@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9-])")
#: GB/T 2260: a province's first digit, and its second ones
_PROVINCES = {"1": "12345", "2": "123", "3": "1234567", "4": "123456", "5": "01234", "6": "12345", "7": "1", "8": "123"}
#: Our advice to whoever writes training examples (care/training/personal.py): the one number that stands for all.
_ADVICE = re.compile(r"(?:as a number only|Write) 13800138000")


def find(text: str) -> list[str]:
    """Unmasked mobile numbers (grouped, full-width, with +86 too), identity numbers and mail addresses, as they stand.

    An identity number (GB 11643) counts by its province and day of birth; a wrong check digit makes it no better kept.
    """
    text = _ESCAPES.sub(_unescaped, _ADVICE.sub("", text))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found = [match[0] for match in _MOBILE.finditer(text)]
    found += [match[0] for match in _IDENTITY.finditer(text) if _is_identity(match[0].replace(" ", ""))]
    return found + ([match[0] for match in _MAIL.finditer(text)] if "@" in text else [])


def masked(value: str) -> str:
    """Enough to recognise it where it stands."""
    return f"{value[:3]}…{value[-2:]}"


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else " "


def _is_identity(number: str) -> bool:
    born = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    return number[1] in _PROVINCES.get(number[0], "") and 1900 <= day.year <= date.today().year  # noqa: DTZ011  # the year is enough


@dataclass
class Scan:
    """What one run looked through, and what it found."""

    lines: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    #: kind, place and masked value; each once
    leaks: dict[tuple[str, str, str], None] = field(default_factory=dict)
    #: what a whole run must have seen
    expected: tuple[str, ...] = KINDS

    def look(self, kind: str, place: str, text: str) -> None:
        self.lines[kind] += text.count("\n") + (not text.endswith("\n"))
        self.characters[kind] += len(text)
        for value in find(text):
            self.leaks[kind, place, masked(value)] = None

    def look_at_files(self, folder: Path) -> None:
        """Logs below a folder. Not `sms.log`: the demo customers' telephone, which must show what was sent to it."""
        for file in _logs(folder):
            with file.open(encoding="utf-8", errors="replace") as lines:
                for number, line in enumerate(lines, 1):
                    self.look(LOGS, f"{file}:{number}", line)

    def unseen(self) -> list[str]:
        return [kind for kind in self.expected if not self.characters[kind]]

    def summary(self) -> str:
        seen = ", ".join(f"{kind} {self.lines[kind]} lines ({self.characters[kind]} characters)" for kind in KINDS)
        return f"looked for personal data in: {seen}; found {len(self.leaks)}"


def _logs(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        # pytest's own link to the newest folder would be gone through twice.
        if re.search(r"\.(?:log|out)(?:\.\d+)?$", file.name) and file.name != "sms.log" and file.is_file():
            yield file


#: of this process
SCAN = Scan()
