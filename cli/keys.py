"""`quanyi keys …`: make a key, and seal everything again with the newest one."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, select, type_coerce, update
from sqlalchemy.types import LargeBinary

import care.migrations.models  # noqa: F401
from care.crypto import HEAD_BYTES, key_id, keyring
from care.db import Base, SealedType, transaction

#: rows whose keys are looked at together
_BATCH = 500
#: bytes that are opened and sealed in one transaction: 500 messages, or one photo
_PORTION = 4 * 1024 * 1024


def new_key() -> str:
    """A part of `QUANYI_KEYS` or `QUANYI_TRACKER_KEYS`: an id of its own, 32 random bytes."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def rotate() -> dict[str, int]:
    """Seal with the first key of `QUANYI_KEYS` what older keys sealed. Can be stopped and run again at any time.

    Returns how many values were sealed again, by `table.column`.
    """
    done: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedType):
                done[f"{table.name}.{column.name}"] = _rotate_column(table, column.name, column.type.context)
    return done


def _rotate_column(table: Table, name: str, context: str) -> int:
    ring, changed, last = keyring(), 0, None
    (primary_key,) = table.primary_key.columns
    raw = type_coerce(table.c[name], LargeBinary)
    # Which key sealed a value stands at its beginning: PostgreSQL reads no more of a large one than that.
    heads = (
        select(primary_key, func.substr(raw, 1, HEAD_BYTES, type_=LargeBinary), func.octet_length(raw))
        .where(table.c[name].is_not(None))
        .order_by(primary_key)
        .limit(_BATCH)
    )
    while True:
        with transaction() as session:
            rows = session.execute(heads if last is None else heads.where(primary_key > last)).all()
        old = [(key, size) for key, head, size in rows if key_id(bytes(head)) != ring.primary]
        for keys in _portions(old):
            changed += _seal_again(table, name, context, keys)
        if len(rows) < _BATCH:
            return changed
        last = rows[-1][0]


def _portions(values: Iterable[tuple[Any, int]]) -> Iterator[list[Any]]:
    """The keys of values, as many at a time as make up _PORTION bytes, and at least one."""
    portion: list[Any] = []
    taken = 0
    for key, size in values:
        if portion and taken + size > _PORTION:
            yield portion
            portion, taken = [], 0
        portion.append(key)
        taken += size
    if portion:
        yield portion


def _seal_again(table: Table, name: str, context: str, keys: Sequence[Any]) -> int:
    """Returns how many there were: what was changed or deleted meanwhile is left alone."""
    ring = keyring()
    (primary_key,) = table.primary_key.columns
    raw = type_coerce(table.c[name], LargeBinary)
    with transaction() as session:
        rows = session.execute(
            select(primary_key, raw).where(primary_key.in_(keys), table.c[name].is_not(None)).with_for_update()
        ).all()
        old = [(key, bytes(sealed)) for key, sealed in rows if key_id(bytes(sealed)) != ring.primary]
        if old:
            session.execute(
                update(table)
                .where(primary_key == bindparam("row"))
                .values({name: bindparam("value", type_=LargeBinary)}),
                [{"row": key, "value": ring.seal(ring.open(sealed, context), context)} for key, sealed in old],
            )
    return len(old)
