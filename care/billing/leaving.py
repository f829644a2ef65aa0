"""What is looked at before a number is taken to another operator, and before it is closed. Pure.

The five conditions for porting: 工信部《携号转网服务办理条件》 (row F104 of data/facts/portability.yml, grade B).
An activity or a discount that has not ended is none of them (row F106).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from care.billing.values import Contract, Leaving, LineStatus
from care.sla.sections import Carrier, Operator

#: days in the network before a number can be taken along
_DAYS = timedelta(days=120)
_NOTHING = Decimal("0.00")
# Row F108. 中国广电 has published none that we know of: its customers ask their hotline.
_ASKED_BY_SMS: dict[Carrier, str] = {"中国移动": "10086", "中国联通": "10010", "中国电信": "10001"}


class Condition(StrEnum):
    """For porting, in the order in which they are told."""

    REAL_NAME = "real_name"
    #: not suspended, not reported lost
    IN_USE = "in_use"
    PAID = "paid"
    #: no term in the network (在网期限)
    NO_TERM = "no_term"
    DAYS = "days"


class Obstacle(StrEnum):
    """To closing, in the order in which they are told."""

    OWED = "owed"
    CONTRACT = "contract"
    PORTING = "porting"
    RESTRICTED = "restricted"
    REAL_NAME = "real_name"
    ATTACHED = "attached"


def term_of(leaving: Leaving, today: date) -> Contract | None:
    """The contract that binds on the day."""
    contract = leaving.contract
    return contract if contract is not None and contract.until >= today else None


def days_full_on(leaving: Leaving) -> date:
    """The day on which the days in the network are enough."""
    return leaving.joined_on + _DAYS


def is_restricted(leaving: Leaving) -> bool:
    """Held back until a real-name or fraud check is done."""
    return leaving.status is LineStatus.RESTRICTED


def unmet(leaving: Leaving, today: date) -> tuple[Condition, ...]:
    """The conditions for porting that the number does not meet."""
    is_met = {
        Condition.REAL_NAME: leaving.is_real_name,
        Condition.IN_USE: leaving.status is LineStatus.ACTIVE,
        Condition.PAID: leaving.owed <= 0,
        Condition.NO_TERM: term_of(leaving, today) is None,
        Condition.DAYS: today >= days_full_on(leaving),
    }
    return tuple(each for each in Condition if not is_met[each])


def in_the_way(leaving: Leaving, today: date) -> tuple[Obstacle, ...]:
    """What has to be done before the number can be closed."""
    is_there = {
        Obstacle.OWED: leaving.owed > 0,
        Obstacle.CONTRACT: term_of(leaving, today) is not None,
        Obstacle.PORTING: leaving.is_porting,
        Obstacle.RESTRICTED: is_restricted(leaving),
        Obstacle.REAL_NAME: not leaving.is_real_name and not is_restricted(leaving),
        Obstacle.ATTACHED: bool(leaving.attached),
    }
    return tuple(each for each in Obstacle if is_there[each])


def refund(leaving: Leaving) -> Decimal:
    """About what comes back when the number is closed today: without gifts, less what is not billed yet."""
    return max(leaving.balance - leaving.given - leaving.unbilled, _NOTHING)


def asked_by_sms(operator: Operator) -> list[tuple[Carrier, str]]:
    """Carrier and number to which a customer of ours sends CXXZ and SQXZ; empty: where it is not known."""
    return [(carrier, _ASKED_BY_SMS[carrier]) for carrier in operator.carriers if carrier in _ASKED_BY_SMS]
