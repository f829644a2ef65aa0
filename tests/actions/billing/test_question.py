"""What a message asks: topic from label, sub-label and sure words; month; what a button names."""

from __future__ import annotations

import json

import pytest
from rasa_sdk import Tracker

from actions.billing.asked import Question
from actions.billing.question import TOPICS, WrongMonth, payload, question_of, topic_of
from care.billing.access import LEVELS
from care.billing.months import MonthProblem
from care.billing.values import Month
from tests.support.rasa import Talk
from tests.support.times import NOW


def _asks(talk: Talk) -> Question | WrongMonth | None:
    return question_of(Tracker.from_dict(talk.call("action_billing")["tracker"]), NOW)


BY_LABEL = [
    # words without a hint: label and sub-label decide
    ("查话费", "billing_balance", None, "balance"),
    ("钱呢", "billing_balance", "topup", "topup"),
    ("查账单", "billing_detail", None, "bill"),
    ("这个月怎么回事", "billing_detail", "why", "why"),
    ("这 15 块是什么", "billing_detail", "item", "item"),
    ("流量", "billing_usage", None, "usage"),
    ("快用完时说一声", "billing_usage", "reminders", "reminders"),
    ("我的套餐", "billing_package", None, "plan"),
    ("我的套餐", "billing_package", "plan", "plan"),
    ("什么时候能走", "billing_package", "contract", "contract"),
    ("看看卖什么", "billing_package", "offers", "offers"),
    ("换 39 的", "billing_package", "change", "change"),
    ("都开了啥", "billing_package", "vas", "vas"),
    ("彩铃不要了", "billing_package", "unsubscribe", "unsubscribe"),
    ("我同意过吗", "billing_package", "consent", "consent"),
    ("小益会办啥", "billing_package", "transactions", "transactions"),
    ("停机了", "billing_arrears_suspension", None, "arrears"),
    ("被限制了", "billing_arrears_suspension", "restriction", None),  # has words of its own
    ("去日本", "billing_roaming", None, "roaming"),
    ("开漫游", "billing_roaming", "roaming_switch", "roaming_switch"),
    ("发票", "billing_invoice", None, "invoice"),
    ("发票", "billing_invoice", "a sub of tomorrow", "invoice"),
    ("你好", "greet_chitchat", None, None),
]


@pytest.mark.parametrize(("words", "label", "sub", "topic"), BY_LABEL)
def test_topic_by_label(words: str, label: str, sub: str | None, topic: str | None) -> None:
    asked = _asks(Talk().user(words, label, sub=sub))
    assert (asked.topic if asked else None) == topic


BY_WORDS = [
    # sure words win over a sub-label that is missing or another one
    ("话费怎么这么多", "billing_detail", "why"),
    ("为什么比上个月多了三十", "billing_detail", "why"),
    ("这个月怎么扣了这么多钱", "billing_balance", "why"),
    ("话费突然涨了好多", "billing_detail", "why"),
    ("月租怎么变高了", "billing_detail", "why"),
    ("多出来的50块是怎么回事", "billing_detail", "why"),
    ("為什麼話費這麼貴", "billing_detail", "why"),
    ("怎么还没出账单", "billing_detail", "bill"),  # no rise
    ("流量怎么用得这么快", "billing_usage", "usage"),  # no money
    ("我充的一百到账没", "billing_balance", "topup"),
    ("刚交的话费怎么没到", "billing_balance", "topup"),
    ("充值记录", "billing_balance", "topup"),
    ("充了50还剩多少", "billing_balance", "balance"),
    ("我现在用的什么套餐", "billing_package", "plan"),
    ("这张副卡是什么套餐", "billing_package", "plan"),
    ("合约没到期能换套餐吗", "billing_package", "change"),
    ("别推荐套餐，我问我自己的", "billing_package", "plan"),
    ("看到账单多了一项", "billing_detail", "bill"),  # 到账单, not 到账
    ("老提醒我流量不足，倒是告诉我还剩多少", "billing_usage", "usage"),
    ("漫游开通了为什么没信号", "billing_roaming", "roaming"),
    (
        "我上个月的账单里面为什么比之前几个月都多了好几十块钱，帮我一项一项列出来",
        "billing_detail",
        "bill",
    ),  # too long to be sure by words
    ("合约什么时候到期", "billing_package", "contract"),
    ("提前走违约金多少", "billing_package", "contract"),
    ("帮我退订视频会员", "billing_package", "unsubscribe"),
    ("取消这个增值业务", "billing_package", "unsubscribe"),
    ("这个会员是谁开的", "billing_package", "consent"),
    ("有开通凭证吗", "billing_package", "consent"),
    ("有什么便宜的套餐", "billing_package", "offers"),
    ("推荐个流量多的套餐", "billing_package", "offers"),
    ("我要换套餐", "billing_package", "change"),
    ("帮我办39元套餐", "billing_package", "change"),
    ("换卡了套餐还在吗", "billing_package", "plan"),  # the card is changed
    ("我开了哪些业务", "billing_package", "vas"),
    ("你能办什么业务", "billing_package", "transactions"),
    ("流量快用完了提醒我一声", "billing_usage", "reminders"),
    ("帮我开通国际漫游", "billing_roaming", "roaming_switch"),
    ("漫游流量怎么关掉", "billing_roaming", "roaming_switch"),
    ("关闭国际漫游", "billing_roaming", "roaming_switch"),
    ("开通日本漫游多少钱", "billing_roaming", "roaming"),  # asks for the price
    ("去日本漫游多少钱", "billing_detail", "roaming"),  # whatever of the labels it has
    ("上个月漫游花了多少钱", "billing_detail", "item"),  # of what was charged already
    ("漫游怎么扣了这么多", "billing_roaming", "item"),
    ("畅看视频会员是什么", "billing_package", "item"),
    ("我的套餐是什么", "billing_package", "plan"),
]


@pytest.mark.parametrize(("words", "label", "topic"), BY_WORDS)
def test_topic_by_words(words: str, label: str, topic: str) -> None:
    assert topic_of(label, None, words) == topic


MONTHS = [
    # words, label, month
    ("10月账单", "billing_detail", Month(2026, 10)),
    ("上个月为什么这么多", "billing_detail", Month(2026, 10)),
    ("去年12月的发票", "billing_invoice", Month(2025, 12)),
    ("账单", "billing_detail", None),
    ("13月账单", "billing_detail", MonthProblem.NO_SUCH_MONTH),
    ("下个月账单", "billing_detail", MonthProblem.FUTURE),
    ("前年3月的账单", "billing_detail", MonthProblem.TOO_OLD),
    ("下个月去日本多少钱", "billing_roaming", None),  # the month of a journey
    ("下个月换套餐", "billing_package", None),
]


@pytest.mark.parametrize(("words", "label", "month"), MONTHS)
def test_month(words: str, label: str, month: Month | MonthProblem | None) -> None:
    asked = _asks(Talk().user(words, label))
    assert asked is not None
    assert (asked.problem if isinstance(asked, WrongMonth) else asked.month) == month


@pytest.mark.parametrize("topic", LEVELS)
def test_a_button_asks_what_it_names(topic: str) -> None:
    month = Month(2026, 10)
    button = payload(topic, month=month, item='s0-"shipin"', line="p12")
    assert _asks(Talk().user(button)) == Question(topic, month, 's0-"shipin"')


def test_a_bare_button_is_only_its_label() -> None:
    assert payload("balance") == "/billing_balance"
    label, brace, rest = payload("why", month=Month(2026, 1)).partition("{")
    assert (label, json.loads(brace + rest)) == ("/billing_detail", {"sub": "why", "month": "2026-01"})


@pytest.mark.parametrize("topic", LEVELS)
def test_every_topic_has_a_label(topic: str) -> None:
    assert topic in {each for subs in TOPICS.values() for each in subs.values()}


def _waiting() -> Talk:
    return Talk().has(billing_topic="unsubscribe", billing_words="退订彩铃", billing_item="s1")


def test_a_button_goes_on_with_the_words_of_the_question_that_waits() -> None:
    """「再试一次」 behind a failure, and the choice of a number."""
    again = Question("unsubscribe", None, "s1", "退订彩铃")
    button = payload("unsubscribe")
    failed = _waiting().user("退订彩铃", "billing_package").did("action_billing").said("utter_billing_down")
    assert _asks(failed.user(button)) == again
    assert _asks(_waiting().in_form("billing_form", "billing_line").user(payload("unsubscribe", line="p2"))) == again


NOT_GOING_ON = [
    # something else was answered since
    (payload("unsubscribe"), "billing_package", Question("unsubscribe")),
    ("退订", "billing_package", Question("unsubscribe", words="退订")),
]


@pytest.mark.parametrize(("text", "label", "question"), NOT_GOING_ON)
def test_a_new_question_begins_anew(text: str, label: str, question: Question) -> None:
    assert _asks(_waiting().user("在吗", "greet_chitchat").said("utter_greet").user(text, label)) == question
