"""What a file must be to be evidence: its size, its name, its type by its bytes, and how many there may be.

Pure functions. Whether a picture can be seen and a PDF be read is in `contents.py`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta

import puremagic

from care.errors import InvalidInput

MAX_BYTES = 10 * 1024 * 1024
#: for one ticket, or waiting for one
MAX_FILES = 9
#: from one conversation, whatever they are for
MAX_IN_A_DAY = 50
A_DAY = timedelta(hours=24)
#: A complaint is told within a day; what was sent before that was not meant for it.
TELLING = timedelta(hours=24)
#: characters
MAX_NAME = 80

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"

# Read at the very beginning: a file that only contains one of these further on is something else with a disguise.
_BEGINS = {
    JPEG: re.compile(rb"\xff\xd8\xff"),
    PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    WEBP: re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    PDF: re.compile(rb"%PDF-\d"),
}
# ISO/IEC 14496-12 `ftyp` with the brands of HEIF (ISO/IEC 23008-12, annex B and clause 10.2).
_HEIC = re.compile(rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)

#: the first one is given to a file that comes without
_EXTENSIONS = {
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    PNG: ("png",),
    WEBP: ("webp",),
    PDF: ("pdf",),
}
# What a picture may be called although it is another kind of picture: phones and chat programs convert and keep names.
_PICTURES = {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif", "gif", "bmp", "tif", "tiff", "avif"}
# Whoever sends a picture under such a name means it to be opened as something else.
_NO_EVIDENCE = re.compile(
    r"exe|com|bat|cmd|scr|pif|msi|dll|lnk|reg|js|mjs|vbs|wsf|hta|ps1|sh|py|jar|apk"
    r"|html?|xhtml|shtml|mht|svg|xml|swf|php|aspx?|jsp"
    r"|zip|rar|7z|gz|tar|iso|dmg|docx?|docm|xlsx?|xlsm|pptx?|pptm|rtf|ofd"
)


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept; made by `care.attachments.sandbox.check` only."""

    #: cleaned, and with an extension that fits
    name: str
    #: found in the bytes
    media_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


def check_size(size: int) -> None:
    """Raises InvalidInput (reason `evidence_empty` or `evidence_large`)."""
    if size == 0:
        raise InvalidInput("evidence_empty", "the file is empty; send it again")
    if size > MAX_BYTES:
        raise InvalidInput("evidence_large", f"a file may have {MAX_BYTES} bytes; send a screenshot or a smaller one")


def media_type_of(content: bytes) -> str:
    """One of JPEG, PNG, WEBP, PDF, by what the bytes are: by their beginning, and by puremagic, which must agree.

    Raises InvalidInput (reason `evidence_heic`, for which the customer needs another advice, or `evidence_type`).
    """
    begins = next((media_type for media_type, sign in _BEGINS.items() if sign.match(content)), None)
    if begins is not None and begins in {match.mime_type for match in _matches(content)}:
        return begins
    if _HEIC.match(content):
        raise InvalidInput("evidence_heic", "HEIC cannot be read here; send it as JPEG, or a screenshot")
    raise InvalidInput("evidence_type", "evidence may be JPEG, PNG, WebP or PDF; this is something else")


def _matches(content: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(content))
    except puremagic.PureError:  # nothing that it knows
        return []


def clean_name(name: str, media_type: str) -> str:
    """The file's name as it may be shown and saved: no folders, no invisible signs, at most MAX_NAME characters, an
    extension that fits the type. `IMG_1.HEIC` that is a JPEG becomes `IMG_1.jpg`.

    Raises InvalidInput (reason `evidence_type`) when the name says that it is a program, a page or an archive.
    """
    stem, extension = _parts(name)
    fitting = _EXTENSIONS[media_type]
    if _NO_EVIDENCE.fullmatch(extension.lower()):
        raise InvalidInput("evidence_type", "the file's name says that it is neither a picture nor a PDF")
    if extension.lower() not in fitting:
        if extension.lower() not in _PICTURES | {"pdf"}:
            stem = f"{stem}.{extension}".strip(". ")  # 「账单 2026.11」: no extension at all
        extension = fitting[0]
    return f"{stem[: MAX_NAME - len(extension) - 1].rstrip('. ') or 'file'}.{extension}"


def _parts(name: str) -> tuple[str, str]:
    # A name of megabytes is not worth looking at; the extension is at its end.
    last = re.split(r"[/\\]", name[-1000:])[-1]
    visible = "".join(" " if unicodedata.category(each) in ("Zl", "Zp", "Zs") else each for each in last)
    plain = "".join(each for each in visible if not unicodedata.category(each).startswith("C"))
    # Signs that some system gives a meaning of its own.
    tidy = re.sub(r'[<>:"|?*]', "_", " ".join(plain.split())).strip(". ")
    stem, dot, extension = tidy.rpartition(".")
    return (stem.strip(". "), extension) if dot else (tidy, "")


def check_counts(for_the_same: int, in_a_day: int) -> None:
    """How many there are already. Raises InvalidInput (reason `evidence_count` or `evidence_daily`)."""
    if for_the_same >= MAX_FILES:
        raise InvalidInput("evidence_count", f"a complaint may have {MAX_FILES} files")
    if in_a_day >= MAX_IN_A_DAY:
        raise InvalidInput("evidence_daily", f"{MAX_IN_A_DAY} files in 24 hours are the most; send more tomorrow")
