"""An operator with TM Forum's customer bill and usage consumption APIs, on a real port.

Its routes are the paths of the official definitions (tests/support/swagger.py), and what it is asked and what it
answers is checked against them: `violations` must stay empty. Without the definitions it has the paths that are used,
unchecked.
It is filled with values of a BillingSystem, and can be made to fail in every way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from care.billing.system import BillingSystem
from care.billing.values import AllowanceKind, Balance, Bill, BillItem, ItemKind, Month, Usage
from tests.support.serving import served
from tests.support.swagger import BILLS, CONSUMPTION, Swagger

Json = dict[str, Any]

KEY = "key-of-the-operator-of-the-tests"
_USED = {
    "/tmf-api/customerBillManagement/v4": [("GET", "/customerBill"), ("GET", "/appliedCustomerBillingRate")],
    "/tmf-api/usageConsumption/v4": [
        ("POST", "/usageConsumptionReportRequest"),
        ("GET", "/usageConsumptionReportRequest/{id}"),
        ("GET", "/usageConsumptionReport/{id}"),
    ],
}
_USAGE_TYPES = {AllowanceKind.DATA: "data", AllowanceKind.VOICE: "voice", AllowanceKind.SMS: "sms"}


@dataclass(frozen=True)
class Account:
    """Of one number. `bills`: the final ones; `running`: what the running month is charged so far."""

    phone: str
    bills: tuple[Bill, ...]
    running: Bill
    usage: Usage
    balance: Balance | None = None


async def account_of(system: BillingSystem, phone: str, now: datetime, months: int = 13) -> Account:
    """What another billing system knows of a number."""
    running = Month.of(now)
    bills = [await system.bill(phone, running.plus(-back)) for back in range(months, 0, -1)]
    so_far = await system.bill(phone, running)
    assert so_far is not None
    known = tuple(bill for bill in bills if bill is not None)
    return Account(phone, known, so_far, await system.usage(phone), await system.balance(phone))


@dataclass
class Operator:
    """Switches: `ahead` answers come first, one a request; then `always`, if set; then what is true.

    `change` is given a resource's name and each entry before it is answered, and may spoil it.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    ahead: list[Callable[[], Response]] = field(default_factory=list)
    always: Callable[[], Response] | None = None
    change: Callable[[str, Json], Json] | None = None
    #: seconds that each request takes
    takes: float = 0.0
    #: looks at a report request before it is done
    looks: int = 0
    #: entries given at once at most; whether the total is told
    page: int = 1000
    tells_total: bool = True
    #: gives everything, whatever is asked for
    ignores_filters: bool = False
    #: both APIs; `violations`: where we or it left the official definitions
    bills_url: str = ""
    usage_url: str = ""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    is_checked: bool = False
    _asked: dict[str, tuple[str, int]] = field(default_factory=dict)

    def asked(self, resource: str) -> int:
        return sum(path.startswith(f"/{resource}") for _, path, _ in self.requests)

    def resources(self, name: str) -> list[Json]:
        made = [each for account in self.accounts.values() for each in _RESOURCES[name](account)]
        return [self.change(name, each) for each in made] if self.change else made

    def reset(self) -> None:
        """As it was when it began to serve."""
        fresh = Operator(bills_url=self.bills_url, usage_url=self.usage_url, is_checked=self.is_checked)
        self.__dict__.update(fresh.__dict__)

    async def answer(self, request: Request, method: str, path: str, swagger: Swagger | None) -> Response:
        takes = self.takes
        response = await self._answer(request, method, path, swagger)
        await asyncio.sleep(takes)
        return response

    async def _answer(self, request: Request, method: str, path: str, swagger: Swagger | None) -> Response:
        query, body = dict(request.query_params), await request.body()
        self.requests.append((method, path.replace("{id}", request.path_params.get("id", "")), query))
        if self.ahead:
            return self.ahead.pop(0)()
        if self.always:
            return self.always()
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, path)
        if swagger is not None:
            self.violations += swagger.wrong_in_body(method, path, json.loads(body)) if body else []
            self.violations += swagger.wrong_in_query(method, path, query) if method == "GET" else []
        status, content, headers = self._content(method, path, request.path_params.get("id"), query, body)
        if swagger is not None and self.change is None:
            self.violations += swagger.wrong_in_answer(method, path, status, content)
        return JSONResponse(content, status, headers)

    def _content(
        self, method: str, path: str, id_: str | None, query: dict[str, str], body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        match method, path:
            case "GET", "/customerBill" | "/appliedCustomerBillingRate":
                return self._list(path[1:], query)
            case "POST", "/usageConsumptionReportRequest":
                number = f"request-{len(self._asked)}"
                self._asked[number] = (json.loads(body)["product"]["publicIdentifier"], self.looks)
                return 201, self._request(number), {}
            case "GET", "/usageConsumptionReportRequest/{id}" if id_ in self._asked:
                phone, looks = self._asked[id_]
                self._asked[id_] = (phone, looks - 1)
                return 200, self._request(id_), {}
            case "GET", "/usageConsumptionReport/{id}" if id_ in self._asked:
                phone, looks = self._asked[id_]
                of_phone = [self.accounts[phone]] if phone in self.accounts else []
                report = _report(id_, of_phone if not self.ignores_filters else list(self.accounts.values()))
                report = self.change("usageConsumptionReport", report) if self.change else report
                return 200, report, {}
        return 404, _problem(404, path), {}

    def _request(self, number: str) -> Json:
        is_done = self._asked[number][1] <= 0
        made: Json = {"id": number, "href": f"/usageConsumptionReportRequest/{number}"}
        made["status"] = "done" if is_done else "InProgress"
        if is_done:
            made["usageConsumptionReport"] = {"id": number, "href": f"/usageConsumptionReport/{number}"}
        return self.change("usageConsumptionReportRequest", made) if self.change else made

    def _list(self, name: str, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        filters = {key: value for key, value in query.items() if key not in {"fields", "offset", "limit"}}
        found = [
            each
            for each in self.resources(name)
            if self.ignores_filters or all(value in _values(each, key.split(".")) for key, value in filters.items())
        ]
        offset, limit = int(query.get("offset", "0")), int(query.get("limit", "1000"))
        page = found[offset : offset + min(limit, self.page)]
        if fields := query.get("fields"):
            kept = {"id", "href", *fields.split(",")}
            page = [{key: value for key, value in each.items() if key in kept} for each in page]
        counts = {"X-Total-Count": str(len(found)), "X-Result-Count": str(len(page))} if self.tells_total else {}
        return 200, page, counts


def status(code: int, **headers: str) -> Callable[[], Response]:
    """`status(429, retry_after="1")`"""
    return lambda: Response(
        status_code=code, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def body(content: bytes, **headers: str) -> Callable[[], Response]:
    """200 with whatever this is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: Response(content, media_type="application/json", headers=named)


def dripping() -> Response:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(600):
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(drops(), media_type="application/json")


@contextmanager
def operator() -> Iterator[Operator]:
    there = Operator()
    routes = []
    for base, file in zip(_USED, (BILLS, CONSUMPTION), strict=True):
        swagger = Swagger.read(file)
        there.is_checked = swagger is not None
        operations = swagger.operations() if swagger is not None else _USED[base]
        prefix = swagger.base if swagger is not None else base
        routes += [_route(there, prefix, method, path, swagger) for method, path in operations]
    with served(Starlette(routes=routes)) as address:
        there.bills_url, there.usage_url = (address + base for base in _USED)
        yield there


def _route(there: Operator, prefix: str, method: str, path: str, swagger: Swagger | None) -> Route:
    async def endpoint(request: Request) -> Response:
        return await there.answer(request, method, path, swagger)

    return Route(prefix + path, endpoint, methods=[method])


def _error(code: int, path: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(_problem(code, path), code, headers)


def _problem(code: int, path: str) -> Json:
    """The code is a text in TMF678 and a number in TMF677."""
    return {"code": code if path.startswith("/usage") else str(code), "reason": "made up"}


def _values(entry: Any, path: list[str]) -> set[str]:
    """What stands at `billingAccount.id`, as a query writes it."""
    if isinstance(entry, list):
        return set().union(*(_values(each, path) for each in entry))
    if not path:
        return {str(entry).lower() if isinstance(entry, bool) else str(entry)}
    return _values(entry[path[0]], path[1:]) if isinstance(entry, dict) and path[0] in entry else set()


def _bills(account: Account) -> list[Json]:
    return [_bill(account, bill) for bill in account.bills]


def _bill(account: Account, bill: Bill) -> Json:
    assert bill.issued_at is not None
    made: Json = {
        "id": _bill_id(account, bill),
        "href": f"/customerBill/{_bill_id(account, bill)}",
        "billDate": bill.issued_at.isoformat(),
        "category": "normal",
        "state": "settled" if bill.paid == bill.total else "partiallyPaid" if bill.paid else "sent",
        "billingPeriod": {"startDateTime": bill.month.start.isoformat(), "endDateTime": bill.month.end.isoformat()},
        "taxIncludedAmount": money(bill.total),
        "remainingAmount": money(bill.total - bill.paid),
        "billingAccount": {"id": account.phone},
        "relatedParty": [{"id": account.phone, "role": "user"}, {"id": "payer-7", "role": "payer", "name": "某人"}],
    }
    if bill.due is not None:
        made["paymentDueDate"] = f"{bill.due}T23:59:59+08:00"
    if account.balance is not None:
        made["financialAccount"] = {"id": f"account-{account.phone}", "accountBalance": _balances(account.balance)}
    return made


def _balances(balance: Balance) -> list[Json]:
    since = {"startDateTime": balance.as_of.isoformat()}
    own = balance.amount - balance.given
    kinds = {"deposit": max(own, Decimal(0)), "receivable": max(-own, Decimal(0)), "loyalty": balance.given}
    return [{"balanceType": f"{kind} balance", "amount": money(kinds[kind]), "validFor": since} for kind in kinds]


def _rates(account: Account) -> list[Json]:
    billed = [
        _rate(item) | {"isBilled": True, "bill": {"id": _bill_id(account, bill)}}
        for bill in account.bills
        for item in bill.items
    ]
    so_far = {
        "isBilled": False,
        "billingAccount": {"id": account.phone},
        "date": account.usage.as_of.isoformat(),
    }
    return billed + [_rate(item) | so_far for item in account.running.items]


def _rate(item: BillItem) -> Json:
    """The standard's amounts are above zero; its type says which way they go."""
    told: Json = {"itemKind": item.kind.value}
    if item.quantity is not None:
        told |= {"quantity": float(item.quantity), "unit": item.unit}
    made: Json = {
        "id": item.id,
        "name": item.name,
        "type": "appliedBillingCredit" if item.amount < 0 else "appliedBillingCharge",
        "taxIncludedAmount": money(abs(item.amount)),
        "characteristic": [{"name": name, "value": value} for name, value in told.items()],
    }
    if item.kind is ItemKind.LATE_FEE:
        made["type"] = "appliedPenaltyCharge"
    return made | ({"product": {"id": item.subject}} if item.subject else {})


def _report(number: str, accounts: list[Account]) -> Json:
    return {
        "id": number,
        "href": f"/usageConsumptionReport/{number}",
        "effectiveDate": accounts[0].usage.as_of.isoformat() if accounts else "2026-11-21T15:20:00+08:00",
        "bucket": [bucket for account in accounts for bucket in _buckets(account)],
    }


def _buckets(account: Account) -> list[Json]:
    return [
        {
            "id": each.id,
            "name": each.name,
            "usageType": _USAGE_TYPES[each.kind],
            "product": [{"publicIdentifier": account.phone}],
            "bucketCounter": [{"counterType": "used", "level": "global", "value": _quantity(each.used, each.unit)}],
            "bucketBalance": [
                ({"remainingValueName": "unlimited"} if each.total is None else {})
                | ({"remainingValue": _quantity(each.total - each.used, each.unit)} if each.total is not None else {})
                | {"validFor": {"endDateTime": each.resets_at.isoformat()}}
            ],
        }
        for each in account.usage.allowances
    ]


def _quantity(amount: Decimal, unit: str) -> Json:
    return {"amount": float(amount), "units": unit}


def money(amount: Decimal, unit: str = "CNY") -> Json:
    return {"unit": unit, "value": float(amount)}


def _bill_id(account: Account, bill: Bill) -> str:
    return f"bill-{account.phone}-{bill.month}"


_RESOURCES: dict[str, Callable[[Account], list[Json]]] = {"customerBill": _bills, "appliedCustomerBillingRate": _rates}
