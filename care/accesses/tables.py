"""The log of uses. It names nobody: a number stands in it as its blind index, a conversation by its opaque id."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class Access(Base):
    """All uses of one kind on one day: who, of whose data, what for; so the log grows with days, not with messages."""

    __tablename__ = "accesses"
    __table_args__ = (
        UniqueConstraint(
            "day", "phone_index", "conversation_id", "reader", "who", "use", "what", postgresql_nulls_not_distinct=True
        ),
        Index("ix_accesses_phone_index_day", "phone_index", "day"),
        Index("ix_accesses_conversation_id_day", "conversation_id", "day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: in China
    day: Mapped[date]
    #: of the number whose data were used, where one is known
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: in which, or of which, where there is one
    conversation_id: Mapped[str | None] = mapped_column(String(40))
    #: a word of care.accesses.rules.Reader
    reader: Mapped[str] = mapped_column(String(12))
    #: an agent's number, a partner's name (`billing`, `sms`); empty for the others
    who: Mapped[str] = mapped_column(String(64))
    #: a word of care.accesses.rules.Use
    use: Mapped[str] = mapped_column(String(12))
    #: which data, in a word: `balance`, `ticket`, `messages`, `evidence`, `copy`; never a value
    what: Mapped[str] = mapped_column(String(24))
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
