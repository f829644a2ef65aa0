"""Who guessed wrong too often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class LookupLock(Base):
    """Wrong guesses, by what is guessed at (also where it does not exist) and by who guesses."""

    __tablename__ = "lookup_locks"

    #: `ticket:<number>`, `conversation:<id>`, `staff:<number>` or `staff:<number>:<browser>`
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    #: of the first failure in the running window
    since: Mapped[datetime]
    locked_until: Mapped[datetime | None]
