"""Can the file be read, and is it only what it says? Pillow and pypdf on bytes that may be hostile.

Runs in a process of its own (`sandbox.py`): nothing here is trusted to end soon or to need little.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from care.attachments.rules import PDF, WEBP, media_type_of
from care.errors import InvalidInput

# Counted here, as an error and not as Pillow's warning.
Image.MAX_IMAGE_PIXELS = None

MAX_PIXELS = 60_000_000
# Its decoder keeps four copies, 16 bytes a pixel; those of JPEG and PNG need at most 8.
_MAX_PIXELS_OF_WEBP = 30_000_000
MAX_PAGES = 50
#: values in a PDF that are looked at; one of 50 pages has some ten thousand
_MAX_VALUES = 400_000

# ISO 32000-2: 12.6.4 actions, 7.11.4 embedded files, 12.7.8 XFA, 13.6 and 13.7 3D and rich media.
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_ACTIVE_VALUES = {"/JavaScript", "/Launch", "/EmbeddedFile", "/ImportData", "/RichMedia", "/FileAttachment"}
# A reader that repairs a damaged file may find objects that its tables do not name.
_ACTIVE_ANYWHERE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")


def examine(content: bytes) -> str:
    """The media type of a file that can be read and is nothing else besides.

    Raises InvalidInput: `evidence_type`, `evidence_heic`, `evidence_broken`, `evidence_pixels`, `evidence_locked`,
    `evidence_pages`, `evidence_complex`, `evidence_active`.
    """
    media_type = media_type_of(content)
    if _is_archive(content):
        raise InvalidInput("evidence_type", "the file is an archive as well")
    if media_type == PDF:
        _examine_pdf(content)
    else:
        _examine_picture(content, media_type)
    return media_type


def _is_archive(content: bytes) -> bool:
    """Also at the end of a picture: ZIP, and so Office files, Java and Android programs, are read from behind."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return bool(archive.namelist())
    except Exception:  # BadZipFile, and whatever else it makes of bytes that are none
        return False


def _examine_picture(content: bytes, media_type: str) -> None:
    kind = media_type.removeprefix("image/").upper()
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > (_MAX_PIXELS_OF_WEBP if media_type == WEBP else MAX_PIXELS):
                raise InvalidInput("evidence_pixels", f"a picture may have {MAX_PIXELS} pixels; send a smaller one")
            picture.verify()
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            # A JPEG is read whole and painted at an eighth, in a tenth of the memory. Others ignore this.
            picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
            picture.load()
    except (InvalidInput, MemoryError):
        raise
    except Exception as error:  # whatever a decoder makes of it, the picture cannot be shown
        raise InvalidInput("evidence_broken", "the picture cannot be read to its end; send it again") from error


def _examine_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(BytesIO(content))
        # A password for the owner only, as many bills have it, keeps nobody from reading.
        if reader.is_encrypted and not reader.decrypt(""):
            raise InvalidInput("evidence_locked", "the PDF asks for a password; send it without one")
        if len(reader.pages) > MAX_PAGES:
            raise InvalidInput("evidence_pages", f"a PDF may have {MAX_PAGES} pages; send those that matter")
        if not reader.pages:
            raise InvalidInput("evidence_broken", "the PDF has no page")
        is_active = _ACTIVE_ANYWHERE.search(content) is not None or _has_active_part(reader)
    except (InvalidInput, MemoryError):
        raise
    except Exception as error:  # RecursionError and pypdf's own limits among them
        raise InvalidInput("evidence_broken", "the PDF cannot be read; send it again or send a screenshot") from error
    if is_active:
        raise InvalidInput("evidence_active", "the PDF contains a script, a program or another file; send a screenshot")


def _has_active_part(reader: PdfReader) -> bool:
    """Everything that can be reached from the trailer, each object once."""
    waiting: list[object] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked_at = 0
    while waiting:
        value = waiting.pop()
        looked_at += 1
        if looked_at > _MAX_VALUES:
            raise InvalidInput("evidence_complex", "the PDF has too many parts to be checked; send a screenshot")
        if isinstance(value, IndirectObject):
            if (value.idnum, value.generation) not in seen:
                seen.add((value.idnum, value.generation))
                waiting.append(value.get_object())
        elif isinstance(value, DictionaryObject):
            if not _ACTIVE_KEYS.isdisjoint(value):
                return True
            waiting += value.values()
        elif isinstance(value, ArrayObject):
            waiting += value
        elif isinstance(value, NameObject) and value in _ACTIVE_VALUES:
            return True
    return False
