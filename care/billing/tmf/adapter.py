"""The operator's own systems as a `BillingSystem`. What the two APIs cannot tell is NotOffered.

How a telephone number is found in them, and what else is asked of them: docs/operate/billing.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from prometheus_client import Counter

from care.billing.system import NotOffered, Part
from care.billing.tmf import consumption, mapping
from care.billing.tmf.client import Api, NotThere
from care.billing.tmf.mapping import CustomerBill, Holder
from care.billing.tmf.reading import Record, Unusable, refused
from care.billing.values import (
    Arrears,
    Balance,
    Bill,
    BillItem,
    Changed,
    Invoice,
    Leaving,
    Line,
    LineStatus,
    Month,
    OrderRequest,
    Placed,
    Plan,
    Roaming,
    Subscription,
    TopUp,
    Usage,
)
from care.db import utcnow
from care.errors import InvalidInput, Unavailable
from care.logs import get_logger
from care.settings import Settings
from care.timezone import CHINA

#: seconds for one question, however many calls it takes; BillingSystem promises 2
_SECONDS = 1.8
#: seconds between two looks whether a report is ready; it doubles
_LOOK = 0.05

_ZERO = Decimal("0.00")

_log = get_logger("care.billing.tmf")
_unusable = Counter("quanyi_billing_unusable_total", "Answers of the billing system that cannot be used", ["question"])


class TmfBilling:
    offers = frozenset({Part.BALANCE, Part.BILLS, Part.USAGE, Part.ARREARS})

    def __init__(
        self,
        bills: Api,
        consumption: Api,
        holder: Holder = "billingAccount.id",
        clock: Callable[[], datetime] = utcnow,
        seconds: float = _SECONDS,
    ) -> None:
        self._bills_api = bills
        self._usage_api = consumption
        self._holder: Holder = holder
        self._clock = clock
        self._seconds = seconds

    @classmethod
    def from_settings(cls, chosen: Settings) -> TmfBilling:
        key = chosen.tmf_key.get_secret_value()
        return cls(Api("tmf678", chosen.tmf678_url, key), Api("tmf677", chosen.tmf677_url, key), chosen.tmf678_holder)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._bills_api.close()
        await self._usage_api.close()

    async def line(self, phone: str) -> Line:
        """`holder_since` is when the oldest bill begins: bills are asked for of the present holder only.

        The APIs do not tell whether the line is suspended, nor how it is paid: it is told as active and postpaid.
        """
        with self._question("line") as until:
            bills = await self._bills(phone, until)
            since = bills[0].since if bills else Month.of(self._clock()).start
            return Line(phone, LineStatus.ACTIVE, since, is_prepaid=False)

    async def balance(self, phone: str) -> Balance:
        with self._question("balance") as until:
            bills = await self._bills(phone, until)
            newest = bills[-1] if bills else None
            if newest is None or newest.balance is None:
                raise NotOffered(Part.BALANCE)
            unbilled = await self._unbilled(phone, bills, until)
            amount, given, as_of = newest.balance
            return Balance(amount, given, _sum(unbilled), as_of)

    async def bill(self, phone: str, month: Month) -> Bill | None:
        with self._question("bill") as until:
            bills = await self._bills(phone, until)
            parts = [bill for bill in bills if bill.month == month]
            if parts:
                return await self._final(month, parts, until)
            if month != Month.of(self._clock()):
                return None
            items = await self._unbilled(phone, bills, until)
            return Bill(month, tuple(items), paid=_ZERO, issued_at=None, due=None)

    async def usage(self, phone: str) -> Usage:
        with self._question("usage") as until:
            report, unbilled = await _together(self._report(phone, until), self._charged(phone, until))
            if report is None or not consumption.knows(report, phone):
                raise _unknown_line()
            return consumption.usage(report, phone, unbilled)

    async def arrears(self, phone: str) -> Arrears:
        """As far as bills tell: whether the line was suspended for them, and is back, they do not."""
        with self._question("arrears") as until:
            today = self._clock().astimezone(CHINA).date()
            bills = await self._bills(phone, until)
            owed = [bill for bill in bills if bill.remaining and bill.due is not None and bill.due < today]
            finals = await _together(*(self._final(bill.month, [bill], until) for bill in owed))
            late = [min(mapping.late_fees(final), bill.remaining) for bill, final in zip(owed, finals, strict=True)]
            return Arrears(
                amount=sum((bill.remaining for bill in owed), _ZERO),
                late_fee=sum(late, _ZERO),
                since=min((bill.due for bill in owed if bill.due), default=None),
                months=tuple(sorted({bill.month for bill in owed})),
                suspended_at=None,
                paid_at=None,
            )

    async def top_ups(self, phone: str, since: datetime) -> list[TopUp]:
        raise NotOffered(Part.TOP_UPS)

    async def plan(self, phone: str) -> Plan:
        raise NotOffered(Part.PLAN)

    async def subscriptions(self, phone: str) -> list[Subscription]:
        raise NotOffered(Part.SUBSCRIPTIONS)

    async def roaming(self, phone: str) -> Roaming:
        raise NotOffered(Part.ROAMING)

    async def leaving(self, phone: str) -> Leaving:
        raise NotOffered(Part.LEAVING)

    async def invoices(self, phone: str, newest: int) -> list[Invoice]:
        raise NotOffered(Part.INVOICES)

    async def request_invoice(self, phone: str, month: Month, key: str) -> Invoice:
        raise NotOffered(Part.INVOICES)

    async def place(self, phone: str, order: OrderRequest, key: str) -> Placed:
        raise NotOffered(Part.ORDERS)

    async def changed_since(self, cursor: str | None, limit: int) -> list[Changed]:
        raise NotOffered(Part.CHANGES)

    @contextmanager
    def _question(self, name: str) -> Iterator[float]:
        """The moment until which it must be answered."""
        try:
            yield asyncio.get_running_loop().time() + self._seconds
        except Unusable as error:
            _unusable.labels(name).inc()
            _log.error("billing_answer_unusable", question=name, why=str(error))
            raise

    async def _bills(self, phone: str, until: float) -> list[CustomerBill]:
        """The oldest first. Raises InvalidInput (`line_unknown`) where nothing at all is known of the number."""
        bills = await self._list_bills(phone, until)
        if not bills:
            report = await self._report(phone, until)
            if report is None or not consumption.knows(report, phone):
                raise _unknown_line()
        return bills

    async def _list_bills(self, phone: str, until: float) -> list[CustomerBill]:
        fields = mapping.BILL_FIELDS + (",relatedParty" if self._holder == "relatedParty.id" else "")
        found = await self._bills_api.all("/customerBill", {self._holder: phone, "fields": fields}, until)
        return mapping.customer_bills(found, self._holder, phone)

    async def _final(self, month: Month, parts: list[CustomerBill], until: float) -> Bill:
        rates = await _together(*(self._rates({"bill.id": part.id}, until) for part in parts))
        return mapping.final_bill(month, zip(parts, rates, strict=True))

    async def _charged(self, phone: str, until: float) -> list[BillItem]:
        """So far in the running month."""
        if self._holder == "billingAccount.id":
            return await self._unbilled(phone, [], until)
        return await self._unbilled(phone, await self._list_bills(phone, until), until)

    async def _unbilled(self, phone: str, bills: list[CustomerBill], until: float) -> list[BillItem]:
        """Empty for a number whose billing account is not known before its first bill."""
        accounts = [bill.account for bill in bills if bill.account is not None]
        account = phone if self._holder == "billingAccount.id" else next(reversed(accounts), None)
        if account is None:
            return []
        rates = await self._rates({"billingAccount.id": account, "isBilled": "false"}, until)
        return mapping.unbilled_items(rates, account, Month.of(self._clock()))

    async def _rates(self, filters: dict[str, str], until: float) -> list[Any]:
        return await self._bills_api.all("/appliedCustomerBillingRate", filters, until)

    async def _report(self, phone: str, until: float) -> Any | None:
        """A new usage consumption report; None where the number is not known."""
        product = {"id": phone, "href": f"tel:+86{phone}", "publicIdentifier": phone}
        try:
            asked = await self._usage_api.post("/usageConsumptionReportRequest", {"product": product}, until)
        except NotThere:
            return None
        pause = _LOOK
        while True:
            request = Record.of(asked, "usageConsumptionReportRequest")
            status = request.text("status").lower()
            if status == "done":
                report = request.child("usageConsumptionReport").text("id")
                return await self._usage_api.get(f"/usageConsumptionReport/{quote(report, safe='')}", until)
            if status != "inprogress":
                raise refused(request.at("status"), "is neither InProgress nor done")
            if asyncio.get_running_loop().time() + pause >= until:
                raise Unavailable("billing", "tmf677 did not finish its report in time")
            await asyncio.sleep(pause)
            pause *= 2
            asked = await self._usage_api.get(
                f"/usageConsumptionReportRequest/{quote(request.text('id'), safe='')}", until
            )


async def _together(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """All at once; when one fails the others are given up."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _sum(items: list[BillItem]) -> Decimal:
    return sum((item.amount for item in items), _ZERO)


def _unknown_line() -> InvalidInput:
    return InvalidInput("line_unknown", "the billing system knows no such number")
