"""What a file must be by its size, its bytes' beginning and its name."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.attachments.rules import (
    JPEG,
    MAX_BYTES,
    MAX_FILES,
    MAX_IN_A_DAY,
    MAX_NAME,
    PDF,
    PNG,
    WEBP,
    CheckedFile,
    check_counts,
    check_size,
    clean_name,
    media_type_of,
)
from care.errors import InvalidInput
from tests.support import files


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (0, "evidence_empty"),
        (1, None),
        (MAX_BYTES, None),  # 10 MB are allowed
        (MAX_BYTES + 1, "evidence_large"),
    ],
)
def test_sizes(size: int, reason: str | None) -> None:
    assert _reason(lambda: check_size(size)) == reason


@pytest.mark.parametrize(
    ("for_the_same", "in_a_day", "reason"),
    [
        (0, 0, None),
        (MAX_FILES - 1, MAX_IN_A_DAY - 1, None),  # the last one that is taken
        (MAX_FILES, MAX_FILES, "evidence_count"),
        (0, MAX_IN_A_DAY, "evidence_daily"),  # after six complaints in a day
    ],
)
def test_counts(for_the_same: int, in_a_day: int, reason: str | None) -> None:
    assert _reason(lambda: check_counts(for_the_same, in_a_day)) == reason


TYPES = [
    (files.picture("JPEG"), JPEG),
    (files.picture("JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"), JPEG),  # a camera's
    (files.picture("PNG"), PNG),
    (files.picture("WEBP"), WEBP),
    (files.picture("WEBP", lossless=True), WEBP),
    (files.pdf(), PDF),
    # what only begins like one of them is found out later, when it is read
    (b"\xff\xd8\xff<html><script>alert(1)</script></html>", JPEG),
    # nothing else is evidence
    (b"MZ" + bytes(58) + b"\x80\x00\x00\x00" + bytes(64) + b"PE\x00\x00", "evidence_type"),  # a Windows program
    (b"\x7fELF\x02\x01\x01" + bytes(57), "evidence_type"),  # a Linux program
    (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", "evidence_type"),  # a Java class
    (b"#!/bin/sh\nrm -rf /\n", "evidence_type"),
    (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "evidence_type"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "evidence_type"),
    (b'<?xml version="1.0"?><svg/>', "evidence_type"),
    (b"alert(document.cookie)", "evidence_type"),
    (files.archive(), "evidence_type"),
    (files.archive("word/document.xml", b"<w:document/>"), "evidence_type"),  # an Office document
    (b"Rar!\x1a\x07\x01\x00" + bytes(20), "evidence_type"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "evidence_type"),  # an old Office document
    (files.picture("GIF"), "evidence_type"),
    (files.picture("BMP"), "evidence_type"),
    (files.picture("TIFF"), "evidence_type"),
    (files.picture("AVIF"), "evidence_type"),  # could be decoded, is not asked for
    ("我的投诉截图".encode(), "evidence_type"),
    (b" " + files.pdf(), "evidence_type"),  # the sign must be the first thing
    (b"GIF89a" + files.picture("JPEG"), "evidence_type"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24), "evidence_type"),  # the same family as WebP, and a sound
    (b"%PDF", "evidence_type"),
    (b"\xff", "evidence_type"),
    # phones' own format, which needs an advice of its own
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), "evidence_heic"),
    (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + bytes(64), "evidence_heic"),
    (b"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00msf1hevc" + bytes(64), "evidence_heic"),  # a burst
    (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(64), "evidence_type"),  # a film
]


@pytest.mark.parametrize(("content", "expected"), TYPES, ids=[expected for _, expected in TYPES])
def test_the_type_is_found_in_the_bytes(content: bytes, expected: str) -> None:
    reason = _reason(lambda: media_type_of(content))
    assert (media_type_of(content) if reason is None else reason) == expected


NAMES = [
    # as sent                        type  as kept
    ("账单截图.jpg", JPEG, "账单截图.jpg"),
    ("IMG_0001.JPG", JPEG, "IMG_0001.JPG"),
    ("photo.jpg", PNG, "photo.png"),  # a screenshot that some program renamed
    ("IMG_0001.HEIC", JPEG, "IMG_0001.jpg"),  # converted while it was sent
    ("photo.jfif", JPEG, "photo.jfif"),
    ("scan.pdf", JPEG, "scan.jpg"),
    ("微信图片_20261121", PNG, "微信图片_20261121.png"),
    ("账单 2026.11", PDF, "账单 2026.11.pdf"),  # no extension at all
    ("报告.v2", PDF, "报告.v2.pdf"),
    ("", JPEG, "file.jpg"),
    (".jpg", JPEG, "jpg.jpg"),
    ("...", PDF, "file.pdf"),
    # folders
    ("C:\\fakepath\\a.png", PNG, "a.png"),
    ("../../etc/passwd", PNG, "passwd.png"),
    ("/tmp/..", PNG, "file.png"),
    # signs that hide, turn round or break out
    ("a\x00b\x1f.png", PNG, "ab.png"),
    ("invoice\u202egnp.pdf", PDF, "invoicegnp.pdf"),
    ("a\u200b\ufeff.png", PNG, "a.png"),
    ("a\r\nSet-Cookie: x=1.png", PNG, "aSet-Cookie_ x=1.png"),
    ("a\u2028b\u3000 c.png", PNG, "a b c.png"),
    ('a"b<c>|d?.png', PNG, "a_b_c__d_.png"),
    ("半个\ud83d.png", PNG, "半个.png"),  # half an emoji, as some clients send
    # long ones
    ("长" * 100 + ".png", PNG, "长" * 76 + ".png"),
    ("x" * 5_000_000 + ".png", PNG, "x" * 76 + ".png"),
    ("a." + "b" * 200, JPEG, ("a." + "b" * 200)[:76] + ".jpg"),
    # a picture that wants to be opened as something else
    ("setup.exe", JPEG, "evidence_type"),
    ("setup.EXE", JPEG, "evidence_type"),
    ("账单.jpg.exe", JPEG, "evidence_type"),
    ("a.html", JPEG, "evidence_type"),
    ("a.svg", PNG, "evidence_type"),
    ("a.js", PDF, "evidence_type"),
    ("a.zip", PDF, "evidence_type"),
    ("a.docx", PDF, "evidence_type"),
    ("a.exe.", JPEG, "evidence_type"),  # Windows drops the dot
    ("a.exe\u200b", JPEG, "evidence_type"),
    ("a.e\u202exe", JPEG, "evidence_type"),
]


@pytest.mark.parametrize(("name", "media_type", "expected"), NAMES, ids=[expected[:40] for *_, expected in NAMES])
def test_names(name: str, media_type: str, expected: str) -> None:
    reason = _reason(lambda: clean_name(name, media_type))
    assert (clean_name(name, media_type) if reason is None else reason) == expected


@given(st.text(max_size=200), st.sampled_from([JPEG, PNG, WEBP, PDF]))
def test_every_name_that_is_kept_is_harmless(name: str, media_type: str) -> None:
    try:
        clean = clean_name(name, media_type)
    except InvalidInput:
        return
    assert 0 < len(clean) <= MAX_NAME
    assert not any(unicodedata.category(each).startswith("C") for each in clean)
    assert not set(clean) & set('/\\<>:"|?*')
    assert not clean.startswith((".", " "))
    assert clean_name(clean, media_type) == clean, "a file that is sent on keeps its name"


def test_a_checked_file() -> None:
    content = files.picture()
    file = CheckedFile("a.jpg", JPEG, content)
    assert file.sha256 == hashlib.sha256(content).digest()
    assert "content" not in repr(file), "ten megabytes belong in no traceback"


def _reason(work: object) -> str | None:
    assert callable(work)
    try:
        work()
    except InvalidInput as error:
        return error.reason
    return None
