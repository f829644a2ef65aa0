"""Sending a file that somebody sent: as it is, in pieces, and so that no browser runs anything in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from care.attachments.service import Content

_PIECE = 64 * 1024


def file_response(file: Content, *, view: bool) -> Response:
    """`view`: a picture is to be shown, not saved."""
    is_shown = view and file.media_type.startswith("image/")
    return StreamingResponse(
        _pieces(file.content),
        media_type=file.media_type,
        headers={
            "Content-Length": str(len(file.content)),
            "Content-Disposition": _disposition("inline" if is_shown else "attachment", file.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    """As fast as the client reads, so that its place (web/limits.py) is held as long as the memory is."""
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def _disposition(kind: str, name: str) -> str:
    """RFC 6266: the name in UTF-8, and one for clients that do not know that."""
    extension = name.rpartition(".")[2]
    return f"{kind}; filename=\"evidence.{extension}\"; filename*=UTF-8''{quote(name, safe='')}"
