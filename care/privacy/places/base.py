"""What every place with personal data can do: tell what it holds of somebody, let it go, and let go what is old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from care.privacy.rules import Hold
from care.privacy.subject import Subject


@dataclass(frozen=True)
class Record:
    """One thing that is held, as it goes into a copy."""

    #: table of the data map
    table: str
    #: JSON values by name of the data map; times as ISO 8601, files as base64
    values: dict[str, Any]


@dataclass(frozen=True)
class Held:
    """Kept back, and why: counts for the plan, the receipt and the retention report."""

    hold: Hold
    count: int
    #: until then, as far as one day can be named
    until: datetime | None = None


@dataclass
class Counts:
    removed: int = 0
    #: rows that stay and name nobody any more
    anonymised: int = 0
    held: list[Held] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        held = [
            {"hold": each.hold, "count": each.count, "until": each.until.isoformat() if each.until else None}
            for each in self.held
        ]
        return {"removed": self.removed, "anonymised": self.anonymised, "held": held}


class Place(Protocol):
    """Tables that belong together. Everything takes a Session, commits nothing, and is safe to repeat."""

    #: as in the data map (places.yml)
    name: str

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        """All that is held of them, the oldest first; what was inferred of them too."""

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        """What `erase` would do now. Changes nothing."""

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        """Delete it, or make it name nobody, except what a hold keeps. A second run finds nothing more to do."""

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """Let go up to `limit` things that are older than `before`, except what a hold keeps."""
