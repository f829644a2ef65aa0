"""The entries. A trigger of migration 0008 lets nobody change or remove one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class AuditEntry(Base):
    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject_id", "subject", "id"),
        Index("ix_audit_entries_actor_id", "actor", "id"),
    )

    #: 1, 2, 3, … without a gap
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: `staff:<number>`, `operator` (somebody with a shell) or `system`
    actor: Mapped[str] = mapped_column(String(24))
    #: what was done, in a word: `sign_in`, `reveal`, `ticket_result`, …
    action: Mapped[str] = mapped_column(String(32))
    #: what it was done to: `ticket:<number>`, `conversation:<id>`, `staff:<number>`, or empty
    subject: Mapped[str] = mapped_column(String(64))
    #: which field, from what to what: words and numbers, nobody's personal data
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: why, in the words of whoever did it; the chain holds its hash with `salt`, so that it can be forgotten
    reason: Mapped[str | None] = mapped_column(Sealed("audit_entries.reason"))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    reason_hash: Mapped[bytes] = mapped_column(LargeBinary)
    #: of the entry before; of the first one 32 zero bytes
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    #: SHA-256 over `previous` and all of the above but the reason itself
    hash: Mapped[bytes] = mapped_column(LargeBinary)
