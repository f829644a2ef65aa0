"""The plan: its price, what it contains as far as that is known, promotions, contract, and what comes next."""

from __future__ import annotations

import asyncio

from actions.billing.asked import Asked, Events
from actions.billing.money import measure, yuan
from actions.billing.spoken import choice, day, if_known, number_of, tell
from care.billing.values import Allowance, Month, Plan, Usage
from care.wording import say

_MOST_PROMOTIONS = 3


async def answer(asked: Asked) -> Events:
    plan, usage = await asyncio.gather(asked.system.plan(asked.phone), if_known(asked.system.usage, asked.phone))
    since = day(plan.since, asked.now)
    lines = [
        say("plan", phone=number_of(asked), name=plan.name, price=yuan(plan.price), since=since),
        _contains(usage),
        *_promotions(asked, plan),
        _contract(asked, plan),
    ]
    if plan.next_name:
        first = day(Month.of(asked.now).end.date(), asked.now)
        lines.append(say("plan_next", date=first, name=plan.next_name))
    last = choice(asked, "contract") if plan.contract else choice(asked, "vas")
    tell(asked, lines, [choice(asked, "offers"), choice(asked, "usage"), last])
    return []


def _contains(usage: Usage | None) -> str:
    if usage is None or not usage.allowances:
        return ""
    return say("plan_contains", what=say("and").join(_allowance(each) for each in usage.allowances))


def _allowance(allowance: Allowance) -> str:
    if allowance.total is None:
        return say("plan_unlimited", name=allowance.name)
    # What came over from last month is no part of the plan.
    total = measure(allowance.total - allowance.carried_over, allowance.unit)
    return say("plan_allowance", name=allowance.name, total=total)


def _promotions(asked: Asked, plan: Plan) -> list[str]:
    return [
        say("plan_promotion", name=each.name, saves=yuan(each.saves), until=day(each.until, asked.now))
        for each in sorted(plan.promotions, key=lambda each: each.until)[:_MOST_PROMOTIONS]
    ]


def _contract(asked: Asked, plan: Plan) -> str:
    if plan.contract is None:
        return say("plan_no_contract")
    return say("plan_contract", name=plan.contract.name, until=day(plan.contract.until, asked.now))
