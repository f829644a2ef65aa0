"""Another plan: which one, what changes and what is lost, and the code that confirms it."""

from __future__ import annotations

import re

from actions.billing.answers import offers
from actions.billing.answers.offers import facts
from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.orders import needs_orders, offer_order
from actions.billing.spoken import choice, day, person, tell
from care.billing.catalogue import named_in, offers_on_sale
from care.billing.catalogue import offer as offer_of
from care.billing.choosing import wishes_in
from care.billing.offers import Offer
from care.billing.values import Month, OrderKind, OrderRequest, Plan
from care.plain import digits_of, plain
from care.timezone import CHINA
from care.wording import say

#: plans that are offered as buttons; all of them are one button further
_MOST = 6
_PRICE = re.compile(r"(?<![\d.])(\d{1,3})(?:\.0+)?(?:元|块|的?套餐)")


async def answer(asked: Asked) -> Events:
    needs_orders(asked.system)
    plan = await asked.system.plan(asked.phone)
    wanted, is_gone = _wanted(asked)
    if wanted is None:
        return _which(asked, plan, is_gone=is_gone)
    if plan.id == wanted.id and wishes_in(asked.question.words, wanted.name):
        return await offers.answer(asked)  # 「畅享59太贵，换个便宜的」: the plan that is named is the one to get rid of
    if plan.id == wanted.id or plan.next_name == wanted.name:
        key = "order_same_plan" if plan.id == wanted.id else "order_next_plan"
        tell(asked, [say(key, name=wanted.name)], [choice(asked, "offers"), choice(asked, "plan")])
        return []
    if plan.next_name is not None:
        tell(asked, [say("order_other_next_plan", name=plan.next_name)], [person()])
        return []
    if wanted.kind != "plan" or wanted.audience:
        key = "order_plan_papers" if wanted.audience else "order_plan_by_person"
        tell(asked, [say(key, name=wanted.name), facts(wanted, asked.now)], [person(), choice(asked, "offers")])
        return []
    if plan.contract is not None and plan.contract.until >= asked.now.astimezone(CHINA).date():
        return _refuse_contract(asked, plan)
    return await offer_order(asked, OrderRequest(OrderKind.CHANGE_PLAN, wanted.id), _shown(asked, plan, wanted))


def _wanted(asked: Asked) -> tuple[Offer | None, bool]:
    """The offer of the button or of the words; whether it is one that cannot be had now."""
    if item := asked.question.item:
        found = offer_of(item, asked.now)
        return found, found is None
    words = asked.question.words
    if found := named_in(words):
        is_on_sale = offer_of(found.id, asked.now) is not None
        return (found if is_on_sale else None), not is_on_sale
    if price := _PRICE.search(digits_of(plain(words))):
        of_price = [each for each in _plans(asked) if each.price == int(price[1])]
        return (of_price[0] if len(of_price) == 1 else None), False
    return None, False


def _plans(asked: Asked) -> list[Offer]:
    return [offer for offer in offers_on_sale(asked.now) if offer.kind == "plan"]


def _which(asked: Asked, plan: Plan, *, is_gone: bool) -> Events:
    others = [offer for offer in _plans(asked) if offer.id != plan.id and not offer.audience]
    now = say("order_plan_now", name=plan.name, price=yuan(plan.price))
    rows = [say("order_plan_row", name=each.name, price=yuan(each.price)) for each in others[:_MOST]]
    choices = [choice(asked, "change", item=each.id, title=each.name) for each in others[:_MOST]]
    tell(
        asked,
        [say("order_plan_gone") if is_gone else say("order_which_plan"), now, *rows],
        [*choices, choice(asked, "offers")],
    )
    return []


def _refuse_contract(asked: Asked, plan: Plan) -> Events:
    contract = plan.contract
    assert contract is not None  # looked at by the caller
    lines = [
        say("order_contract", name=contract.name, until=day(contract.until, asked.now)),
        say("order_contract_leaving", leaving=yuan(contract.leaving), rule=contract.leaving_rule),
    ]
    tell(asked, lines, [person(), choice(asked, "contract")])
    return []


def _shown(asked: Asked, plan: Plan, wanted: Offer) -> str:
    first = wanted.promotion.price if wanted.promotion else wanted.price  # what follows it is among the facts
    begins = Month.of(asked.now).plus(1).start.date()
    lost = [
        say("order_lost_promotion", name=each.name, saves=yuan(each.saves), until=day(each.until, asked.now))
        for each in plan.promotions
    ]
    if offer_of(plan.id, asked.now) is None:
        lost.append(say("order_lost_plan", name=plan.name))
    return "\n".join(
        [
            say("order_change_plan", name=wanted.name),
            say("order_plan_now", name=plan.name, price=yuan(plan.price)),
            say("order_plan_then", day=day(begins, asked.now), price=yuan(first)),
            facts(wanted, asked.now),
            *lost,
        ]
    )
