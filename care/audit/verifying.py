"""Walking along the chain: whether every entry is as it was written, and none is missing.

What was changed is found because its hash no longer fits; what was removed, because its neighbours no longer do. The
beginning may be gone when it was too old: then an entry of the chain says so, with the last hash that went. That the
newest entries were cut off is only seen by who knows an entry that was there: the head that is logged every night, or
was written down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from care.audit.rules import BEGINNING, EXPIRED, Hashed, chain_hash, hash_reason
from care.audit.tables import AuditEntry
from care.crypto import keyring
from care.errors import InvalidInput

#: entries that are read in one transaction
PAGE = 2000
#: The reason is opened by hand: one that cannot be is a finding.
_REASON = AuditEntry.__table__.c.reason
_PAGE = select(
    *(column for column in AuditEntry.__table__.c if column is not _REASON),
    type_coerce(_REASON, LargeBinary).label("sealed"),
)


@dataclass(frozen=True)
class Head:
    """An entry that was there once: its number and hash."""

    id: int
    hash: bytes

    @classmethod
    def read(cls, text: str) -> Head:
        """`123:9f86…`, as `quanyi audit verify` prints it. Raises InvalidInput (reason `audit_head`)."""
        number, _, digest = text.strip().partition(":")
        try:
            head = cls(int(number), bytes.fromhex(digest))
        except ValueError:
            head = cls(0, b"")
        if head.id < 1 or len(head.hash) != len(BEGINNING):
            raise InvalidInput("audit_head", "an entry is named by its number and its hash: 123:9f86…, 64 hex digits")
        return head

    def __str__(self) -> str:
        return f"{self.id}:{self.hash.hex()}"


def head_of(session: Session) -> Head | None:
    """The newest entry; None: there is none."""
    newest = session.execute(
        select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    ).one_or_none()
    return Head(newest.id, bytes(newest.hash)) if newest else None


@dataclass
class Walk:
    """How far somebody came. `step` until there is no more, then `finish`."""

    #: an entry that must still be there as it was
    known: Head | None = None
    #: entries that fit
    entries: int = 0
    first: int | None = None
    head: Head | None = None
    #: number of the first one that does not fit, and why
    first_bad: int | None = None
    why: str = ""
    #: what the first entry names as the one before it
    _before: bytes = BEGINNING
    #: the chain was not walked from its beginning
    _is_part: bool = False
    #: what was let go last because it was old, as an entry says
    _expired: dict[str, object] = field(default_factory=dict)

    def begin_at(self, session: Session, since: datetime) -> None:
        """Only what is not older: the last entry before it is believed."""
        before = session.execute(
            select(AuditEntry.id, AuditEntry.hash).where(AuditEntry.at < since).order_by(AuditEntry.id.desc()).limit(1)
        ).one_or_none()
        if before is not None:
            self.head, self._is_part = Head(before.id, bytes(before.hash)), True

    def step(self, session: Session, limit: int = PAGE) -> bool:
        """The next entries; False when there are none, or one was bad."""
        after = self.head.id if self.head else 0
        page = session.execute(_PAGE.where(AuditEntry.id > after).order_by(AuditEntry.id).limit(limit)).all()
        for entry in page:
            if self.first is None:
                self.first, self._before = entry.id, bytes(entry.previous)
            self.why = self._fault(entry)
            if self.why:
                self.first_bad = entry.id
                return False
            if entry.action == EXPIRED:
                self._expired = entry.detail
            self.entries += 1
            self.head = Head(entry.id, bytes(entry.hash))
        return len(page) == limit

    def finish(self) -> None:
        """What is only known at the end."""
        if self.first_bad is not None:
            return
        if not self._is_part and self.first is not None and not self._begins_rightly():
            self.first_bad, self.why = self.first, "the entries before it are gone, and none says why"
        elif self.known is not None and (self.head is None or self.head.id < self.known.id):
            self.first_bad, self.why = self.known.id, "it is gone, with all that came after it"

    @property
    def is_whole(self) -> bool:
        return self.first_bad is None

    def _begins_rightly(self) -> bool:
        if self.first == 1:
            return self._before == BEGINNING
        return self._expired == {"through": (self.first or 0) - 1, "hash": self._before.hex()}

    def _fault(self, entry: Any) -> str:
        """Empty: none."""
        previous, own = bytes(entry.previous), bytes(entry.hash)
        hashed = Hashed(
            entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.detail,
            bytes(entry.salt), bytes(entry.reason_hash),
        )  # fmt: skip
        if self.head is not None and entry.id != self.head.id + 1:
            return "an entry before it is missing"
        if self.head is not None and previous != self.head.hash:
            return "it does not follow the one before it"
        if own != chain_hash(previous, hashed):
            return "it is not as it was written"
        if entry.sealed is not None and (fault := _reason_fault(bytes(entry.sealed), hashed)):
            return fault
        if self.known is not None and self.known.id == entry.id and self.known.hash != own:
            return "it is another one than was there"
        return ""


def _reason_fault(sealed: bytes, entry: Hashed) -> str:
    try:
        reason = keyring().open(sealed, "audit_entries.reason").decode()
    except (InvalidInput, UnicodeDecodeError):
        return "its reason cannot be opened: it is damaged, or its key is gone from QUANYI_KEYS"
    return "" if hash_reason(entry.salt, reason) == entry.reason_hash else "its reason is not as it was written"
