"""Who guessed wrong too often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class LookupLock(Base):
    """Wrong proofs, by ticket number (also of tickets that do not exist) and by conversation."""

    __tablename__ = "lookup_locks"

    #: `ticket:<number>` or `conversation:<id>`
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    #: of the first failure in the running window
    since: Mapped[datetime]
    locked_until: Mapped[datetime | None]
