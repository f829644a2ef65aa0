"""Which field an answer fills although another was asked for, and what answers "since when"."""

from __future__ import annotations

import pytest

from care.complaints.answers import field_that_fits, is_a_time

FITS = [
    # The affected number
    ("13800138000", "line"),
    ("138 0013 8000", "line"),
    ("+86 13800138000", "line"),
    ("我的号码是13800138000", "line"),
    ("１３８００１３８０００", "line"),  # full-width
    ("幺三八零零一三八零零零", "line"),  # speech recognition
    ("138零零138零零零", "line"),  # half of it
    ("手机号：13800138000。", "line"),
    # What is wanted
    ("退钱", "wish"),
    ("退費", "wish"),
    ("赔偿我", "wish"),
    ("给我赔偿", "wish"),
    ("尽快修好", "wish"),
    ("赶紧给我修", "wish"),
    ("我要求道歉", "wish"),
    ("退钱并且道歉", "wish"),
    ("把多扣的钱退给我", "wish"),
    ("全额退款", "wish"),
    ("退还多收的话费", "wish"),
    ("给个说法", "wish"),
    ("免一个月话费", "wish"),
    ("取消套餐", "wish"),
    ("希望尽快恢复网络", "wish"),
    ("赔我500块", "wish"),
    # Since when
    ("上周五", "since"),
    ("昨天开始的", "since"),
    ("从上个月开始", "since"),
    ("大概三天前", "since"),
    ("半年多了", "since"),
    ("3个月了", "since"),
    ("11月1号", "since"),
    ("2026年11月1日", "since"),
    ("很久了", "since"),
    ("國慶期間", "since"),
    ("昨晚", "since"),
    ("前天晚上8点", "since"),
    # Clear of nothing
    ("3", None),
    ("哦", None),
    ("嗯", None),
    ("好的", None),
    ("是", None),
    ("", None),
    ("？", None),
    ("不知道", None),
    ("宽带断了", None),  # a story
    ("昨天客服态度很差", None),  # begins with a time
    ("退款一直没到账", None),  # begins with a wish
    ("解决不了问题", None),
    ("修好了又坏", None),
    ("赔偿金没给", None),
    ("取消", None),  # a word to the bot
    ("取消吧", None),
    ("帮我取消掉", None),
    ("解决了", None),  # thanks
    ("问题解决了，谢谢", None),
    ("回复啊", None),  # to the bot
    ("记不清了", None),  # of whatever was asked
    ("忘了", None),
    ("算了", None),
    ("周五下午", None),  # when to call
    ("晚上8点以后", None),
    ("10号以后打我", None),
    ("三天内解决", None),  # how soon
    ("你们什么时候退钱", None),  # a question
    ("能退钱吗", None),
    ("多久了能修好", None),
    ("下周一", None),
    ("13800138000 晚上打", None),  # how to be reached
    ("两个号码13800138000和13900139000", None),
    ("1380013800", None),  # a sign is missing
    ("02158888888", None),  # the number of what?
]


@pytest.mark.parametrize(("text", "field"), FITS)
def test_field_that_fits(text: str, field: str | None) -> None:
    assert field_that_fits(text) == field


TIMES = [
    # A day, by number or by name
    "11月1号", "2026-11-01", "2026/11/1", "20号", "上周", "上周五", "周三晚上", "星期天", "去年", "去年冬天",
    "昨天", "前天", "大前天", "今早", "刚才", "上个月", "上上个月", "這個月", "月初", "国庆期间",
    "双十一", "晚上8点", "八点多",
    "3个月", "半年多", "两三天了", "好几天了", "十来天", "一个礼拜了", "上学期", "寒假", "从那天起", "2月30日",
    # No day, but an answer
    "很久了", "好久了", "一直", "一直这样", "最近", "前段时间", "这阵子", "长期", "不久前", "换了套餐之后", "换光猫后",
    "开通宽带就这样", "办卡的时候", "从入网起", "升级以来", "记不清", "不记得了", "忘了", "不知道",
    "说不清", "很久很久以前", "經常",
]  # fmt: skip


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str) -> None:
    assert is_a_time(text)


NO_TIMES = [
    "3",  # three what?
    "12",
    "啊",
    "嗯",
    "哦哦",
    "好",
    "是的",
    "",
    "？？？",
    "13800138000",
    "退钱",
    "有一点卡",  # a little, not one o'clock
    "然后呢",  # not after something
    "对不起",  # nor from something on
    "没信号",
    "第一次",
    "一个人",
    "哈哈哈",
    "asdf",
    "说了你也不懂",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time(text: str) -> None:
    assert not is_a_time(text)
