"""Placing confirmed orders at the billing system. At least once under the same key, so the system does it once.

Whoever confirmed an order tries at once (actions/billing/order_form.py); the worker tries again what was not placed,
also after somebody was killed between the system's answer and our note of it. No connection and no lock is held while
the system is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import anyio.to_thread
from prometheus_client import Counter
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.billing import orders
from care.billing.order_rules import purpose_of
from care.billing.orders import DueOrder
from care.billing.system import BillingSystem, NotOffered
from care.billing.values import Placed
from care.errors import Conflict, InvalidInput, Unavailable
from care.logs import get_logger

T = TypeVar("T")

#: an action has 3 s, for the code, this and the note of it
SECONDS = 2.0
_TAKEN_AT_ONCE = 10
_EXPIRED_AT_ONCE = 200

_log = get_logger("care.billing.placing")
_orders = Counter("quanyi_orders_total", "Tries of placing confirmed orders, by outcome", ["outcome"])
for _outcome in ("placed", "refused", "failed", "given_up"):
    _orders.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


@dataclass(frozen=True)
class Outcome:
    """One of the three: placed, refused for a reason, or neither, so that it is tried again."""

    placed: Placed | None = None
    #: order_not_possible | order_done | line_unknown | billing_not_offered | given_up
    refused: str | None = None


async def place(
    system: BillingSystem, order: DueOrder, clock: Callable[[], datetime] = db.utcnow, *, by_sms: bool
) -> Outcome:
    """Ask the system, and write down what it answered. `by_sms`: a refusal is told by SMS, nobody says it here."""
    await _in_database(lambda s: _note_use(s, order, clock()))
    try:
        async with asyncio.timeout(SECONDS):
            placed = await system.place(order.phone, order.request, purpose_of(order.id))
    except (Unavailable, TimeoutError) as error:
        why = error.reason if isinstance(error, Unavailable) else "slow"
        given_up = await _in_database(lambda s: orders.mark_failed(s, order.id, why, clock()))
        _orders.labels("given_up" if given_up else "failed").inc()
        (_log.error if given_up else _log.warning)(
            "order_given_up" if given_up else "order_failed", order_id=order.id, attempt=order.attempt, why=why
        )
        return Outcome(refused=orders.GIVEN_UP) if given_up else Outcome()
    except (Conflict, NotOffered, InvalidInput) as error:
        reason = error.reason
        await _in_database(lambda s: orders.mark_refused(s, order.id, reason, clock(), by_sms=by_sms))
        _orders.labels("refused").inc()
        _log.info("order_refused", order_id=order.id, reason=reason)
        return Outcome(refused=reason)
    await _in_database(lambda s: orders.mark_placed(s, order.id, placed, clock()))
    _orders.labels("placed").inc()
    _log.info("order_placed", order_id=order.id, attempt=order.attempt)
    return Outcome(placed=placed)


async def place_due(system: BillingSystem, clock: Callable[[], datetime] = db.utcnow) -> None:
    """Try what is due. A run ends when the system failed; the next one begins within five seconds."""
    while due := await _in_database(lambda s: orders.next_due(s, clock(), _TAKEN_AT_ONCE)):
        tries = (place(system, order, clock, by_sms=True) for order in due)
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        for broken in (outcome for outcome in outcomes if isinstance(outcome, BaseException)):
            raise broken  # our database is away; only now, so that no try is cut off
        if Outcome() in outcomes:
            break


async def expire_due(clock: Callable[[], datetime] = db.utcnow) -> None:
    """End what was shown and never confirmed."""
    while await _in_database(lambda s: orders.expire_orders(s, clock(), _EXPIRED_AT_ONCE)) == _EXPIRED_AT_ONCE:
        pass


def _note_use(session: Session, order: DueOrder, now: datetime) -> None:
    note_access(session, Reader.PARTNER, Use.ORDER, "order", now, phone=order.phone, who="billing")


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
