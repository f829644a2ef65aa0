"""What a made-up customer uses: it grows while the month runs, and ends where the bill of the month begins. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from random import Random

from care.billing.demo.customers import Customer
from care.billing.demo.goods import ADDON, PLANS, PlanSold
from care.billing.demo.stories import ORDINARY
from care.billing.values import CENT, Allowance, AllowanceKind, Month

#: GB of the whole month that a story needs, by month counted from M
_TOLD_DATA = {
    "bill_shock": {-2: Decimal("36.20"), -1: Decimal("58.40")},
}
_CALM = Decimal("0.97")


@dataclass(frozen=True)
class Used:
    #: GB
    data: Decimal
    video: Decimal
    #: minutes
    voice: Decimal
    family: Decimal
    sms: Decimal


def plan_in(who: Customer, month: Month) -> PlanSold:
    """The plan of a month; a change begins with a month."""
    return PLANS[who.plan_on(month.start.date())]


def has_addon(seed: int, who: Customer, month: Month) -> bool:
    return who.story == ORDINARY and Random(f"{seed}:{who.n}:{month}:addon").random() < 0.08


def used(seed: int, who: Customer, month: Month, until: datetime) -> Used:
    """From the beginning of the month to `until`; never less at a later moment."""
    whole, swing = _whole(seed, who.n, who.story == ORDINARY, month, plan_in(who, month))
    offset = _offset(who, month)
    data = _TOLD_DATA.get(who.story, {}).get(offset, whole.data)
    part = _part(swing, who, month, until)
    if who.story == "nearly_used_up" and offset == 0:
        data, part_of_data = plan_in(who, month).data, _told_part(who, month, until)
    else:
        part_of_data = part
    return Used(
        data=_down(data * part_of_data, CENT),
        video=_down(whole.video * part, CENT),
        voice=_down(whole.voice * part, Decimal(1)),
        family=_down(whole.family * part, Decimal(1)),
        sms=_down(whole.sms * part, Decimal(1)),
    )


@lru_cache(maxsize=4096)
def _whole(seed: int, n: int, is_ordinary: bool, month: Month, plan: PlanSold) -> tuple[Used, float]:
    """Of a whole month, and how unevenly it comes."""
    chance = Random(f"{seed}:{n}:{month}:use")
    habit = Random(f"{seed}:{n}:habit")
    data = plan.data * _times(habit.uniform(0.35, 1.0) * chance.uniform(0.85, 1.2))
    voice = _times(plan.voice * habit.uniform(0.2, 0.95) * chance.uniform(0.8, 1.2) + chance.randint(0, 12))
    if not is_ordinary:  # nothing is told of it but its own surprise
        data, voice = min(data, plan.data * _CALM), min(voice, plan.voice * _CALM)
    video = plan.video * _times(chance.uniform(0.1, 0.9))
    family = _times(chance.uniform(20, 300)) if plan.has_family else Decimal(0)
    sms = Decimal(chance.choice((0, 0, 1, 3, 8))) if is_ordinary else Decimal(0)
    return Used(data, video, voice, family, sms), chance.uniform(-0.1, 0.1)


def allowances(seed: int, who: Customer, month: Month, until: datetime) -> tuple[Allowance, ...]:
    """What the plan of the month gives, and how much of it is used; more than `total` is charged."""
    plan, so_far = plan_in(who, month), used(seed, who, month, until)
    carried = _carried(seed, who, month, plan)
    found = [
        Allowance("data", AllowanceKind.DATA, "国内流量", "GB", plan.data + carried, so_far.data, month.end, carried)
    ]
    if has_addon(seed, who, month):
        (main,) = found
        beyond = max(main.used - plan.data - carried, Decimal(0))
        taken = min(beyond, ADDON)
        found = [
            Allowance("data", main.kind, main.name, "GB", main.total, main.used - taken, month.end, carried),
            Allowance("data-addon", AllowanceKind.DATA, "流量月包", "GB", ADDON, taken, month.end),
        ]
    if plan.video:
        found.append(
            Allowance(
                "data-video",
                AllowanceKind.DATA,
                "定向流量",
                "GB",
                plan.video,
                so_far.video,
                month.end,
                only_for="视频应用",
            )
        )
    if plan.voice:
        found.append(
            Allowance("voice", AllowanceKind.VOICE, "国内通话", "minute", Decimal(plan.voice), so_far.voice, month.end)
        )
    if plan.has_family:
        found.append(
            Allowance("voice-family", AllowanceKind.VOICE, "亲情号通话", "minute", None, so_far.family, month.end)
        )
    if plan.sms:
        found.append(
            Allowance("sms", AllowanceKind.SMS, "国内短信", "message", Decimal(plan.sms), so_far.sms, month.end)
        )
    return tuple(found)


def _carried(seed: int, who: Customer, month: Month, plan: PlanSold) -> Decimal:
    """What was left of the month before: a month's own allowance is used up before what came over."""
    before = month.plus(-1)
    if not plan.carries_over or before < who.first_month or not plan_in(who, before).carries_over:
        return Decimal(0)
    own = plan_in(who, before).data
    return max(own - used(seed, who, before, before.end).data, Decimal(0))


def _part(swing: float, who: Customer, month: Month, until: datetime) -> Decimal:
    """How much of the month's use lies before `until`: even, with a swing that is everybody's own."""
    part = _elapsed(who, month, until)
    return _times(min(max(part + swing * math.sin(2 * math.pi * part), 0.0), 1.0))


def _told_part(who: Customer, month: Month, until: datetime) -> Decimal:
    """92 % when the data was made, and 125 % at the end of the month."""
    now, then = _elapsed(who, month, who.began), _elapsed(who, month, until)
    if then <= now:
        return _times(0.92 * then / now if now else 0.92)
    return _times(0.92 + 0.33 * (then - now) / (1 - now))


def _elapsed(who: Customer, month: Month, until: datetime) -> float:
    """0 to 1, of the part of the month in which the line works at all."""
    start = max(month.start, who.holder_since)
    stop = min(until, month.end, who.suspended_at or month.end)
    return max((stop - start) / (month.end - start), 0.0) if start < month.end else 0.0


def crossings(seed: int, who: Customer, month: Month, shares: tuple[Decimal, ...]) -> list[datetime]:
    """When an allowance of the month reaches each of the shares, to the hour, where it does."""
    hours = int((month.end - month.start) / timedelta(hours=1))
    found = []
    final = allowances(seed, who, month, month.end)
    for index, each in enumerate(final):
        for share in shares if each.total else ():
            goal = each.total * share if each.total else Decimal(0)
            if each.used < goal:
                continue
            low, high = 0, hours
            while low < high:
                middle = (low + high) // 2
                now = allowances(seed, who, month, month.start + timedelta(hours=middle))[index].used
                low, high = (low, middle) if now >= goal else (middle + 1, high)
            found.append(month.start + timedelta(hours=low))
    return sorted(found)


def _offset(who: Customer, month: Month) -> int:
    """Months from M."""
    began = Month.of(who.began)
    return (month.year - began.year) * 12 + month.number - began.number


def _times(factor: float) -> Decimal:
    """A factor of the generator as a Decimal: it is chosen, so nothing is lost by rounding it."""
    return Decimal(f"{factor:.6f}")


def _down(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, rounding=ROUND_DOWN)
