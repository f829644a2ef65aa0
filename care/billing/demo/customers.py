"""Who the made-up customers are when the data is made. Pure: a seed, an index and a moment always give the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from care.billing.demo.goods import PLANS, SERVICES
from care.billing.demo.stories import phone_at, story_of
from care.billing.values import Consent, ConsentMethod, LineStatus, Month, Promotion
from care.timezone import CHINA

#: months that are billed when the data is made
MONTHS = 12

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
_GIVEN = ("伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "建国", "秀英", "桂兰", "子涵", "雨桐", "浩然")
_PLANS = {
    "changxiang-39": 24, "changxiang-59": 26, "changxiang-99": 12, "changxiang-129": 6, "qinqing-19": 12,
    "liuliang-29": 6, "lexiang-58": 6, "lexiang-88": 5, "baohao-8": 3,
}  # fmt: skip
_METHODS = {
    ConsentMethod.SMS_REPLY: "您将订购{name}，{price} 元/月，由{provider}提供，按月续订。回复 Y 确认。客户回复：Y",
    ConsentMethod.SMS_CODE: "您将订购{name}，{price} 元/月，由{provider}提供，按月续订。客户在页面输入短信验证码确认",
    ConsentMethod.SIGNATURE: "营业厅受理单：{name}，{price} 元/月，由{provider}提供，按月续订。客户签字",
}


@dataclass(frozen=True)
class Service:
    """A value-added service that somebody has, or had."""

    id: str
    #: key of SERVICES
    service: str
    since: date
    #: the first day on which it is off
    off_from: date | None = None
    #: the operator's mistake: charged up to this day though it is off
    charged_until: date | None = None
    consent: Consent | None = None


@dataclass(frozen=True)
class Agreement:
    name: str
    since: date
    until: date
    #: what leaving costs for each month that is left, or for each that is over
    monthly: Decimal
    is_paid_back: bool = False


@dataclass(frozen=True)
class Customer:
    n: int
    began: datetime
    phone: str
    story: str
    holder: str
    holder_since: datetime
    is_prepaid: bool
    #: plan ids, each from a day on
    plans: tuple[tuple[date, str], ...]
    services: tuple[Service, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    contract: Agreement | None = None
    status: LineStatus = LineStatus.ACTIVE
    suspended_at: datetime | None = None
    paid_at: datetime | None = None
    opening: Decimal = Decimal("0.00")
    given: Decimal = Decimal("0.00")
    voice_on: bool = True
    data_on: bool = False
    #: days abroad, both included
    trip: tuple[date, date] | None = None

    @property
    def first_month(self) -> Month:
        """The first one that is billed."""
        return max(Month.of(self.began).plus(-MONTHS), Month.of(self.holder_since))

    def plan_on(self, day: date) -> str:
        """The one that they began with before its first day."""
        return next((plan for since, plan in reversed(self.plans) if since <= day), self.plans[0][1])


def customer(seed: int, n: int, began: datetime) -> Customer:
    """Number `n` of those who are there when the data is made."""
    story = story_of(n)
    tell = _TELLERS.get(story)
    made = _ordinary(seed, n, began, story)
    return made if tell is None else tell(made, Month.of(began))


def _ordinary(seed: int, n: int, began: datetime, story: str) -> Customer:
    chance = Random(f"{seed}:{n}")
    today = began.astimezone(CHINA).date()
    since = Month.of(began).start - timedelta(days=chance.randint(400, 4000), hours=chance.randint(5, 14))
    plan = chance.choices(list(_PLANS), list(_PLANS.values()))[0]
    is_prepaid = chance.random() < 0.75
    services = tuple(
        service_of(n, name, today - timedelta(days=chance.randint(40, 700)), chance.choice(list(_METHODS)))
        for name in chance.sample(list(SERVICES), chance.choice((0, 0, 1, 1, 2, 3)))
    )
    promotions, contract = _bound(chance, today, PLANS[plan].price)
    return Customer(
        n=n,
        began=began,
        phone=phone_at(n),
        story=story,
        holder=chance.choice(_SURNAMES) + chance.choice(_GIVEN),
        holder_since=since,
        is_prepaid=is_prepaid,
        plans=((since.astimezone(CHINA).date(), plan),),
        services=services,
        promotions=promotions,
        contract=contract,
        opening=Decimal(chance.randint(1000, 8000)) / 100 if is_prepaid else Decimal("0.00"),
        given=Decimal(chance.choice((0, 0, 0, 5, 10))).quantize(Decimal("0.01")),
        data_on=chance.random() < 0.2,
    )


def _bound(chance: Random, today: date, price: Decimal) -> tuple[tuple[Promotion, ...], Agreement | None]:
    possible = [Decimal(saves) for saves in (5, 10, 20) if saves * 2 <= price]
    if chance.random() > 0.3 or not possible:
        return (), None
    until = today + timedelta(days=chance.randint(5, 500))
    promotions = (Promotion("存费优惠", until, chance.choice(possible).quantize(Decimal("0.01"))),)
    if chance.random() > 0.6:
        return promotions, None
    return promotions, Agreement("24 个月合约", until - timedelta(days=730), until, Decimal("20.00"))


def service_of(n: int, service: str, since: date, method: ConsentMethod | None = None) -> Service:
    """With the evidence of its order, unless there is none."""
    sold = SERVICES[service]
    consent = None
    if method is not None:
        at = datetime(since.year, since.month, since.day, 9 + n % 10, 30, tzinfo=CHINA)
        text = _METHODS[method].format(name=sold.name, price=sold.price, provider=sold.provider)
        consent = Consent(at, method, text)
    return Service(f"s{n}-{service}", service, since, consent=consent)


def _plain(made: Customer, plan: str, **changes: Any) -> Customer:
    """Somebody of whom nothing is told but the story."""
    bare = replace(
        made,
        plans=((made.plans[0][0], plan),),
        is_prepaid=True,
        services=(),
        promotions=(),
        contract=None,
        opening=Decimal("32.50"),
        given=Decimal("0.00"),
        data_on=False,
    )
    return replace(bare, **changes)


def _bill_shock(made: Customer, month: Month) -> Customer:
    promotion = Promotion("老用户优惠", month.plus(-2).last_day, Decimal("20.00"))
    service = service_of(made.n, "shipin", month.plus(-1).start.date())
    return _plain(made, "changxiang-59", promotions=(promotion,), services=(service,))


def _unsubscribed(made: Customer, month: Month) -> Customer:
    service = service_of(made.n, "yinyue", month.plus(-9).start.date() + timedelta(days=6), ConsentMethod.SMS_REPLY)
    ended = replace(service, off_from=month.plus(-2).start.date(), charged_until=month.plus(-1).last_day)
    return _plain(made, "changxiang-39", services=(ended,))


def _roaming(made: Customer, month: Month) -> Customer:
    day = month.plus(-1).start.date() + timedelta(days=9)
    return _plain(made, "changxiang-99", data_on=True, trip=(day, day + timedelta(days=2)))


def _double_charge(made: Customer, month: Month) -> Customer:
    service = service_of(made.n, "shipin", month.plus(-7).start.date() + timedelta(days=3), ConsentMethod.SMS_CODE)
    return _plain(made, "changxiang-39", services=(service,))


def _arrears(made: Customer, month: Month) -> Customer:
    suspended = month.plus(-1).start + timedelta(days=20, hours=9)
    return _plain(
        made,
        "changxiang-59",
        is_prepaid=False,
        opening=Decimal("0.00"),
        status=LineStatus.ARREARS,
        suspended_at=suspended,
    )


def _paid_not_restored(made: Customer, month: Month) -> Customer:
    return replace(_arrears(made, month), paid_at=made.began - timedelta(hours=50))


def _contract_ending(made: Customer, month: Month) -> Customer:
    until = made.began.astimezone(CHINA).date() + timedelta(days=20)
    contract = Agreement("24 个月合约", until - timedelta(days=730), until, Decimal("20.00"))
    promotion = Promotion("合约优惠", until, Decimal("30.00"))
    return _plain(made, "changxiang-99", contract=contract, promotions=(promotion,))


def _no_consent(made: Customer, month: Month) -> Customer:
    wanted = service_of(made.n, "cailing", month.plus(-11).start.date() + timedelta(days=4), ConsentMethod.SIGNATURE)
    unknown = service_of(made.n, "youxi", month.plus(-4).start.date() + timedelta(days=17))
    return _plain(made, "changxiang-39", services=(wanted, unknown))


def _new_line(made: Customer, month: Month) -> Customer:
    since = max(month.start, made.began - timedelta(days=5))
    plans = ((since.astimezone(CHINA).date(), "changxiang-39"),)
    return replace(_plain(made, "changxiang-39", opening=Decimal("0.00")), holder_since=since, plans=plans)


def _two_numbers(made: Customer, month: Month) -> Customer:
    is_first = story_of(made.n - 1) != made.story
    return _plain(made, "changxiang-59" if is_first else "qinqing-19", holder="林敏")


def _roaming_now(made: Customer, month: Month) -> Customer:
    day = made.began.astimezone(CHINA).date()
    return _plain(made, "changxiang-99", data_on=True, trip=(day - timedelta(days=2), day + timedelta(days=4)))


def _on(plan: str, **changes: Any) -> Callable[[Customer, Month], Customer]:
    return lambda made, _month: _plain(made, plan, **changes)


_TELLERS: dict[str, Callable[[Customer, Month], Customer]] = {
    "bill_shock": _bill_shock,
    "unsubscribed_service": _unsubscribed,
    "roaming_month": _roaming,
    "double_charge": _double_charge,
    "arrears": _arrears,
    "paid_not_restored": _paid_not_restored,
    "top_up_pending": _on("changxiang-39"),
    "top_up_failed": _on("changxiang-39"),
    "contract_ending": _contract_ending,
    "vas_no_consent": _no_consent,
    "minor_purchase": _on("changxiang-59"),
    "new_line": _new_line,
    "two_numbers": _two_numbers,
    "roaming_now": _roaming_now,
    "nearly_used_up": _on("changxiang-39"),
    "restricted": _on("changxiang-39", status=LineStatus.RESTRICTED),
}
