"""What waits reaches WeChat's customers in order, once, within what the platform allows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.wechat.rules import Window
from care.wechat.sending import Pusher
from tests.care.wechat.sending.play import MORE, NO, YES, Clock, Make, metric


@pytest.mark.parametrize("is_kf", [False, True])
async def test_what_waits_goes_together_and_once(pusher: Pusher, customer: Make, is_kf: bool) -> None:
    li = customer(is_kf=is_kf)
    li.answered("好的。", "是您吗？", buttons=None)
    li.told("我是客服小王。")
    before = metric("sent")
    await pusher.sweep()
    await pusher.sweep()
    assert li.got() == ["好的。\n\n是您吗？\n\n我是客服小王。"]
    assert li.deliveries() == ["sent"] * 3
    assert li.contact().sent == 1
    assert metric("sent") == before + 1


async def test_a_number_answers_what_was_offered_last(pusher: Pusher, customer: Make) -> None:
    li = customer()
    li.answered("是您吗？", buttons=[YES, NO])
    await pusher.sweep()
    assert li.got() == ["是您吗？\n\n回复数字选择：\n1. 是\n2. 不是"]
    assert li.contact().offered == [YES, NO]
    li.answered("那请说一下。")
    await pusher.sweep()
    assert li.contact().offered is None, "a number is a word again"


async def test_five_messages_of_48_hours_and_the_last_one_is_kept(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    for n in range(5):
        li.answered(f"第{n}个答案")
        await pusher.sweep()
    assert len(li.got()) == 4
    assert li.deliveries() == ["sent"] * 4 + ["held"]
    li.told("退款办好了。")
    clock.ahead += timedelta(seconds=5)
    await pusher.sweep()
    assert li.got()[4:] == ["第4个答案\n\n退款办好了。"], "it takes along what was held"
    li.told("还有一件事。")
    await pusher.sweep()
    assert li.deliveries() == ["sent"] * 6 + ["held"]
    assert li.platform.counts()["refused"].get("45047", 0) == 0, "the platform never had to refuse"
    li.does()
    await pusher.sweep()
    assert li.got()[5:] == ["还有一件事。"], "the customer's next words let it through"


async def test_answers_that_come_one_after_the_other_stay_in_the_budget(
    pusher: Pusher, customer: Make, clock: Clock
) -> None:
    """As after an outage of the bot's: twelve messages wait for it, and it answers one after the other."""
    li = customer()
    asked = [li.asks() for _ in range(12)]
    for n, message in enumerate(asked):
        li.answers(message, f"第{n}个答案")
        await pusher.sweep()
        clock.ahead += timedelta(seconds=1)
    await pusher.sweep()
    assert "\n\n".join(li.got()) == "\n\n".join(f"第{n}个答案" for n in range(12))
    assert len(li.got()) <= 4
    assert li.deliveries() == ["sent"] * 12


async def test_a_person_s_lines_go_together_when_few_are_left(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    for n in range(8):
        li.told(f"第{n}句")
        await pusher.sweep()
        clock.ahead += timedelta(seconds=2)
    clock.ahead += timedelta(seconds=4)
    await pusher.sweep()
    assert li.got() == ["第0句", "第1句", "第2句", "第3句\n\n第4句\n\n第5句\n\n第6句\n\n第7句"]


async def test_three_messages_of_a_minute_after_a_click(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer(what=Window.CLICK)
    for n in range(4):
        li.told(f"第{n}句")
        await pusher.sweep()
    assert li.got() == ["第0句", "第1句", "第2句"]
    assert li.deliveries()[3] == "held"
    wang = customer("o-wang", Window.CLICK)
    clock.ahead = timedelta(seconds=61)
    wang.told("一分钟过了")
    await pusher.sweep()
    assert wang.got() == []
    assert wang.deliveries() == ["held"]


async def test_more_than_the_budget_takes_goes_on_with_the_next_words(pusher: Pusher, customer: Make) -> None:
    li = customer()
    words = "".join(f"{n:03}四五六七。" for n in range(700))
    li.told(words)
    await pusher.sweep()
    assert len(li.got()) == 5
    assert li.got()[4].endswith(MORE)
    assert li.deliveries() == ["held"]
    li.does()
    await pusher.sweep()
    whole = "".join(each.removesuffix(MORE).rstrip("\n") for each in li.got())
    assert whole == words
    assert li.deliveries() == ["sent"]
