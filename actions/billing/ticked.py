"""What is looked at before somebody leaves: rows that say in words and by a sign whether all is well, and contracts."""

from __future__ import annotations

from datetime import datetime

from actions.billing.asked import Asked
from actions.billing.cards import Row
from actions.billing.money import yuan
from actions.billing.spoken import Button, choice, day
from care.billing.leaving import asked_by_sms, is_restricted
from care.billing.values import Contract, Leaving
from care.sla.policy import policy
from care.wording import say


def ticked(label: str, told: str, *, is_met: bool) -> Row:
    return Row(label, say("leaving_met", told=told) if is_met else say("leaving_unmet", told=told))


def contract_told(contract: Contract, now: datetime) -> str:
    """Until when it binds, and what it costs to end it today."""
    until = day(contract.until, now)
    if contract.leaving <= 0:
        return say("leaving_contract_free", name=contract.name, until=until)
    rule = contract.leaving_rule.rstrip("。")
    return say("leaving_contract", name=contract.name, until=until, amount=yuan(contract.leaving), rule=rule)


def to_status(asked: Asked, leaving: Leaving) -> Button:
    """What is owed, or why the line is held back: one answer tells both."""
    is_only_held = is_restricted(leaving) and leaving.owed <= 0
    return choice(asked, "arrears", title=say("leaving_why_restricted") if is_only_held else None)


def sms_number() -> str:
    """Where CXXZ and SQXZ go; empty where it is not known, and the hotline is asked."""
    found = asked_by_sms(policy().operator)
    if len(found) == 1:
        return found[0][1]
    return say("and").join(say("porting_sms_of", carrier=carrier, number=number) for carrier, number in found)


def how_to_ask() -> str:
    """How anybody finds out at their operator whether their number can be taken along."""
    if number := sms_number():
        return say("porting_sms", number=number)
    return say("porting_hotline", hotline=policy().operator.hotline)
