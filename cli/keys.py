"""`quanyi keys …`: make a key, and seal everything again with the newest one."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.types import LargeBinary

import care.migrations.models  # noqa: F401
from care.crypto import HEAD_BYTES, key_id, keyring
from care.db import Base, SealedType, run
from care.errors import Unavailable
from care.privacy.tracker import RasaTracker
from care.settings import settings
from cli.errors import Stop

#: `table.column`, and how many of its values were sealed again so far
Tell = Callable[[str, int], None]

#: rows whose keys are looked at together
_BATCH = 500
#: bytes that are opened and sealed in one transaction: 500 messages, or one photo
_PORTION = 4 * 1024 * 1024
#: seconds between two lines of progress
_SAID_EVERY = 2.0
_TRACKER = "bot_turns.data (Rasa)"


def new_key() -> str:
    """A part of `QUANYI_KEYS` or `QUANYI_TRACKER_KEYS`: an id of its own, 32 random bytes."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def rotate_all(say: Callable[[str], None]) -> None:
    """Both databases. Raises Stop when Rasa's was not done, and says what to do."""
    progress = _Progress(say)
    for column, count in rotate(progress.tell).items():
        say(f"{column}: {count}")
    try:
        count = asyncio.run(_rotate_tracker(progress.tell))
    except Unavailable as reason:
        raise Stop(
            f"The care database is done. Rasa's database was NOT done ({reason}; its log may say more). "
            "Keep the old key in QUANYI_TRACKER_KEYS; start Rasa with both keys, and run `quanyi keys rotate` again."
        ) from reason
    say(f"{_TRACKER}: {count}")


def rotate(tell: Tell = lambda column, done: None) -> dict[str, int]:
    """Seal with the first key of `QUANYI_KEYS` what older keys sealed. Can be stopped and run again at any time.

    Returns how many values were sealed again, by `table.column`.
    """
    done: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedType):
                done[f"{table.name}.{column.name}"] = _rotate_column(table, column.name, column.type.context, tell)
    return done


async def _rotate_tracker(tell: Tell) -> int:
    """Rasa seals again what is Rasa's: nobody else has its keys."""
    tracker = RasaTracker(settings().rasa_url, settings().gateway_secret.get_secret_value())
    try:
        return await tracker.reseal(_BATCH, lambda done: tell(_TRACKER, done))
    finally:
        await tracker.aclose()


class _Progress:
    """A line every few seconds, for what takes long."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._said = say, time.monotonic()

    def tell(self, column: str, done: int) -> None:
        if time.monotonic() - self._said >= _SAID_EVERY:
            self._say(f"{column}: {done} …")
            self._said = time.monotonic()


def _rotate_column(table: Table, name: str, context: str, tell: Tell) -> int:
    ring, changed, last = keyring(), 0, None
    (primary_key,) = table.primary_key.columns
    raw = type_coerce(table.c[name], LargeBinary)
    # Which key sealed a value stands at its beginning: PostgreSQL reads no more of a large one than that.
    # Rows without a value count as well: where most have none, looking for 500 that have one would take too long.
    heads = (
        select(primary_key, func.substr(raw, 1, HEAD_BYTES, type_=LargeBinary), func.octet_length(raw))
        .order_by(primary_key)
        .limit(_BATCH)
    )
    while True:
        page = heads if last is None else heads.where(primary_key > last)
        rows = run(partial(_rows, page))
        old = [(key, size) for key, head, size in rows if head is not None and key_id(bytes(head)) != ring.primary]
        for keys in _portions(old):
            changed += run(partial(_seal_again, table, name, context, keys))
            tell(f"{table.name}.{name}", changed)
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


def _rows(statement: Select[Any], session: Session) -> Sequence[Any]:
    return session.execute(statement).all()


def _seal_again(table: Table, name: str, context: str, keys: Sequence[Any], session: Session) -> int:
    """Returns how many there were: what was changed or deleted meanwhile is left alone."""
    ring = keyring()
    (primary_key,) = table.primary_key.columns
    raw = type_coerce(table.c[name], LargeBinary)
    held = select(primary_key, raw).where(primary_key.in_(keys), table.c[name].is_not(None))
    # In one order, as everything that holds several rows: two that wait for each other would both fail.
    rows = session.execute(held.order_by(primary_key).with_for_update()).all()
    old = [(key, bytes(sealed)) for key, sealed in rows if key_id(bytes(sealed)) != ring.primary]
    if old:
        session.execute(
            update(table).where(primary_key == bindparam("row")).values({name: bindparam("value", type_=LargeBinary)}),
            [{"row": key, "value": ring.seal(ring.open(sealed, context), context)} for key, sealed in old],
        )
    return len(old)
