"""What is an answer, and what only says that somebody has the matter."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from care.answers.phrases import lacks, read, reason_of
from care.answers.rules import TOO_SHORT, Way
from care.errors import InvalidInput

NONE = [
    # the words, and what makes them no answer
    ("已收到", ["received"]),
    ("已收到您的投诉，正在处理中，请耐心等待。", ["received", "working_on_it", "patience"]),
    ("您好，您反映的问题我们已受理，会尽快处理。", ["received", "working_on_it", "soon", "courtesy"]),
    ("已反馈", ["received"]),
    ("已记录，稍后回复您", ["received", "soon"]),
    ("正在核实", ["working_on_it"]),
    ("在查", ["working_on_it"]),
    ("已处理", ["working_on_it"]),
    ("问题已解决", ["working_on_it"]),  # what was it, and how?
    ("在跟进了", ["working_on_it"]),
    ("抱歉，正在核实", ["working_on_it", "courtesy"]),
    ("技术人员正在处理，请保持电话畅通", ["working_on_it", "patience"]),
    ("我们会尽快给您答复", ["soon"]),
    ("我们会第一时间给您一个满意的答复，感谢您的理解与支持", ["soon", "courtesy"]),
    ("尽快处理", ["working_on_it", "soon"]),
    ("工单已登记，后续会有专员与您联系", ["received", "soon"]),
    ("请您耐心等候通知", ["patience"]),
    ("已转相关部门处理", ["working_on_it", "passed_on"]),
    ("已转给相关部门，请您耐心等待", ["patience", "passed_on"]),
    ("已安排专人跟进", ["working_on_it", "passed_on"]),
    ("非常抱歉给您带来不便，我们高度重视您的问题", ["courtesy"]),
    ("感谢您的来电，祝您生活愉快", ["courtesy"]),
    ("問題已經收到，正在處理，請耐心等候", ["received", "working_on_it", "patience"]),  # in the other script
    ("好的", [TOO_SHORT]),
    ("已退费", [TOO_SHORT]),  # how much, for what?
    ("已修好", [TOO_SHORT]),
    ("--", [TOO_SHORT]),
]


@pytest.mark.parametrize(("words", "why"), NONE)
def test_no_answer(words: str, why: list[str]) -> None:
    assert lacks(words) == why
    assert all(reason_of(each) for each in why)


ANSWERS = [
    "已联系业务方核实",  # who was asked
    "已退费10元",
    "已原路退回",
    "已关闭该业务，退费10元",
    "已更换光猫，测速正常。",
    "经核实，该业务由合作方误开，已关闭并退还两个月费用20元",
    "设备已到，已修复",
    "下月起试行中午值班窗口",
    "已转给营业厅管理组",  # to whom, and not 「相关部门」
    "已转市场部核对活动规则",
    "查到11月3日的扣费来自彩铃业务，正在向合作方取证",
    "装维师傅明天上午9点上门检修",
    "小区光缆被施工挖断，抢修队正在熔接",
    "不支持退费：该流量包已使用完毕，协议第三条写明",  # not what the customer wants, and an answer
    "无法退费",
    "您的号码已恢复通话",
    "正在核对扣费记录，请您稍等",
    "业务方已确认",
    "您好，已收到您的投诉。经核查是基站故障，已于今天修复，感谢您的理解",  # courtesy takes nothing away
    "基站故障，搶修中，預計今晚8點恢復",
    "The router was replaced and works",
]


@pytest.mark.parametrize("words", ANSWERS)
def test_an_answer(words: str) -> None:
    assert lacks(words) == []


HOSTILE = [
    "已" * 12_000,
    "请耐心等待" * 2_400,
    "已转给相关" * 2_400,
    "会尽快给您" * 2_400,
    "1." * 6_000,
    "抱歉" * 6_000,
]


@pytest.mark.parametrize("words", HOSTILE, ids=[each[:5] for each in HOSTILE])
def test_the_time_follows_the_length(words: str) -> None:
    def took(text: str) -> float:
        began = time.process_time()
        lacks(text)
        return time.process_time() - began

    took(words)
    assert took(words) < 1.0


def test_an_sms_is_no_way() -> None:
    """Ours carries no words, and others see a screen."""
    assert {each.value for each in Way} == {"seen", "handed", "pushed", "reply", "word"}


BROKEN = [
    ("phrases: []\nfillers: ['的']\ntoo_short: 太短了，请写清楚。", "phrases"),
    (
        "phrases: [{name: a_b, why: 请写查到了什么。, words: ['(']}]\nfillers: ['的']\ntoo_short: 太短了，请写清楚。",
        "words",
    ),
    ("phrases: [{name: a_b, words: ['好']}]\nfillers: ['的']\ntoo_short: 太短了，请写清楚。", "why"),
]


@pytest.mark.parametrize(("text", "place"), BROKEN)
def test_a_broken_file_names_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "empty.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read(path)
    assert refused.value.reason == "empty_answers"
    assert place in str(refused.value)


def test_a_name_that_the_file_has_no_more_is_told_as_too_short() -> None:
    assert reason_of("of_yesterday") == reason_of(TOO_SHORT)
