"""The outbox: written in the transaction of what is told, sent by the worker, kept as proof that it was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed
from care.retries import Retried


class Notice(Retried, Base):
    __tablename__ = "notices"
    __table_args__ = (
        # The sweep's cost follows what waits, not what was ever sent.
        Index("ix_notices_waiting", "next_attempt_at", postgresql_where=text("status = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: None: about no ticket
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    #: filed | feedback | result | delay | closed | question | merged | order | reminder | survey | wechat
    kind: Mapped[str] = mapped_column(String(16))
    #: what must not be told twice, e.g. `feedback:<event id>`
    once: Mapped[str] = mapped_column(String(64), unique=True)
    phone: Mapped[str] = mapped_column(Sealed("notices.phone"))
    #: None in rows that are older than this column: those are found through their ticket
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    text: Mapped[str] = mapped_column(Sealed("notices.text"))
    #: waiting | sent | given_up
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
