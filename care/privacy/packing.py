"""The ZIP of a copy: encrypted with AES-256 (WinZip AE-2, which 7-Zip and others open), under a password of its own."""

from __future__ import annotations

import json
import secrets
from io import BytesIO
from typing import Any

import pyzipper

from care.attachments.rules import JPEG, PDF, PNG, WEBP, media_type_of
from care.errors import InvalidInput

#: easy to read from a screen and to type: no 0 and o, no 1, i and l
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
#: 16 of 31 signs are 79 bits
_LENGTH = 16
#: of files in one copy; what is above is fetched with a person's help. All of it is in memory for a moment, four times
#: over: as it is, sealed, and on its way into the database. 80 MB take 375 MB (measured on 2026-11-22).
MAX_FILES = 100 * 1024 * 1024

_EXTENSIONS = {JPEG: "jpg", PNG: "png", WEBP: "webp", PDF: "pdf"}


def new_password() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


class Pack:
    """Add to it, then take its `content()`; `close()` in any case."""

    def __init__(self, password: str) -> None:
        self._file = BytesIO()
        self._zip = pyzipper.AESZipFile(
            self._file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES, allowZip64=True
        )
        self._zip.setpassword(password.encode())
        self._zip.setencryption(pyzipper.WZ_AES, nbits=256)
        self._files = 0
        self._bytes = 0
        #: files that had no room
        self.left_out = 0

    def add_file(self, content: bytes) -> str | None:
        """Its path in the ZIP; None when there is no room. The name says nothing: names are not encrypted."""
        if self._bytes + len(content) > MAX_FILES:
            self.left_out += 1
            return None
        self._files += 1
        self._bytes += len(content)
        path = f"files/{self._files:03d}.{_extension(content)}"
        # Pictures and PDF are packed already.
        self._zip.writestr(path, content, compress_type=pyzipper.ZIP_STORED)
        return path

    def add_text(self, path: str, text: str) -> None:
        self._zip.writestr(path, text.encode())

    def add_json(self, path: str, value: Any) -> None:
        self.add_text(path, json.dumps(value, ensure_ascii=False, indent=1))

    def content(self) -> bytes:
        """Nothing can be added any more."""
        self._zip.close()
        return self._file.getvalue()

    def close(self) -> None:
        self._zip.close()
        self._file.close()


def _extension(content: bytes) -> str:
    try:
        return _EXTENSIONS[media_type_of(content)]
    except InvalidInput:
        return "bin"
