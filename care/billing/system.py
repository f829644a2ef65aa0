"""The operator's billing system, as 小益 needs it: a made-up operator for the demo, or the real one over TM Forum APIs.

`phone` is always normalised (`care.accounts.rules.normalise_phone`). Who may see what is decided before
(`care/billing/access.py`); an adapter answers for exactly the number that it is asked for.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from care.billing.values import (
    Arrears,
    Balance,
    Bill,
    Changed,
    Invoice,
    Leaving,
    Line,
    Month,
    OrderRequest,
    Placed,
    Plan,
    Roaming,
    Subscription,
    TopUp,
    Usage,
)
from care.errors import CareError
from care.settings import settings


class Part(StrEnum):
    """What a billing system can be asked for."""

    BALANCE = "balance"
    TOP_UPS = "top_ups"
    BILLS = "bills"
    USAGE = "usage"
    PLAN = "plan"
    SUBSCRIPTIONS = "subscriptions"
    ARREARS = "arrears"
    ROAMING = "roaming"
    LEAVING = "leaving"
    INVOICES = "invoices"
    ORDERS = "orders"
    CHANGES = "changes"


class NotOffered(CareError):
    """This operator's systems do not answer this at all: no use in trying again, a person can."""

    def __init__(self, part: Part) -> None:
        super().__init__("billing_not_offered", f"this billing system does not answer {part.value}")
        self.part = part


class BillingSystem(Protocol):
    """Every method raises Unavailable (reason `billing`) when the system does not answer or not within its time,
    InvalidInput (reason `line_unknown`) for a number that is not the operator's, and NotOffered.

    All together answer within 2 s or raise: an action has 3 s.
    """

    #: what it answers; NotOffered for the rest
    offers: frozenset[Part]

    async def line(self, phone: str) -> Line: ...

    async def balance(self, phone: str) -> Balance: ...

    async def top_ups(self, phone: str, since: datetime) -> list[TopUp]:
        """The newest first."""

    async def bill(self, phone: str, month: Month) -> Bill | None:
        """None: there is no bill of this month (the line is younger, or it is not billed yet).

        For the running month the charges so far, with `issued_at` None.
        """

    async def usage(self, phone: str) -> Usage:
        """Of the running month."""

    async def plan(self, phone: str) -> Plan: ...

    async def subscriptions(self, phone: str) -> list[Subscription]: ...

    async def arrears(self, phone: str) -> Arrears: ...

    async def roaming(self, phone: str) -> Roaming: ...

    async def leaving(self, phone: str) -> Leaving: ...

    async def invoices(self, phone: str, newest: int) -> list[Invoice]:
        """Of the last months, the newest first."""

    async def request_invoice(self, phone: str, month: Month, key: str) -> Invoice:
        """An electronic invoice in the holder's own name. The same `key` again gives the same invoice.

        Raises Conflict (reason `invoice_not_yet`).
        """

    async def place(self, phone: str, order: OrderRequest, key: str) -> Placed:
        """Do it. The same `key` again changes nothing and gives the first result.

        Raises Conflict: `order_not_possible` (a contract, an offer that is over), `order_done` (is so already).
        """

    async def changed_since(self, cursor: str | None, limit: int) -> list[Changed]:
        """Numbers whose state changed after the cursor, in that order, each once; None: from the beginning."""


@lru_cache(maxsize=1)
def billing() -> BillingSystem | None:
    """By the settings; None with `QUANYI_BILLING=off`. One a process: it keeps connections and the circuit breaker."""
    chosen = settings().billing
    if chosen == "demo":
        from care.billing.demo.adapter import DemoBilling

        return DemoBilling()
    if chosen == "tmf":
        from care.billing.tmf.adapter import TmfBilling

        return TmfBilling.from_settings(settings())
    return None
