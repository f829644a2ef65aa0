"""Consumption reminders (消费提醒): what a customer is to be told about their number now. Pure rules.

Sources: 电管函〔2012〕27号 (grade B, 工信部要求): before an allowance is used up how much is used; when it is used up
what more of it costs and where to ask; before a contract or promotion ends what follows; abroad what it costs.
电信条例第三十三条: charges suddenly above five times the mean of the three months before are 巨额, and told as soon as
they are found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from care.billing.values import CENT, Allowance, Bill, Month, Plan, Roaming, Usage
from care.timezone import CHINA


class Kind(StrEnum):
    """Each can be switched off."""

    USAGE_80 = "usage_80"
    USAGE_100 = "usage_100"
    UNUSUAL = "unusual_charge"
    ENDING = "ending"
    ROAMING = "roaming"


#: of an allowance
NEARLY_USED = Decimal("0.8")
#: 电信条例 33: 巨额电信费用, compared with the mean of so many months
HUGE_TIMES = 5
COMPARED_MONTHS = 3
#: Ours comes earlier: at five times the mean the money is gone, at twice it something can still be done. Below 50 CNY
#: more, twice as much is no news to anybody: 18 CNY in place of 9.
UNUSUAL_TIMES = 2
UNUSUAL_MORE = Decimal("50.00")
#: before a contract or a promotion ends
ENDING_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class State:
    """What the billing system says of a number; None: it does not answer that."""

    usage: Usage | None = None
    #: charges of the running month
    running: Bill | None = None
    #: bills of the months before, of this holder only
    before: Sequence[Bill] = ()
    plan: Plan | None = None
    roaming: Roaming | None = None


@dataclass(frozen=True)
class Due:
    """To be told once. `values` fill the wording `sms_reminder_<wording>`."""

    kind: Kind
    #: what must not be told twice; at most 96 characters, no personal data
    about: str
    wording: str
    values: dict[str, str | date] = field(default_factory=dict)
    #: of the place where the line roams; its tariff has to be said
    place: str | None = None


def due(state: State, now: datetime) -> list[Due]:
    """Everything that holds now, whether it was told before or not; of two thresholds only the higher one."""
    found: list[Due] = []
    for allowance in state.usage.allowances if state.usage else ():
        found += _used(allowance, now)
    if state.running is not None and not state.running.is_final:
        found += _unusual(state.running, state.before)
    if state.plan is not None:
        found += _ending(state.plan, now)
    if state.roaming is not None and state.roaming.place:
        place = state.roaming.place
        found.append(Due(Kind.ROAMING, f"{ABROAD}{_short(place)}", "roaming", {"place": place}, place))
    return found


#: What `about` begins with while a line is abroad; forgotten when it is back, so that the next journey is told again.
ABROAD = "roaming:"


#: What can wait is not sent in the night; what costs money while it waits is.
_MORNING, _EVENING = time(8, 30, tzinfo=CHINA), time(21, 0, tzinfo=CHINA)


def send_at(kind: Kind, now: datetime) -> datetime:
    """Now, or the next morning."""
    local = now.astimezone(CHINA)
    if kind is not Kind.ENDING or _MORNING <= local.timetz() < _EVENING:
        return now
    day = local.date() if local.timetz() < _MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, _MORNING)


def is_back(state: State) -> bool:
    return state.roaming is not None and state.roaming.place is None


def _used(allowance: Allowance, now: datetime) -> Iterator[Due]:
    if not allowance.total or allowance.resets_at <= now:  # without limit, or a period that is over
        return
    share = allowance.used / allowance.total
    # Named by the day of the reset: what is carried over or bought in between changes the total, and is no new period.
    about = f"usage:{_short(allowance.id)}:{allowance.resets_at.astimezone(CHINA):%Y-%m-%d}"
    values: dict[str, str | date] = {"name": allowance.name, "reset": allowance.resets_at.astimezone(CHINA).date()}
    if share >= 1:
        yield Due(Kind.USAGE_100, f"{about}:100", "usage_100", values)
    elif share >= NEARLY_USED:
        yield Due(Kind.USAGE_80, f"{about}:80", "usage_80", values | {"percent": str(int(share * 100))})


def _unusual(running: Bill, before: Sequence[Bill]) -> Iterator[Due]:
    compared = sorted((bill for bill in before if bill.is_final), key=lambda bill: bill.month)[-COMPARED_MONTHS:]
    if not compared:
        return
    mean = (sum((bill.total for bill in compared), Decimal(0)) / len(compared)).quantize(CENT)
    more = running.total - mean
    values: dict[str, str | date] = {"amount": str(running.total.quantize(CENT)), "mean": str(mean)}
    # Against a mean of 0 everything is five times as much.
    if running.total > HUGE_TIMES * mean and (mean > 0 or more >= UNUSUAL_MORE):
        yield Due(Kind.UNUSUAL, f"unusual:{running.month}:{HUGE_TIMES}", "unusual_charge", values)
    elif running.total > UNUSUAL_TIMES * mean and more >= UNUSUAL_MORE:
        yield Due(Kind.UNUSUAL, f"unusual:{running.month}:{UNUSUAL_TIMES}", "unusual_charge", values)


def _ending(plan: Plan, now: datetime) -> Iterator[Due]:
    contract = plan.contract
    if contract is not None and _is_near(contract.until, now):
        about = f"ending:contract:{contract.until}"
        yield Due(Kind.ENDING, about, "contract", {"name": contract.name, "until": contract.until})
    for promotion in plan.promotions:
        if _is_near(promotion.until, now):
            about = f"ending:{_short(promotion.name)}:{promotion.until}"
            values: dict[str, str | date] = {
                "name": promotion.name,
                "until": promotion.until,
                "saves": str(promotion.saves),
            }
            yield Due(Kind.ENDING, about, "promotion", values)


def _is_near(day: date, now: datetime) -> bool:
    today = now.astimezone(CHINA).date()
    return today <= day <= today + ENDING_WITHIN


def _short(name: str) -> str:
    """Names are of any length and may be Chinese; within a number 16 hex digits tell them apart."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def months_to_compare(now: datetime) -> tuple[Month, ...]:
    this = Month.of(now)
    return tuple(this.plus(-back) for back in range(1, COMPARED_MONTHS + 1))
