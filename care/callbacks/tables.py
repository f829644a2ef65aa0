"""When a customer is to be called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Callback(Base):
    """The time of a ticket of kind callback; the number to call is the ticket's contact."""

    __tablename__ = "callbacks"
    # How many a slot of a queue has.
    __table_args__ = (Index("ix_callbacks_queue_starts_at", "queue", "starts_at"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    #: of the ticket's contact, as long as that is kept: how often a number is to be called
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    #: the hand-off that it takes the place of
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id"), index=True)
    #: whose people call; a name under `queues` of care/handoff/handoff.yml
    queue: Mapped[str] = mapped_column(String(24))
    #: a whole slot of the opening hours
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
