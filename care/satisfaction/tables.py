"""One question after a conversation with a person: a mark from 1 to 10."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Rating(Base):
    __tablename__ = "ratings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: asked once for a hand-off
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    #: number of the agent who closed it
    staff: Mapped[str] = mapped_column(String(16), index=True)
    asked_at: Mapped[datetime]
    #: 1 (bad) to 10 (good)
    score: Mapped[int | None]
    answered_at: Mapped[datetime | None]
