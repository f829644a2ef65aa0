"""What the made-up operator keeps. Plain text, because none of these people exists."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Identity, Index, MetaData, Numeric, Sequence, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "demo_operator"
#: of the tables and of what the generator makes of a seed; with another one the data is made anew
VERSION = 1


class DemoBase(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), Decimal: Numeric(12, 2)}


#: numbers of changes, given out under the writers' lock: a lower one is never committed after a higher one
changes = Sequence("changes", metadata=DemoBase.metadata)


class About(DemoBase):
    """One row: what everything else was made from."""

    __tablename__ = "about"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    seed: Mapped[int]
    #: the stories are told from here: "last month" is the month before it
    began_at: Mapped[datetime]


class DemoLine(DemoBase):
    """What orders and time change of a customer; the rest is made from the index (customers.py)."""

    __tablename__ = "lines"

    phone: Mapped[str] = mapped_column(String(11), primary_key=True)
    #: the customer's index, from which everything about them is made
    n: Mapped[int]
    voice_on: Mapped[bool]
    data_on: Mapped[bool]
    #: `2026-11`: the months before it are billed
    month: Mapped[str] = mapped_column(String(7))
    #: the last change (`changed_since`)
    change: Mapped[int] = mapped_column(BigInteger, unique=True)


class DemoPlan(DemoBase):
    """The plan from a day on; a day to come is an ordered change."""

    __tablename__ = "plans"

    phone: Mapped[str] = mapped_column(String(11), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(32))


class DemoSubscription(DemoBase):
    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    phone: Mapped[str] = mapped_column(String(11), index=True)
    #: key of care.billing.demo.goods.SERVICES
    service: Mapped[str] = mapped_column(String(32))
    since: Mapped[date]
    #: the first day on which it is off
    off_from: Mapped[date | None]
    #: the operator's mistake: months for which it is charged though it is off
    charged_until: Mapped[date | None]
    consent_at: Mapped[datetime | None]
    consent_method: Mapped[str | None] = mapped_column(String(16))
    consent_text: Mapped[str | None]


class DemoBill(DemoBase):
    """A month that is over."""

    __tablename__ = "bills"

    phone: Mapped[str] = mapped_column(String(11), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    #: care.billing.values.BillItem as JSON, amounts as text
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    total: Mapped[Decimal]
    paid: Mapped[Decimal]
    issued_at: Mapped[datetime]
    due: Mapped[date]
    invoice: Mapped[str | None] = mapped_column(String(20))
    invoiced_at: Mapped[datetime | None]


class DemoTopUp(DemoBase):
    """Also of days to come: what the customer will do this month is known to the one who made them up."""

    __tablename__ = "top_ups"
    __table_args__ = (Index("top_ups_phone_at", "phone", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    phone: Mapped[str] = mapped_column(String(11))
    at: Mapped[datetime]
    amount: Mapped[Decimal]
    channel: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(12))
    credited_at: Mapped[datetime | None]


class DemoOrder(DemoBase):
    __tablename__ = "orders"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    phone: Mapped[str] = mapped_column(String(11), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str | None] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(32))
    effective_on: Mapped[date]
    placed_at: Mapped[datetime]


class Due(DemoBase):
    """A change that comes with time: an allowance used up, a bill issued, a contract near its end."""

    __tablename__ = "due_changes"
    __table_args__ = (Index("due_changes_at", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone: Mapped[str] = mapped_column(String(11))
    at: Mapped[datetime]
