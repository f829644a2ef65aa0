"""`quanyi keys …`: make a key, and seal everything again with the newest one."""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import Table, bindparam, select, type_coerce, update
from sqlalchemy.types import LargeBinary

import care.migrations.models  # noqa: F401
from care.crypto import key_id, keyring
from care.db import Base, Sealed, transaction

_BATCH = 500


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
            if isinstance(column.type, Sealed):
                done[f"{table.name}.{column.name}"] = _rotate_column(table, column.name, column.type.context)
    return done


def _rotate_column(table: Table, name: str, context: str) -> int:
    ring, changed, last = keyring(), 0, None
    (primary_key,) = table.primary_key.columns
    raw = type_coerce(table.c[name], LargeBinary)
    while True:
        with transaction() as session:
            query = (
                select(primary_key, raw)
                .where(table.c[name].is_not(None))
                .order_by(primary_key)
                .limit(_BATCH)
                .with_for_update()
            )
            rows = session.execute(query if last is None else query.where(primary_key > last)).all()
            old = [(key, bytes(sealed)) for key, sealed in rows if key_id(bytes(sealed)) != ring.primary]
            if old:
                session.execute(
                    update(table)
                    .where(primary_key == bindparam("row"))
                    .values({name: bindparam("value", type_=LargeBinary)}),
                    [{"row": key, "value": ring.seal(ring.open(sealed, context), context)} for key, sealed in old],
                )
        changed += len(old)
        if len(rows) < _BATCH:
            return changed
        last = rows[-1][0]
