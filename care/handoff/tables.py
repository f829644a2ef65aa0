"""Requests for a person, at most one open in a conversation; what happened to each; what words let fear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Handoff(Base):
    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("status IN ('waiting', 'picked')"),
        ),
        # Who waits, in the order in which they are taken; its cost follows those who wait.
        Index("ix_handoffs_waiting", "queue", "priority", "requested_at", postgresql_where=text("status = 'waiting'")),
        # Whose conversations an agent has now.
        Index("ix_handoffs_picked", "staff_id", postgresql_where=text("status = 'picked'")),
        # How long it took lately.
        Index("ix_handoffs_queue_picked_at", "queue", "picked_at", postgresql_where=text("picked_at IS NOT NULL")),
        # The figures of a day.
        Index("ix_handoffs_requested_at", "requested_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    #: what triggered it: a confidence, a clock, the id of a message; no words
    trigger: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    #: a name under `queues` of care/handoff/handoff.yml
    queue: Mapped[str] = mapped_column(String(24), default="service", server_default="service")
    #: 1 is taken first, to 5
    priority: Mapped[int] = mapped_column(default=3, server_default=text("3"))
    #: it never changes: who is given back to the queue has its old place
    requested_at: Mapped[datetime]
    #: from when on somebody was to come: `requested_at`, or the next opening of a queue that was closed then
    served_from: Mapped[datetime] = mapped_column(server_default=text("now()"))
    #: when it was picked up, closed or withdrawn, the last of these
    changed_at: Mapped[datetime]
    #: it rings at this agent until then; nobody else is offered it meanwhile, but anybody may take it
    offered_to: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    offered_until: Mapped[datetime | None]
    #: who talks with the customer; of one that waits again or is over, who did last
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    #: the first time
    picked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: a word of care.handoff.rules.EndedBy
    ended_by: Mapped[str | None] = mapped_column(String(8))
    #: when the customer was told that it takes longer than was promised, and a supervisor was alarmed
    told_late_at: Mapped[datetime | None]
    #: the newest message that the agent has read
    read_to: Mapped[int | None] = mapped_column(BigInteger)


class HandoffEvent(Base):
    """One step of a hand-off; only ever added."""

    __tablename__ = "handoff_events"
    __table_args__ = (
        Index("ix_handoff_events_handoff_id_id", "handoff_id", "id"),
        # What an agent did last, and in a period.
        Index("ix_handoff_events_staff_at", "staff", "at", postgresql_where=text("staff IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    #: a word of care.handoff.rules.Step
    kind: Mapped[str] = mapped_column(String(16))
    #: number of whoever did it, or to whom it was done
    staff: Mapped[str | None] = mapped_column(String(16))
    #: from which queue to which, why refused: words of ours, nobody's personal data
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Concern(Base):
    """A concern that was raised in a conversation."""

    __tablename__ = "concerns"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    #: one of care.handoff.rules.CONCERNS
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: of the first message that raised it
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: the last time
    raised_at: Mapped[datetime]
