"""Electronic invoices: of which months, and one in the holder's own name at once. For a company's name a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import Button, choice, day_of, month_name, person, tell, ticket
from actions.turn import key_of
from care.billing.values import Invoice, InvoiceStatus, Month
from care.errors import Conflict
from care.plain import plain
from care.wording import say

_MONTHS = 12
#: months that are told of when none is named
_LISTED = 6
#: months that are offered as buttons
_OFFERED = 3
#: that are told with their numbers
_TOLD = 3

_COMPANY = re.compile("公司|单位|企业|抬头|税号|专票|专用|对公|个体户|工作室|报账")
#: 「10月的能开吗」「开了没」 asks, and orders nothing
_ONLY_ASKS = re.compile("[能可].{0,4}开|开(?:了|过|好|出).{0,2}[吗没么]|开.{0,3}不|有没有|哪些")


async def answer(asked: Asked) -> Events:
    words = plain(asked.question.words)
    if _COMPANY.search(words):
        tell(asked, [say("invoice_company")], [person(), ticket()])
        return []
    invoices = await asked.system.invoices(asked.phone, _MONTHS)
    month = asked.question.month
    if month is None:
        _say_months(asked, invoices[:_LISTED])
        return []
    found = next((each for each in invoices if each.month == month), None)
    if found is None or found.status is not InvoiceStatus.CAN_BE_ISSUED:
        tell(asked, [_not_now(asked, month, found)], [*_offered(asked, invoices), person()])
    elif _ONLY_ASKS.search(words):
        _say_months(asked, [found])
    else:
        await _request(asked, month, invoices)
    return []


async def _request(asked: Asked, month: Month, invoices: Sequence[Invoice]) -> None:
    key = key_of(asked.tracker, "action_billing_invoice")
    try:
        made = await asked.system.request_invoice(
            asked.phone, month, f"{key.conversation_id}:{key.message_id}:{key.action}"
        )
    except Conflict:  # became unpaid, or was issued, since it was looked up
        tell(asked, [say("invoice_not_yet", month=month_name(month, asked.now))], [person()])
        return
    done = "invoice_done" if made.number else "invoice_requested"
    first = say(done, month=month_name(month, asked.now), number=made.number or "", amount=yuan(made.amount))
    others = [each for each in invoices if each.month != month]
    tell(asked, [first], [*_offered(asked, others), person()])


def _not_now(asked: Asked, month: Month, found: Invoice | None) -> str:
    name = month_name(month, asked.now)
    if found is None:
        return say("invoice_month_unknown", month=name)
    if found.status is InvoiceStatus.NOT_YET:
        return say("invoice_not_yet", month=name)
    at = say("invoice_at", at=day_of(found.issued_at, asked.now)) if found.issued_at else ""
    return say("invoice_is_issued", month=name, number=found.number or "", amount=yuan(found.amount), at=at)


def _say_months(asked: Asked, invoices: Sequence[Invoice]) -> None:
    possible = [each for each in invoices if each.status is InvoiceStatus.CAN_BE_ISSUED]
    issued = [each for each in invoices if each.status is InvoiceStatus.ISSUED and each.number]
    lines = [
        say("invoice_issued_line", month=_name(asked, each), amount=yuan(each.amount), number=str(each.number))
        for each in issued[:_TOLD]
    ]
    if not possible:
        tell(asked, [say("invoice_none"), *lines], [choice(asked, "bill"), person()])
        return
    months = say("and").join(_name(asked, each) for each in possible)
    tell(asked, [say("invoice_months", months=months), *lines], [*_offered(asked, possible), person()])


def _offered(asked: Asked, invoices: Sequence[Invoice]) -> list[Button]:
    possible = [each for each in invoices if each.status is InvoiceStatus.CAN_BE_ISSUED]
    return [
        choice(asked, "invoice", month=each.month, title=say("to_invoice_of", month=_name(asked, each)))
        for each in possible[:_OFFERED]
    ]


def _name(asked: Asked, invoice: Invoice) -> str:
    return month_name(invoice.month, asked.now)
