"""What a line of a bill is for: the one that the customer names, or chooses."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from actions.billing.answers.bill import by_amount, twice_line
from actions.billing.asked import Asked, Events
from actions.billing.errors import no_bill
from actions.billing.money import measure, yuan
from actions.billing.spoken import Button, choice, day, if_known, month_name, person, short, tell
from care.billing.explanation import charged_twice
from care.billing.items import base_name, meant_items, names_charge, says_what_it_is, words_of
from care.billing.values import Bill, BillItem, ItemKind, Month, Subscription
from care.wording import say

#: months that are looked through when none is named
_MONTHS = 3
#: that are offered to choose from
_MOST = 8
_NAME = 14


async def answer(asked: Asked) -> Events:
    bills = await _bills(asked)
    if not bills:
        month = asked.question.month or Month.of(asked.now)
        if month != Month.of(asked.now):
            return await no_bill(asked, month)
        tell(asked, [say("item_no_bill")], [choice(asked, "balance"), person()])
        return []
    for bill in bills:
        for item in bill.items:
            if item.id == asked.question.item:
                return await _explain(asked, bill, item)
    words = asked.question.words
    for bill in bills:
        meant = meant_items(bill.items, words)
        if len({item.name for item in meant}) == 1:
            return await _explain(asked, bill, meant[0])
        if meant:
            return choose_item(asked, bill, "item", meant)
    if names_charge(words):
        months = say("and").join(month_name(bill.month, asked.now) for bill in bills)
        newest = choice(asked, "bill", month=bills[0].month)
        tell(asked, [say("item_on_no_bill", months=months)], [newest, choice(asked, "vas"), person()])
        return []
    return choose_item(asked, bills[0], "item")


async def _bills(asked: Asked) -> list[Bill]:
    """The newest final one first: what is not billed yet is asked about least. Without those that have no items."""
    running = Month.of(asked.now)
    named = asked.question.month
    months = [named] if named else [*(running.plus(-back) for back in range(1, _MONTHS)), running]
    found = await asyncio.gather(*(asked.system.bill(asked.phone, month) for month in months))
    return [bill for bill in found if bill is not None and bill.items]


def choose_item(asked: Asked, bill: Bill, topic: str, items: Sequence[BillItem] | None = None) -> Events:
    """Ask which line is meant, each as a button of `topic` (item | dispute): what is charged, the dearest first."""
    charged = by_amount([item for item in items or bill.items if item.amount > 0] or bill.items)
    # Of what stands there twice the second one: it is what somebody would dispute.
    offered = list({(item.name, item.amount): item for item in charged}.values())[:_MOST]
    question = "item_which_dispute" if topic == "dispute" else "item_which"
    kinds = Counter(base_name(item.name) for item in offered)
    choices = [
        choice(asked, topic, month=bill.month, item=item.id, title=_title(item, kinds[base_name(item.name)] > 1))
        for item in offered
    ]
    tell(asked, [say(question, month=month_name(bill.month, asked.now))], [*choices, person()])
    return []


def _title(item: BillItem, is_one_of_many: bool) -> str:
    """`is_one_of_many`: others have the same name but for what is in brackets."""
    told_apart = item.name.removeprefix(base_name(item.name)).strip("（）") if is_one_of_many else ""
    return say("item_choice", name=short(told_apart or item.name, _NAME), amount=yuan(item.amount))


async def _explain(asked: Asked, bill: Bill, item: BillItem) -> Events:
    kind = words_of(item.kind)
    is_plain = says_what_it_is(item)
    first = say("item" if is_plain else "item_is", name=item.name, kind=kind.name, means=kind.means)
    lines = [first, _charged(asked, bill, item)]
    service: Subscription | None = None
    if item.kind is ItemKind.VAS and item.subject is not None:
        subscriptions = await if_known(asked.system.subscriptions, asked.phone)
        service = next((each for each in subscriptions or () if each.id == item.subject), None)
        if subscriptions is not None:
            lines.append(_service(asked, service))
    lines += [twice_line(items) for items in charged_twice(bill.items) if item in items]
    tell(asked, lines, _ways(asked, bill, item, service))
    return []


def _charged(asked: Asked, bill: Bill, item: BillItem) -> str:
    month = month_name(bill.month, asked.now)
    if item.amount < 0:
        return say("item_given", month=month, amount=yuan(-item.amount))
    if item.quantity and item.unit:
        used = measure(item.quantity, item.unit)
        return say("item_charged_used", month=month, quantity=used, amount=yuan(item.amount))
    return say("item_charged", month=month, amount=yuan(item.amount))


def _service(asked: Asked, service: Subscription | None) -> str:
    if service is None:
        return say("item_service_gone")
    if service.is_ending:
        return say("item_service_ending", provider=service.provider, ends=day(service.ends_on, asked.now))
    since = day(service.since, asked.now)
    return say("item_service", provider=service.provider, since=since, price=yuan(service.price))


def _ways(asked: Asked, bill: Bill, item: BillItem, service: Subscription | None) -> list[Button]:
    wrong = choice(asked, "dispute", month=bill.month, item=item.id, title=say("to_dispute_this"))
    if service is not None:
        ended = [] if service.is_ending else [choice(asked, "unsubscribe", item=service.id)]
        return [choice(asked, "consent", item=service.id), *ended, wrong]
    return [wrong, choice(asked, "bill", month=bill.month), choice(asked, "why", month=bill.month)]
