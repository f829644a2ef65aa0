"""Good files are taken, hostile ones refused: the reading itself, without its process."""

from __future__ import annotations

from functools import partial

import pytest

from care.attachments.contents import MAX_PAGES, examine
from care.attachments.rules import JPEG, PDF, PNG, WEBP
from care.errors import InvalidInput
from tests.support import files

GOOD = [
    (files.picture("JPEG"), JPEG),
    (files.noise("JPEG", (1200, 900), progressive=True), JPEG),
    (files.picture("JPEG", size=(1, 1)), JPEG),
    (files.picture("JPEG") + files.picture("JPEG", seed=1), JPEG),  # a phone's second picture behind the first
    (files.picture("PNG"), PNG),
    (files.noise("PNG", (300, 200)), PNG),
    (files.picture("WEBP"), WEBP),
    (files.pdf(), PDF),
    (files.pdf(MAX_PAGES), PDF),
    (files.pdf_with_links(), PDF),
    (files.pdf(owner_password="print-not"), PDF),  # nobody needs a password to read it
    (files.pdf_of(b"[3 0 R/Fit]"), PDF),  # opens at its page
    (files.pdf_of_packed(b"[3 0 R/Fit]"), PDF),
]


@pytest.mark.parametrize(("content", "media_type"), GOOD, ids=[media_type for _, media_type in GOOD])
def test_good_files(content: bytes, media_type: str) -> None:
    assert examine(content) == media_type


JPEG_FILE = files.noise("JPEG", (400, 300))
PNG_FILE = files.noise("PNG", (400, 300))

BAD = [
    # pictures that are none, or not whole
    (b"\xff\xd8\xff<html><script>alert(1)</script></html>", "evidence_broken"),  # a page with a picture's first bytes
    (b"\xff\xd8\xff\xe0" + bytes(1000), "evidence_broken"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "evidence_broken"),
    (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40), "evidence_broken"),
    (JPEG_FILE[: len(JPEG_FILE) // 2], "evidence_broken"),  # the upload broke off
    (JPEG_FILE[:3], "evidence_broken"),
    (PNG_FILE[:-200], "evidence_broken"),
    (PNG_FILE[:1000] + b"\x00" + PNG_FILE[1001:], "evidence_broken"),  # a byte was changed on its way
    # small as files, huge as pictures
    (partial(files.png_of_zeros, 8000, 7501), "evidence_pixels"),
    (files.png_that_claims(100_000, 100_000), "evidence_pixels"),
    (files.png_that_claims(2**31 - 1, 1), "evidence_pixels"),
    (files.png_that_claims(60_000_000, 1), "evidence_broken"),  # allowed in size, but nothing is there
    # a picture and something else
    (JPEG_FILE + files.archive(), "evidence_type"),
    (JPEG_FILE + files.archive("AndroidManifest.xml"), "evidence_type"),
    (PNG_FILE + files.archive("word/document.xml"), "evidence_type"),
    (files.pdf() + files.archive(), "evidence_type"),
    # PDFs that cannot be read
    (b"%PDF-1.7\n" + bytes(500), "evidence_broken"),
    (files.pdf()[:200], "evidence_broken"),
    (b"%PDF-1.7\n<script>alert(1)</script>", "evidence_broken"),
    (files.pdf(0), "evidence_broken"),  # no page
    (files.pdf_of(b"[" * 20_000 + b"]" * 20_000), "evidence_broken"),  # deeper than any reader can follow
    (files.pdf(user_password="secret"), "evidence_locked"),
    (files.pdf(user_password="secret", algorithm="RC4-128"), "evidence_locked"),
    (files.pdf(MAX_PAGES + 1), "evidence_pages"),
    # PDFs that do something
    (files.pdf_with_attachment(), "evidence_active"),
    (files.pdf_of(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"), "evidence_active"),
    (files.pdf_of(b"<</S/Launch/F(cmd.exe)>>"), "evidence_active"),
    (
        files.pdf_of(b"<</S/Java#53cript/J#53(app.alert\\(1\\))>>"),
        "evidence_active",
    ),  # the same, written in another way
    (files.pdf_of_packed(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"), "evidence_active"),
    (files.pdf_of_packed(b"<</S/Launch/F(cmd.exe)>>"), "evidence_active"),
    (files.pdf_of_packed(b"<</S/URI/URI(https://www.example.cn/)/Next<</S/ImportData>>>>"), "evidence_active"),
    (files.pdf_of_packed(b"<</JavaScript<</Names[(a)<<>>]>>>>"), "evidence_active"),  # scripts by name
    (files.pdf_of_packed(b"<</Type/Filespec/EF<</F 3 0 R>>>>"), "evidence_active"),
    (files.pdf_of_packed(b"<</XFA[(template)3 0 R]>>"), "evidence_active"),
    (files.pdf_of_packed(b"[[[<</Subtype/RichMedia>>]]]"), "evidence_active"),
    # not reachable from the catalog, but a reader that repairs would find it
    (files.pdf() + b"\n9 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\n", "evidence_active"),
    # more parts than can be looked at
    (partial(files.pdf_of, b"[" + (b"[" + b"1 " * 90_000 + b"]") * 5 + b"]"), "evidence_complex"),
]


@pytest.mark.parametrize(("content", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_bad_files(content: bytes | partial[bytes], reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        examine(content if isinstance(content, bytes) else content())
    assert refused.value.reason == reason


def test_a_large_picture_within_the_limit() -> None:
    """50 million pixels, what a phone's main camera makes at its best."""
    assert examine(files.png_of_zeros(8160, 6120)) == PNG
