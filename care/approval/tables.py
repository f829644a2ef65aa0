"""What was proposed to be told otherwise, who decided, and from when until when it is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class WordingChange(Base):
    """A proposal, and what became of it. Rows are never deleted: they say who answers for what customers were told."""

    __tablename__ = "wording_changes"
    __table_args__ = (
        Index("ix_wording_changes_key", "kind", "key"),
        # One at a time: a second proposal would be approved by somebody who did not see the first.
        Index("uq_wording_changes_waiting", "kind", "key", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("uq_wording_changes_turn", "turn", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: a word of care.approval.rules.Kind
    kind: Mapped[str] = mapped_column(String(8))
    #: `utter_…`, or an article's id
    key: Mapped[str] = mapped_column(String(100))
    #: every text of it by the field's name, as it is to be told
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB(none_as_null=True))
    #: as it was told when this was proposed
    before: Mapped[dict[str, Any]] = mapped_column(JSONB(none_as_null=True))
    #: `care.approval.rules.print_of` what the files said then
    shipped: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Sealed("wording_changes.why"))
    #: waiting | approved | rejected | withdrawn
    state: Mapped[str] = mapped_column(String(9))
    #: staff number of who proposed it
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    #: why it was rejected
    reason: Mapped[str | None] = mapped_column(Sealed("wording_changes.reason"))
    #: null: from its approval on
    effective_from: Mapped[datetime | None]
    #: null: for good
    effective_until: Mapped[datetime | None]
    #: of approved ones: 1, 2, … in the order in which they were approved
    turn: Mapped[int | None] = mapped_column(BigInteger)
    #: the approved change that this one takes back
    rolls_back: Mapped[int | None] = mapped_column(ForeignKey("wording_changes.id"))
