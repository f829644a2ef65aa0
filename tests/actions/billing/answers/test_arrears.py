"""What is owed, how the line comes back, and that it is our fault where it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.values import Arrears, Line, LineStatus, Month
from tests.support.answers import PHONE, Made, ask
from tests.support.billing import phone_of
from tests.support.times import NOW, china


async def test_suspended_for_arrears(demo: DemoBilling) -> None:
    answered = await ask(demo, "arrears", phone=phone_of("arrears"))
    assert answered.text == (
        "138****8004 一共欠费 193.81 元，其中违约金 16.81 元，最早一笔9月20日就该付了。\n"
        "没付清的月份：8月、9月、10月。\n"
        "号码从 10月21日 09:00 起停机。\n"
        "把这些交齐就行，可以在您常用的缴费渠道或者营业厅交。"
        "《电信条例》第三十四条规定，补足以后我们要在 48 小时内恢复。\n"
        "违约金按入网协议收，《电信条例》第三十四条规定每天不超过所欠费用的 3‰。"
    )


async def test_paid_and_not_restored_is_our_fault(demo: DemoBilling) -> None:
    answered = await ask(demo, "arrears", phone=phone_of("paid_not_restored"))
    assert "已经超过 48 小时还没恢复，这是我们的问题，很抱歉" in answered.first
    assert answered.bubble.buttons == [("转人工", "/handoff"), ("登记工单", "/complaint_billing")]


async def test_restricted_is_no_matter_of_money(demo: DemoBilling) -> None:
    answered = await ask(demo, "arrears", phone=phone_of("restricted"))
    assert answered.bubble.response == "utter_restriction"


async def test_nothing_owed(demo: DemoBilling) -> None:
    answered = await ask(demo, "arrears", phone=phone_of("bill_shock"))
    assert answered.first.startswith("138****8000 没有查到欠费。")
    assert answered.bubble.titles == ["没欠费但用不了", "查余额", "转人工"]


def owed(amount: str = "0", fee: str = "0", suspended: datetime | None = None, paid: datetime | None = None) -> Arrears:
    return Arrears(Decimal(amount), Decimal(fee), None, (Month(2026, 10),) if amount != "0" else (), suspended, paid)


def line(status: LineStatus = LineStatus.ACTIVE) -> Line:
    return Line(PHONE, status, china("2020-03-05 10:00"), True)


HOURS = timedelta(hours=1)
CASES = [
    ("owed, not suspended", owed("59", "0"), line(), "起停机", False),
    ("no late fee: nothing about it", owed("59", "0"), line(), "违约金", False),
    ("a day of late fee", owed("59.18", "0.18"), line(), "其中违约金 0.18 元", True),
    ("just paid", owed(paid=NOW - HOURS), line(LineStatus.ARREARS), "号码会在 11月23日 前恢复", False),
    ("just paid", owed(paid=NOW - HOURS), line(LineStatus.ARREARS), "号码会在 后天 14:20 前恢复", True),
    ("to the hour in time", owed(paid=NOW - 48 * HOURS), line(LineStatus.ARREARS), "这是我们的问题", False),
    ("too late", owed(paid=NOW - 48.1 * HOURS), line(LineStatus.ARREARS), "这是我们的问题", True),
    ("reported lost", owed(), line(LineStatus.PAUSED), "停机保号或者挂失", True),
    ("reported lost, and owed", owed("59"), line(LineStatus.PAUSED), "交齐以后也要单独恢复", True),
    ("restricted, and owed", owed("59"), line(LineStatus.RESTRICTED), "交齐以后也要先核验", True),
    ("closed", owed(), line(LineStatus.CLOSED), "138****8000 已经销户", True),
    ("suspended though nothing is owed", owed(suspended=NOW), line(), "但号码还停着，这不应该", True),
    ("suspended though nothing is owed", owed(), line(LineStatus.ARREARS), "但号码还停着，这不应该", True),
    # a billing system may not know whether a line is suspended: that it is not is never said
    ("nothing owed", owed(), line(), "状态", False),
]


@pytest.mark.parametrize(("why", "told", "of", "words", "is_said"), CASES)
async def test_edges(why: str, told: Arrears, of: Line, words: str, is_said: bool) -> None:
    assert (words in (await ask(Made(owed=told, of_line=of), "arrears")).text) is is_said, why
