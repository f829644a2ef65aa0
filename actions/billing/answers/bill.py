"""The bill of a month, item by item, the biggest first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.errors import no_bill
from actions.billing.money import measure, yuan
from actions.billing.spoken import Button, choice, day, month_name, number_of, tell
from care.billing.explanation import charged_twice
from care.billing.items import base_name, says_what_it_is, words_of
from care.billing.values import Bill, BillItem, ItemKind, Month
from care.timezone import CHINA
from care.wording import say

#: rows of a list that is read on a telephone; the rest is one row more
MOST_ROWS = 7
#: so many purchases of one kind are one row
_MANY = 3


async def answer(asked: Asked) -> Events:
    month = asked.question.month
    if month is not None:
        bill = await asked.system.bill(asked.phone, month)
        if bill is None:
            return await no_bill(asked, month)
        _say_bill(asked, bill)
        return []
    running = Month.of(asked.now)
    bill, before, so_far = await asyncio.gather(
        *(asked.system.bill(asked.phone, running.plus(-back)) for back in (1, 2, 0))
    )
    # In the first days of a month the last one may not be billed yet; a new number has the running one only.
    found = bill or before or so_far
    if found is None:
        return await no_bill(asked, running.plus(-1))
    _say_bill(asked, found, is_first=found is so_far)
    return []


def _say_bill(asked: Asked, bill: Bill, *, is_first: bool = False) -> None:
    name, total = month_name(bill.month, asked.now), yuan(bill.total)
    if bill.is_final:
        first = say("bill", phone=number_of(asked), month=name, total=total, paid=_paid(asked, bill))
    else:
        first = say("bill_first" if is_first else "bill_running", phone=number_of(asked), month=name, total=total)
    title = say("bill_title" if bill.is_final else "bill_title_running", month=name)
    rows = item_rows(bill.items)
    lines = [first, *(row.line for row in rows)] if rows else [first, say("bill_empty")]
    lines += [twice_line(items) for items in charged_twice(bill.items)]
    tell(asked, lines, _ways(asked, bill, is_first), figures(title, rows, Row(say("total"), total)) if rows else None)


def _paid(asked: Asked, bill: Bill) -> str:
    left = bill.total - bill.paid
    if left <= 0:
        return say("bill_paid")
    if bill.due is None:
        return say("bill_unpaid", amount=yuan(left))
    is_over = bill.due < asked.now.astimezone(CHINA).date()
    return say("bill_overdue" if is_over else "bill_open", amount=yuan(left), due=day(bill.due, asked.now))


def _ways(asked: Asked, bill: Bill, is_first: bool) -> list[Button]:
    before = bill.month.plus(-1)
    earlier = choice(asked, "bill", month=before, title=say("to_bill_of", month=month_name(before, asked.now)))
    why, wrong = choice(asked, "why", month=bill.month), choice(asked, "dispute", month=bill.month)
    if not bill.items:
        return [earlier]
    if is_first:
        return [choice(asked, "item", month=bill.month), wrong, choice(asked, "plan")]
    if not bill.is_final:
        return [choice(asked, "item", month=bill.month), wrong, earlier]
    if bill.paid < bill.total:
        return [why, wrong, choice(asked, "arrears"), earlier]
    return [why, wrong, choice(asked, "invoice", month=bill.month), earlier]


def item_rows(items: Sequence[BillItem]) -> list[Row]:
    """What is charged, the dearest first, then what is taken off; a long bill ends with one row for the rest."""
    told = sorted(_together(items), key=lambda each: _rank(each[1]))
    # The rest of one would be as long as itself.
    shown = told if len(told) <= MOST_ROWS + 1 else told[:MOST_ROWS]
    rows = [Row(label, yuan(amount)) for label, amount in shown]
    if rest := told[len(shown) :]:
        rows.append(Row(say("rest", count=str(len(rest))), yuan(sum((amount for _, amount in rest), Decimal("0.00")))))
    return rows


def _together(items: Sequence[BillItem]) -> list[tuple[str, Decimal]]:
    """Label and amount; many purchases of one kind, whose names differ in their brackets only, as one."""
    alike: dict[tuple[ItemKind, str], list[BillItem]] = {}
    for item in items:
        alike.setdefault((item.kind, base_name(item.name)), []).append(item)
    told = []
    for (_, name), same in alike.items():
        if len(same) >= _MANY and len({item.name for item in same}) == len(same):
            amount = sum((item.amount for item in same), Decimal("0.00"))
            told.append((say("item_many", name=name, count=str(len(same))), amount))
        else:
            told += [(label_of(item), item.amount) for item in same]
    return told


def _rank(amount: Decimal) -> tuple[bool, Decimal]:
    return amount < 0, -abs(amount)


def by_amount(items: Sequence[BillItem]) -> list[BillItem]:
    return sorted(items, key=lambda item: _rank(item.amount))


def label_of(item: BillItem) -> str:
    """Its name, with what was used or what it is where the name does not say so."""
    if item.quantity and item.unit and says_what_it_is(item) and not item.name.endswith("）"):
        return say("item_used", name=item.name, quantity=measure(item.quantity, item.unit))
    if says_what_it_is(item):
        return item.name
    return say("item_of_kind", name=item.name, kind=words_of(item.kind).name)


def twice_line(items: Sequence[BillItem]) -> str:
    return say("item_twice", name=items[0].name, times=str(len(items)))
