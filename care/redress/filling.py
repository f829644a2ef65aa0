"""The worker's job that asks the billing system what redress is worked out from: what a line paid for broadband.

Nothing is asked while a transaction is open. Each is asked about once: what the system does not know, staff type. With
the system down, or off, they wait, and staff may type it all the same. Several workers may ask the same; one writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import anyio.to_thread
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.billing.system import BillingSystem, NotOffered
from care.billing.values import ItemKind, Month
from care.errors import InvalidInput, Unavailable
from care.logs import get_logger
from care.redress.rules import MOST_MONEY
from care.redress.service import fill, unfilled

T = TypeVar("T")

SECONDS = 2.0
_PAGE = 50

_log = get_logger("care.redress")


async def fill_due(system: BillingSystem, clock: Callable[[], datetime] = db.utcnow) -> int:
    """How many were filled or found to be unknown. Ends when the system does not answer; the next run begins anew."""
    done, after = 0, 0
    while page := await _in_database(lambda session: unfilled(session, after, _PAGE)):  # noqa: B023
        for id, line, filed_at, may_ask in page:
            after = id
            if not may_ask:
                continue
            try:
                async with asyncio.timeout(SECONDS):
                    fee = await _fee(system, line, filed_at)
            except (Unavailable, TimeoutError):
                _log.warning("redress_waits", redress_id=id)
                return done
            done += await _in_database(lambda session: _write(session, id, line, fee, clock()))  # noqa: B023
    return done


async def _fee(system: BillingSystem, line: str, filed_at: datetime) -> int | None:
    """Fen a month for broadband, by the bill of the month before the complaint; None where that tells nothing, or the
    number belongs to somebody else now. A mobile plan is no broadband: what it costs is not taken for it.

    Raises Unavailable.
    """
    month = Month.of(filed_at).plus(-1)
    try:
        if (await system.line(line)).holder_since > month.start:
            return None
        bill = await system.bill(line, month)
    except (InvalidInput, NotOffered):
        return None
    paid = sum((item.amount for item in bill.items if item.kind is ItemKind.BROADBAND), Decimal(0)) if bill else 0
    fen = int(paid * 100)
    return fen if 0 < fen <= MOST_MONEY else None


def _write(session: Session, id: int, line: str, fee: int | None, now: datetime) -> bool:
    filled = fill(session, id, fee, now)
    note_access(session, Reader.SYSTEM, Use.TICKET, "bill", now, phone=line)
    return filled


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
