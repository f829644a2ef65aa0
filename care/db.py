"""The care database: one engine a process, sessions that commit once, and column types.

`care` functions take a `Session` and never commit; the edge wraps them in `transaction()` or `run()`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from sqlalchemy import DateTime, LargeBinary, MetaData, create_engine
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from care.crypto import keyring
from care.errors import Unavailable
from care.settings import settings

T = TypeVar("T")

# No statement of ours is long, and none may hold a conversation for long.
_SERVER_OPTIONS = "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}


class SealedType(TypeDecorator[Any]):
    """What is encrypted in its column; `context` names table and column and is authenticated with it."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().seal(self.encode(value), self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.decode(keyring().open(bytes(value), self.context))

    def encode(self, value: Any) -> bytes:
        raise NotImplementedError

    def decode(self, plain: bytes) -> Any:
        raise NotImplementedError


class Sealed(SealedType):
    """Text."""

    cache_ok = True

    def encode(self, value: str) -> bytes:
        return value.encode()

    def decode(self, plain: bytes) -> str:
        return plain.decode()


class SealedSecret(Sealed):
    """A secret of ours, which tells nothing of anybody."""

    cache_ok = True


class SealedBytes(SealedType):
    """Content that is no text."""

    cache_ok = True

    def encode(self, value: bytes) -> bytes:
        return value

    def decode(self, plain: bytes) -> bytes:
        return plain


class SealedJson(SealedType):
    """A JSON value."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        return json.loads(plain)


@lru_cache(maxsize=1)
def engine() -> Engine:
    return create_engine(
        settings().sqlalchemy_url,
        pool_size=settings().database_pool,
        max_overflow=0,
        pool_timeout=5,
        # A statement's values are what customers said: never in an error, never in a log.
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "options": _SERVER_OPTIONS},
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """One session, one commit; everything is undone when an exception passes."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def run(work: Callable[[Session], T]) -> T:
    """`work` in a transaction, tried once more when the connection was found dead (PostgreSQL restarted).

    `work` must be safe to repeat after a commit whose answer was lost; every writing use case of ours is, by its key.
    Raises Unavailable (reason `database`) when PostgreSQL does not answer.
    """
    for last in (False, True):
        try:
            with transaction() as session:
                return work(session)
        except TimeoutError as error:  # no free connection within pool_timeout
            raise Unavailable("database", "no free database connection; see QUANYI_DATABASE_POOL") from error
        except OperationalError as error:
            if last:
                raise Unavailable("database", "PostgreSQL does not answer") from error
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            if last:
                raise Unavailable("database", "PostgreSQL closed the connection") from error
    raise AssertionError("unreachable")


def utcnow() -> datetime:
    """The clock, read at the edges only; everything inside takes `now` as an argument."""
    return datetime.now(UTC)
