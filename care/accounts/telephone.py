"""What the developer's telephone of demo mode has received: the end of the file that `ConsoleSender` writes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from care.accounts.rules import mask_phone

#: enough for some dozens of SMS; the file itself grows for ever
_BYTES = 16_384


@dataclass(frozen=True)
class Sms:
    #: `2026-11-22 15:20:00`, in China
    at: str
    #: masked
    phone: str
    text: str


def received(path: Path, most: int) -> list[Sms]:
    """The newest first; empty while nothing was sent."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            begin = max(0, file.tell() - _BYTES)
            file.seek(begin)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    whole = lines[1:] if begin else lines  # the first one may be cut
    found = (line.split("  ", 2) for line in whole)
    return [Sms(at, mask_phone(phone), text) for at, phone, text in list(found)[-most:]][::-1]
