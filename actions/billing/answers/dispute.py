"""From a line of a bill, or a service that nobody ordered, to the complaint form with it already in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rasa_sdk.events import FollowupAction
from sqlalchemy.orm import Session

from actions.billing.answers.bill import by_amount
from actions.billing.answers.item import choose_item
from actions.billing.asked import Asked, Events
from actions.billing.errors import no_bill
from actions.billing.money import yuan
from actions.billing.spoken import choice, month_name, person, tell
from actions.complaints import FORM
from actions.complaints.complaint import prefilled
from actions.standing import about
from actions.turn import in_database, key_of
from care.billing.disputes import Reason, begin_dispute, category_of, open_dispute_of
from care.billing.items import base_name, meant_items
from care.billing.values import Bill, BillItem, ItemKind, Month
from care.wording import buttons, say

#: before the id of one of several that are disputed together
_ALL = "all:"
#: purchases of one kind that are one choice
_MANY = 3
#: others that are offered beside them
_MOST = 6


async def answer(asked: Asked) -> Events:
    """Name and amount come from the billing system, never from the button."""
    question = asked.question
    if (
        question.item
        and question.month is None
        and (events := await _of_subscription(asked, question.item)) is not None
    ):
        return events
    month = question.month or Month.of(asked.now).plus(-1)
    bill = await asked.system.bill(asked.phone, month)
    if bill is None:
        return await no_bill(asked, month)
    meant = _meant(asked, bill)
    if not meant or len({_thing(item) for item in meant}) > 1:
        return _choose(asked, bill, meant or bill.items)
    first, amount = meant[0], sum((item.amount for item in meant), Decimal("0.00"))
    if len(meant) == 1:
        return await open_dispute(asked, first.id, first.name, amount, month=month, kind=first.kind)
    name = say("item_many", name=base_name(first.name), count=str(len(meant)))
    return await open_dispute(asked, f"{_ALL}{first.id}", name, amount, month=month, kind=first.kind)


async def _of_subscription(asked: Asked, id: str) -> Events | None:
    service = next((each for each in await asked.system.subscriptions(asked.phone) if each.id == id), None)
    if service is None:
        return None
    reason = Reason.ITEM if service.consent else Reason.NO_CONSENT
    return await open_dispute(asked, id, service.name, service.price, reason, since=service.since)


def _meant(asked: Asked, bill: Bill) -> list[BillItem]:
    """The item of the button, or all of its kind; else those that the words name."""
    if (id := asked.question.item) is None:
        return meant_items(bill.items, asked.question.words)
    found = [item for item in bill.items if item.id == id.removeprefix(_ALL)]
    if not id.startswith(_ALL):
        return found
    return [item for item in bill.items if _thing(item) in {_thing(each) for each in found}]


def _thing(item: BillItem) -> tuple[ItemKind, str]:
    return item.kind, base_name(item.name)


def _choose(asked: Asked, bill: Bill, items: Sequence[BillItem]) -> Events:
    """Which one; many purchases of one kind are one choice."""
    things = [_thing(item) for item in items]
    many = {_thing(item): item for item in reversed(items) if things.count(_thing(item)) >= _MANY}
    if not many:
        return choose_item(asked, bill, "dispute", items)
    choices = [
        choice(asked, "dispute", month=bill.month, item=f"{_ALL}{first.id}", title=say("dispute_all", name=thing[1]))
        for thing, first in many.items()
    ]
    others = [item for item in by_amount(items) if _thing(item) not in many and item.amount > 0]
    choices += [choice(asked, "dispute", month=bill.month, item=each.id, title=each.name) for each in others[:_MOST]]
    tell(asked, [say("item_which_dispute", month=month_name(bill.month, asked.now))], [*choices, person()])
    return []


async def open_dispute(
    asked: Asked,
    subject: str,
    name: str,
    amount: Decimal,
    reason: str = Reason.ITEM,
    month: Month | None = None,
    kind: ItemKind = ItemKind.VAS,
    since: date | None = None,
) -> Events:
    """Open the complaint form with the dispute in it; it asks only for what is missing.

    `month`: of the bill; None for a subscription, whose `amount` is a month's price. `reason`: a word of Reason;
    without evidence of an order the money is asked back. What is complained about and open is not opened twice.
    """
    conversation, key = asked.tracker.sender_id, key_of(asked.tracker, "begin_dispute")

    def begin(session: Session) -> str | int:
        number = open_dispute_of(session, asked.phone, month, subject)
        return number or begin_dispute(
            session, conversation, asked.phone, subject, name, amount, month, reason, key, asked.now
        )

    begun = await in_database(begin)
    if isinstance(begun, str):
        choices = [*about(buttons("dispute_open"), begun), person()]
        tell(asked, [say("dispute_open", name=name, number=begun)], choices)
        return []
    what = say("dispute_of_bill", month=month_name(month, asked.now)) if month else say("dispute_of_service")
    asked.dispatcher.utter_message(response="utter_dispute_begin", what=what, name=name, amount=yuan(amount))
    is_unproved = reason == Reason.NO_CONSENT
    return [
        *prefilled(
            dispute=str(begun),
            category=category_of(kind),
            description=_story(name, amount, month, is_unproved),
            line=asked.phone,
            callable=True,
            since=_since(month, since),
            wish=say("dispute_wish_refund") if is_unproved else None,
        ),
        FollowupAction(FORM),
    ]


def _story(name: str, amount: Decimal, month: Month | None, is_unproved: bool) -> str:
    if month is None:
        key = "dispute_story_unproved" if is_unproved else "dispute_story_service"
        return say(key, name=name, amount=yuan(amount))
    return say("dispute_story", year=str(month.year), month=str(month.number), name=name, amount=yuan(amount))


def _since(month: Month | None, since: date | None) -> str | None:
    if month is not None:
        return say("dispute_month", year=str(month.year), month=str(month.number))
    return say("order_day", year=str(since.year), month=str(since.month), day=str(since.day)) if since else None
