"""Until when a contract binds, what leaving today costs, and that afterwards it costs nothing."""

from __future__ import annotations

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import choice, day, number_of, person, tell
from care.billing.values import Contract
from care.timezone import CHINA
from care.wording import say

#: days before the end in which it is counted in days
_SOON = 30


async def answer(asked: Asked) -> Events:
    contract = (await asked.system.plan(asked.phone)).contract
    ways = [choice(asked, "offers"), choice(asked, "plan"), person()]
    if contract is None:
        tell(asked, [say("contract_none", phone=number_of(asked))], ways)
        return []
    left = (contract.until - asked.now.astimezone(CHINA).date()).days
    if left < 0:
        tell(asked, [say("contract_over", name=contract.name, until=day(contract.until, asked.now))], ways)
        return []
    after = say("contract_after", until=day(contract.until, asked.now))
    tell(asked, [_first(asked, contract, left), _leaving(contract), after], ways)
    return []


def _first(asked: Asked, contract: Contract, left: int) -> str:
    until = day(contract.until, asked.now)
    if left == 0:
        return say("contract_last_day", name=contract.name, until=until)
    if left <= _SOON:
        return say("contract_soon", name=contract.name, until=until, days=str(left))
    return say("contract", name=contract.name, until=until, since=day(contract.since, asked.now))


def _leaving(contract: Contract) -> str:
    if contract.leaving <= 0:
        return say("contract_leaving_free")
    return say("contract_leaving", amount=yuan(contract.leaving), rule=contract.leaving_rule.rstrip("。"))
