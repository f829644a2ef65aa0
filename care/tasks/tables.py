from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (
        Index("uq_tasks_open", "ticket_id", "kind", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_tasks_open_due", "due_at", "id", postgresql_where=text("status = 'open'")),
        Index("ix_tasks_customer_id_quarter", "customer_id", "quarter"),
        Index("ix_tasks_conversation_id", "conversation_id", postgresql_where=text("conversation_id IS NOT NULL")),
        # Whoever gave no mark when they were apologised to may be asked for one.
        Index(
            "ix_tasks_visited",
            "done_at",
            postgresql_where=text("kind IN ('apology', 'visit') AND status = 'done' AND score IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    #: the conversation that it is about, where there is no ticket
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    #: a name under `kinds` of care/tasks/tasks.yml
    kind: Mapped[str] = mapped_column(String(16))
    #: open | done | given_up
    status: Mapped[str] = mapped_column(String(8))
    department: Mapped[str] = mapped_column(String(40))
    #: number of who does it
    assignee: Mapped[str | None] = mapped_column(String(16))
    #: number of who must not do it: nobody asks about their own work
    not_by: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime]
    #: what has been tried so far, and when to try next
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    next_try_at: Mapped[datetime | None]
    #: a name under `outcomes` of its kind
    outcome: Mapped[str | None] = mapped_column(String(24))
    #: 1 to 10, what the customer said of it
    score: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Sealed("tasks.note"))
    #: `2026Q4`, of quarterly calls
    quarter: Mapped[str | None] = mapped_column(String(6))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    #: number of who did it
    done_by: Mapped[str | None] = mapped_column(String(16))
