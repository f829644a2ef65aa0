"""The lease on a conversation: who may run its turn now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class TurnLease(Base):
    __tablename__ = "turn_leases"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    #: grows with every lease; a holder whose number is no longer the newest writes nothing
    fence: Mapped[int]
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
