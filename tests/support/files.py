"""Files as customers, and people who mean harm, send them; all made here, byte by byte."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Link


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), seed: int = 0, **options: object) -> bytes:
    """A picture of its own for every `seed`."""
    image = Image.new("RGB", size, (seed % 256, seed // 256 % 256, 90))
    image.paste((200, 30, 30), (0, 0, size[0] // 2, size[1] // 2))
    return _saved(image, kind, **options)


def noise(kind: str, size: tuple[int, int], **options: object) -> bytes:
    """A picture that does not compress well, as a photo."""
    return _saved(Image.effect_noise(size, 80).convert("RGB"), kind, **options)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_of_zeros(width: int, height: int) -> bytes:
    """A PNG that is small as a file and `width` by `height` black pixels as a picture."""
    line = b"\x00" + bytes(width * 3)
    packer, packed = zlib.compressobj(9), []
    for _ in range(height):
        packed.append(packer.compress(line))
    packed.append(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", b"".join(packed)) + _chunk(b"IEND", b"")


def png_that_claims(width: int, height: int) -> bytes:
    """Only the head of such a PNG: what would be needed is said, and not there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive(name: str = "payload.js", content: bytes = b"alert(1)") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(name, content)
    return file.getvalue()


def pdf(pages: int = 1, **password: str) -> bytes:
    """`user_password`, `owner_password`: as pypdf's `encrypt`."""
    writer = _pages(pages)
    if password:
        writer.encrypt(**{"user_password": "", "algorithm": "AES-256", **password})
    return _written(writer)


def pdf_with_links(pages: int = 3) -> bytes:
    """Plain links are what every bill has."""
    writer = _pages(pages)
    for number in range(pages):
        writer.add_annotation(number, Link(rect=(10, 10, 90, 30), url="https://www.example.cn/"))
    return _written(writer)


def pdf_with_attachment() -> bytes:
    writer = _pages()
    writer.add_attachment("setup.exe", b"MZ")
    return _written(writer)


def pdf_of(body: bytes) -> bytes:
    """A PDF with one page, whose catalog opens with object 4: `body`."""
    objects = [*_HEAD, body]
    out, places = _numbered(objects)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start)
    return bytes(out)


def pdf_of_packed(body: bytes) -> bytes:
    """The same with object 4 in a compressed object stream: not to be seen in the bytes (ISO 32000-2, 7.5.7)."""
    packed = zlib.compress(b"4 0 " + body)
    stream = b"<</Type/ObjStm/N 1/First 4/Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)
    out, places = _numbered([*_HEAD, b"null", stream])
    start = len(out)
    rows = [(0, 0, 0), *((1, place, 0) for place in places), (1, start, 0)]
    rows[4] = (2, 5, 0)  # object 4 is the first one in the stream that is object 5
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    out += b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(table)
    out += table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start
    return bytes(out)


_HEAD = [
    b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
]


def _numbered(objects: list[bytes]) -> tuple[bytearray, list[int]]:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return out, places


def _pages(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return writer


def _written(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()
