"""What the developer's telephone of demo mode has received: the end of the file that `ConsoleSender` writes.

The made-up customers are sent reminders as well; those of telephones that nobody has in hand are left out.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from care.accounts.rules import mask_phone

_CODE = re.compile(r"验证码\d{6}")
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
    """The newest first, to telephones that a code was sent to; empty while there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            begin = max(0, file.tell() - _BYTES)
            file.seek(begin)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    whole = lines[1:] if begin else lines  # the first one may be cut
    found = [(at, phone, text) for at, phone, text in (line.split("  ", 2) for line in whole)]
    in_hand = {phone for _, phone, text in found if _CODE.search(text)}
    shown = [Sms(at, mask_phone(phone), text) for at, phone, text in found if phone in in_hand]
    return shown[-most:][::-1]
