"""Fixed moments. Customers live in China; the server's clock is UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from care.timezone import CHINA


def china(text: str) -> datetime:
    """`china("2026-11-21 15:20")`: that clock time in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


#: A Saturday afternoon, the now of most tests.
NOW = china("2026-11-21 15:20")
