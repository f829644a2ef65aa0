"""The demo operator in tests: its customers, and an operator that does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

from care import db
from care.billing.demo import seeding
from care.billing.demo.stories import phone_at, phone_of, story_of
from care.billing.demo.tables import SCHEMA, DemoBase

__all__ = ["DemoCustomer", "down", "forget_customers", "phone_of", "seed", "slow"]


@dataclass(frozen=True)
class DemoCustomer:
    phone: str
    story: str


def seed(now: datetime, customers: int = 12) -> list[DemoCustomer]:
    """The first customers of the demo operator, told from `now`. It must be the clock of whoever asks: actions read the
    real one (`seed(utcnow())`), `DemoBilling(clock=lambda: NOW)` a fixed one. Needs the `database` fixture."""
    db.run(lambda session: seeding.ensure(session, now, customers))
    return [DemoCustomer(phone_at(n), story_of(n)) for n in range(customers)]


def forget_customers(connection: Connection) -> None:
    """Empty the demo operator's tables, where a test filled them: one question in all other tests."""
    if connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.about')")) is not None:
        names = ", ".join(str(table) for table in DemoBase.metadata.sorted_tables)
        if connection.scalar(text(f"SELECT count(*) FROM {SCHEMA}.about")):
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))


@contextmanager
def down() -> Iterator[None]:
    """Every question is Unavailable at once."""
    _rename(SCHEMA, f"{SCHEMA}_away")
    try:
        yield
    finally:
        _rename(f"{SCHEMA}_away", SCHEMA)


@contextmanager
def slow() -> Iterator[None]:
    """No question is answered within its time."""
    with db.engine().connect() as connection:
        connection.execute(text(f"LOCK TABLE {SCHEMA}.lines IN ACCESS EXCLUSIVE MODE"))
        try:
            yield
        finally:
            connection.rollback()


def _rename(old: str, new: str) -> None:
    with db.engine().begin() as connection:
        connection.execute(text(f"ALTER SCHEMA {old} RENAME TO {new}"))
