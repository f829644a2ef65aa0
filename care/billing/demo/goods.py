"""What the made-up operator sells: plans, value-added services, and prices beyond an allowance.

The plans that are on sale are those of care/billing/catalogue.yml (tests/care/billing/demo/test_goods.py compares).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PlanSold:
    id: str
    name: str
    price: Decimal
    #: GB
    data: Decimal
    #: minutes
    voice: int
    is_on_sale: bool = True
    #: GB for video apps only
    video: Decimal = Decimal(0)
    #: what is left of `data` can be used in the next month
    carries_over: bool = False
    #: calls to the numbers of the family cost nothing
    has_family: bool = False
    #: messages
    sms: int = 0
    #: what a month costs less, for how many months, and for how many the customer is bound
    saves: Decimal = Decimal("0.00")
    saves_months: int = 0
    bound_months: int = 0


PLANS = {
    plan.id: plan
    for plan in (
        PlanSold("changxiang-39", "畅享 39", Decimal("39.00"), Decimal(20), 200),
        PlanSold("changxiang-59", "畅享 59", Decimal("59.00"), Decimal(40), 300),
        PlanSold("changxiang-99", "畅享 99", Decimal("99.00"), Decimal(80), 700, video=Decimal(30), carries_over=True),
        PlanSold(
            "changxiang-129", "畅享 129", Decimal("129.00"), Decimal(120), 1000, video=Decimal(30), carries_over=True
        ),
        PlanSold("qinqing-19", "亲情 19", Decimal("19.00"), Decimal(5), 200, has_family=True),
        PlanSold("guanai-19", "关爱 19", Decimal("19.00"), Decimal(10), 100, sms=200),
        PlanSold(
            *("zunxiang-159", "尊享 159", Decimal("159.00"), Decimal(150), 1500),
            sms=200,
            saves=Decimal("30.00"),
            saves_months=12,
            bound_months=12,
        ),
        PlanSold("xinchun-69", "新春 69", Decimal("69.00"), Decimal(50), 500),
        PlanSold("liuliang-29", "流量 29", Decimal("29.00"), Decimal(30), 0),
        PlanSold("lexiang-58", "乐享 58", Decimal("58.00"), Decimal(10), 300, is_on_sale=False),
        PlanSold("lexiang-88", "乐享 88", Decimal("88.00"), Decimal(20), 500, is_on_sale=False),
        PlanSold("baohao-8", "保号 8", Decimal("8.00"), Decimal("0.2"), 30, is_on_sale=False),
    )
}

#: CNY a GB, a minute, a message
DATA_OVER = Decimal("5.00")
VOICE_OVER = Decimal("0.15")
SMS_PRICE = Decimal("0.10")
#: GB bought in some months
ADDON = Decimal(10)
ADDON_PRICE = Decimal("15.00")
#: CNY a day with any data, a minute; of Japan, where everybody goes
ROAMING_DATA_DAY = Decimal("25.00")
ROAMING_VOICE = Decimal("0.99")
#: 300 Mbps
BROADBAND = Decimal("50.00")
#: of what is owed, a day: 电信条例 34 allows 3 ‰ at most
LATE_FEE = Decimal("0.003")


@dataclass(frozen=True)
class ServiceSold:
    name: str
    provider: str
    price: Decimal


SERVICES = {
    "shipin": ServiceSold("畅看视频会员", "悦影文化", Decimal("15.00")),
    "yinyue": ServiceSold("畅听音乐会员", "悦影文化", Decimal("8.00")),
    "yuedu": ServiceSold("书香阅读会员", "墨页科技", Decimal("12.00")),
    "youxi": ServiceSold("游戏加速包", "星海互动", Decimal("20.00")),
    "yunpan": ServiceSold("云盘会员", "云匣科技", Decimal("10.00")),
    "cailing": ServiceSold("视频彩铃", "本公司", Decimal("5.00")),
    "laidian": ServiceSold("来电管家", "本公司", Decimal("3.00")),
}
