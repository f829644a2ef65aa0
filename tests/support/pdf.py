"""What a PDF of ours says. pypdf itself takes the two bytes of a sign apart where a font brings a CMap of its own."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

_PAIR = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]{4,8})>")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it is drawn, without the lines."""
    reader = PdfReader(BytesIO(pdf))
    return ["".join(_drawn(page, reader)) for page in reader.pages]


def fonts_of(pdf: bytes) -> set[str]:
    """Names of the fonts, and `embedded` for each that is inside."""
    found = set()
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in _fonts(page).values():
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            is_inside = any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
            found.add(f"{font['/BaseFont']} {'embedded' if is_inside else 'missing'}")
    return found


def _fonts(page: PageObject) -> dict[str, Any]:
    resources: Any = page["/Resources"]
    return {name: font.get_object() for name, font in resources["/Font"].items()}


def _drawn(page: PageObject, reader: PdfReader) -> list[str]:
    signs = {name: _signs(font["/ToUnicode"].get_data().decode("ascii")) for name, font in _fonts(page).items()}
    said, known = [], {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"Tf":
            known = signs[str(operands[0])]
        elif operator == b"Tj":
            raw = operands[0].original_bytes
            said.append("".join(known[raw[at : at + 2]] for at in range(0, len(raw), 2)))
    return said


def _signs(cmap: str) -> dict[bytes, str]:
    return {bytes.fromhex(code): bytes.fromhex(sign).decode("utf-16-be") for code, sign in _PAIR.findall(cmap)}
