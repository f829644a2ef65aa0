"""What a month of a made-up customer costs, and how they pay. Pure: the same input always gives the same values, and
a month never depends on one behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from care.billing.demo.bonds import promotions_in
from care.billing.demo.customers import Customer, Service
from care.billing.demo.goods import (
    ADDON,
    ADDON_PRICE,
    BROADBAND,
    DATA_OVER,
    LATE_FEE,
    ROAMING_DATA_DAY,
    ROAMING_VOICE,
    SERVICES,
    SMS_PRICE,
    VOICE_OVER,
)
from care.billing.demo.meter import allowances, has_addon, plan_in, used
from care.billing.demo.stories import ORDINARY
from care.billing.values import CENT, BillItem, ItemKind, Month, TopUp, TopUpStatus
from care.timezone import CHINA

_CHANNELS = ("微信", "支付宝", "手机营业厅", "营业厅", "银行卡")
_ROUND = (30, 50, 100, 200, 300, 500, 1000)
_DUE_DAY = 20
_GAME = "星海奇兵"


@dataclass(frozen=True)
class MonthMade:
    """A month that is over."""

    month: Month
    items: tuple[BillItem, ...]
    paid: Decimal
    issued_at: datetime
    due: date
    invoice: str | None

    @property
    def total(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal("0.00"))


def items(seed: int, who: Customer, month: Month, until: datetime) -> tuple[BillItem, ...]:
    """What is charged of the month up to `until`, in the order in which a bill shows it."""
    last = min(until.astimezone(CHINA).date(), month.last_day)
    is_off = who.suspended_at is not None and who.suspended_at < month.start
    if month < who.first_month or until < max(month.start, who.holder_since) or is_off:
        return ()
    return (
        _plan(who, month),
        *_addons(seed, who, month),
        *_over(seed, who, month, until),
        *_services(who, month, last),
        *_game(seed, who, month),
        *_roaming(who, month, last),
        *_traits(seed, who, month),
        *_late(seed, who, month),
        *_promotions(who, month),
    )


def _plan(who: Customer, month: Month) -> BillItem:
    plan, first = plan_in(who, month), who.holder_since.astimezone(CHINA).date()
    if Month.of(who.holder_since) != month or first.day == 1:
        return BillItem("plan", ItemKind.PLAN, f"{plan.name} 月费", plan.price, subject=plan.id)
    days = month.last_day.day - first.day + 1
    part = (plan.price * days / month.last_day.day).quantize(CENT, ROUND_HALF_UP)
    return BillItem("plan", ItemKind.PLAN, f"{plan.name} 月费（首月按 {days} 天）", part, subject=plan.id)


def _addons(seed: int, who: Customer, month: Month) -> Iterator[BillItem]:
    if has_addon(seed, who, month):
        yield BillItem("addon", ItemKind.ADDON, f"流量月包 {ADDON}GB", ADDON_PRICE, subject="liuliangbao-10")


def _over(seed: int, who: Customer, month: Month, until: datetime) -> Iterator[BillItem]:
    given = {each.id: each for each in allowances(seed, who, month, until)}
    data = given["data"]
    gigabytes = data.used - (data.total or Decimal(0))
    if gigabytes > 0:
        amount = (gigabytes * DATA_OVER).quantize(CENT, ROUND_HALF_UP)
        yield BillItem("data-over", ItemKind.DATA_OVER, "套餐外流量", amount, gigabytes, "GB", "data-over")
    so_far = used(seed, who, month, until)
    minutes = so_far.voice - (given["voice"].total or Decimal(0) if "voice" in given else Decimal(0))
    if minutes > 0:
        yield BillItem(
            "voice-over", ItemKind.VOICE_OVER, "套餐外通话", minutes * VOICE_OVER, minutes, "minute", "voice-over"
        )
    messages = so_far.sms - (given["sms"].total or Decimal(0) if "sms" in given else Decimal(0))
    if messages > 0:
        yield BillItem("sms", ItemKind.SMS, "短信", messages * SMS_PRICE, messages, "message", "sms")


def _services(who: Customer, month: Month, last: date) -> Iterator[BillItem]:
    for each in who.services:
        if each.since <= last and _is_charged(each, month):
            sold = SERVICES[each.service]
            yield BillItem(each.id, ItemKind.VAS, sold.name, sold.price, subject=each.id)
            if who.story == "double_charge" and month == Month.of(who.began).plus(-1):
                yield BillItem(f"{each.id}-2", ItemKind.VAS, sold.name, sold.price, subject=each.id)


def _is_charged(service: Service, month: Month) -> bool:
    first = month.start.date()
    is_on = service.off_from is None or service.off_from > first
    return is_on or (service.charged_until is not None and service.charged_until >= first)


def _game(seed: int, who: Customer, month: Month) -> Iterator[BillItem]:
    if who.story != "minor_purchase" or month != Month.of(who.began).plus(-1):
        return
    chance = Random(f"{seed}:{who.n}:game")
    for number in range(1, 13):
        amount = Decimal(chance.choice((30, 50, 68, 98))).quantize(CENT)
        name = f"话费支付：{_GAME}道具（{month.number} 月 {17 if number < 8 else 18} 日第 {number} 笔）"
        yield BillItem(f"game-{number}", ItemKind.VAS, name, amount, subject=f"game-{number}")


def _roaming(who: Customer, month: Month, last: date) -> Iterator[BillItem]:
    if who.trip is None:
        return
    first_day, last_day = max(who.trip[0], month.start.date()), min(who.trip[1], last)
    days = (last_day - first_day).days + 1
    if days <= 0:
        return
    yield BillItem(
        *("roaming-data", ItemKind.ROAMING_DATA, f"日本漫游流量（{days} 天）", ROAMING_DATA_DAY * days),
        *(Decimal("0.42") * days, "GB", "roaming-data"),
    )
    minutes = Decimal(4 * days)
    yield BillItem(
        *("roaming-voice", ItemKind.ROAMING_VOICE, "日本漫游通话", ROAMING_VOICE * minutes, minutes),
        *("minute", "roaming-voice"),
    )


def _traits(seed: int, who: Customer, month: Month) -> Iterator[BillItem]:
    """What some of the ordinary ones pay for the whole year."""
    chance = Random(f"{seed}:{who.n}:traits")
    if who.story != ORDINARY:
        return
    if chance.random() < 0.2:
        yield BillItem("broadband", ItemKind.BROADBAND, "宽带 300M", BROADBAND, subject="kuandai-300")
    if chance.random() < 0.1:
        amount = Decimal(chance.choice((50, 83, 120))).quantize(CENT)
        yield BillItem("terminal", ItemKind.TERMINAL, "合约手机分期", amount, subject="terminal")
    chance = Random(f"{seed}:{who.n}:{month}:adjustment")
    if chance.random() < 0.01:
        yield BillItem("adjustment", ItemKind.ADJUSTMENT, "上月差错退费", Decimal("-5.00"))


def _late(seed: int, who: Customer, month: Month) -> Iterator[BillItem]:
    """For the bill before, where it was paid some days after it was due."""
    before = month.plus(-1)
    days = _days_late(seed, who, before)
    if days and before >= who.first_month:
        owed = sum(
            (item.amount for item in items(seed, who, before, before.end) if item.kind is not ItemKind.LATE_FEE),
            Decimal(0),
        )
        fee = late_fee(owed, days)
        yield BillItem("late-fee", ItemKind.LATE_FEE, f"违约金（{days} 天）", fee, Decimal(days), "day", "late-fee")


def late_fee(owed: Decimal, days: int) -> Decimal:
    """电信条例 34: at most 3 ‰ of what is owed for each day."""
    return (owed * LATE_FEE * days).quantize(CENT, ROUND_HALF_UP)


def _days_late(seed: int, who: Customer, month: Month) -> int:
    chance = Random(f"{seed}:{who.n}:{month}:late")
    return chance.randint(2, 9) if who.story == ORDINARY and not who.is_prepaid and chance.random() < 0.06 else 0


def _promotions(who: Customer, month: Month) -> Iterator[BillItem]:
    left = _plan(
        who, month
    ).amount  # a cheaper plan was chosen, or the month is the first one: never more than it costs
    for number, each in enumerate(promotions_in(who, month), start=1):
        saved = min(each.saves, left)
        left -= saved
        if saved:
            yield BillItem(f"promotion-{number}", ItemKind.DISCOUNT, each.name, -saved, subject=each.name)


def due_of(month: Month) -> date:
    """When the bill of the month must be paid."""
    return month.plus(1).start.date() + timedelta(days=_DUE_DAY - 1)


def bill(seed: int, who: Customer, month: Month) -> MonthMade | None:
    """Of a month that is over; None where nothing is charged."""
    charged = items(seed, who, month, month.end)
    if not charged:
        return None
    total = sum((item.amount for item in charged), Decimal("0.00"))
    is_unpaid = who.story == "arrears" and month >= Month.of(who.began).plus(-3)
    chance = Random(f"{seed}:{who.n}:{month}:invoice")
    number = f"26{chance.randrange(10**18):018d}" if chance.random() < 0.4 and not is_unpaid else None
    return MonthMade(month, charged, Decimal("0.00") if is_unpaid else total, month.end, due_of(month), number)


def top_ups(seed: int, who: Customer, month: Month, account: Decimal) -> tuple[TopUp, ...]:
    """What is paid in during the month (days to come as well), so that its bill can be paid; `account`: what is on
    the account when it begins."""
    chance = Random(f"{seed}:{who.n}:{month}:top-up")
    total = sum((item.amount for item in items(seed, who, month, month.end)), Decimal("0.00"))
    told = _told_top_ups(seed, who, month)
    if not who.is_prepaid:
        is_unpaid = who.suspended_at is not None and month >= Month.of(who.began).plus(-3)
        if is_unpaid or total <= 0:
            return told
        # Taken from the bank account at the moment of the bill: the first one that belongs to the month behind it.
        debit = TopUp(f"t{who.n}-{month}", month.end, total, "银行代扣", TopUpStatus.CREDITED, month.end)
        return (*told, debit)
    needed = total + 10 - account
    if needed <= 0:
        return told
    amount = next(
        (Decimal(step) for step in _ROUND if step >= needed), (needed / 100).to_integral(ROUND_HALF_UP) * 100 + 100
    )
    day = datetime.combine(
        month.start.date() + timedelta(days=chance.randint(0, 8)), time(chance.randint(8, 21), 12), CHINA
    )
    at = who.holder_since if Month.of(who.holder_since) == month else day
    return (
        *told,
        TopUp(
            *(f"t{who.n}-{month}", at, amount.quantize(CENT), chance.choice(_CHANNELS), TopUpStatus.CREDITED),
            at + timedelta(seconds=chance.randint(2, 90)),
        ),
    )


def _told_top_ups(seed: int, who: Customer, month: Month) -> tuple[TopUp, ...]:
    """Those that a story is about. They were paid a moment before the data was made, maybe in the month before."""
    hundred, fifty = Decimal("100.00"), Decimal("50.00")
    if who.story == "top_up_pending":
        told = TopUp("", who.began - timedelta(minutes=40), hundred, "支付宝", TopUpStatus.PENDING, None)
    elif who.story == "top_up_failed":
        told = TopUp("", who.began - timedelta(days=1), fifty, "微信", TopUpStatus.FAILED, None)
    elif who.paid_at is not None:
        told = TopUp("", who.paid_at, _all_owed(seed, who), "微信", TopUpStatus.CREDITED, who.paid_at)
    else:
        return ()
    number = f"t{who.n}-told"
    is_here = Month.of(told.at) == month
    return (TopUp(number, told.at, told.amount, told.channel, told.status, told.credited_at),) if is_here else ()


def _all_owed(seed: int, who: Customer) -> Decimal:
    """The bills of M-3 to M-1."""
    months = [Month.of(who.began).plus(-back) for back in (3, 2, 1)]
    return sum((made.total for month in months if (made := bill(seed, who, month)) is not None), Decimal("0.00"))
