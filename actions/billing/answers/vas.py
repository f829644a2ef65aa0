"""Which value-added services are on, what they cost together, and the ways to end them or to ask who ordered them."""

from __future__ import annotations

from decimal import Decimal

from actions.billing.answers.bill import MOST_ROWS
from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.money import yuan
from actions.billing.spoken import choice, day, number_of, person, tell
from care.billing.values import Subscription
from care.wording import say


async def answer(asked: Asked) -> Events:
    subscriptions = await asked.system.subscriptions(asked.phone)
    if not subscriptions:
        tell(asked, [say("vas_none", phone=number_of(asked))], [choice(asked, "item"), choice(asked, "bill"), person()])
        return []
    ordered = sorted(subscriptions, key=lambda each: (-each.price, each.name))
    total = yuan(_sum(ordered))
    count = len(ordered)
    first = say("vas_one", total=total) if count == 1 else say("vas_several", count=str(count), total=total)
    shown = ordered if count <= MOST_ROWS + 1 else ordered[:MOST_ROWS]
    rows = [_row(asked, each) for each in shown]
    if rest := ordered[len(shown) :]:
        rows.append(Row(say("rest", count=str(len(rest))), say("vas_price", price=yuan(_sum(rest)))))
    only = ordered[0].id if count == 1 else None
    off = [choice(asked, "unsubscribe", item=only)] if any(not each.is_ending for each in ordered) else []
    ways = [*off, choice(asked, "consent", item=only), person()]
    tell(asked, [first, *(row.line for row in rows)], ways, figures(say("vas_title"), rows))
    return []


def _sum(subscriptions: list[Subscription]) -> Decimal:
    return sum((each.price for each in subscriptions), Decimal("0.00"))


def _row(asked: Asked, each: Subscription) -> Row:
    since = day(each.since, asked.now)
    ending = say("vas_ending", ends=day(each.ends_on, asked.now)) if each.is_ending else ""
    return Row(say("vas_label", name=each.name, since=since, ending=ending), say("vas_price", price=yuan(each.price)))
