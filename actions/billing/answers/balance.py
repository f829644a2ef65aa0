"""What is on the account now. One question to the billing system: it is asked most."""

from __future__ import annotations

from decimal import Decimal

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import choice, number_of, tell
from care.billing.values import Month
from care.wording import say, spoken_time

#: CNY; below it a hint is worth its line
_LOW = Decimal(10)


async def answer(asked: Asked) -> Events:
    balance = await asked.system.balance(asked.phone)
    is_owed = balance.amount < 0
    if is_owed:
        first = say("balance_owed", phone=number_of(asked), amount=yuan(-balance.amount))
    else:
        given = say("balance_given", amount=yuan(balance.given)) if balance.given > 0 else ""
        first = say("balance", phone=number_of(asked), amount=yuan(balance.amount), given=given)
    at = spoken_time(balance.as_of, asked.now)
    so_far = say("balance_unbilled", amount=yuan(balance.unbilled), at=at) if balance.unbilled else ""
    lines = [first, so_far or say("balance_as_of", at=at)]
    if 0 <= balance.amount < _LOW:
        lines.append(say("balance_low"))
    running = choice(asked, "bill", month=Month.of(asked.now), title=say("to_bill_running"))
    other = choice(asked, "arrears") if is_owed else choice(asked, "usage")
    tell(asked, lines, [running, other, choice(asked, "topup")])
    return []
