"""Is a complaint under a message whose label does not say so?"""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.complaints.grievance import complaint_under
from tests.support.rasa import Talk

UNDER = [
    # threats: the matter lies under them
    ("家里宽带断了三天，再不来修我就去工信部申诉", "rights_appeal", (), True),
    ("再不给我处理我就去12315投诉", "rights_appeal", (), True),  # it says so itself
    ("怎么向工信部申诉啊", "rights_appeal", (), False),
    ("你们要是这样我就去工信部", "rights_appeal", (), False),  # of what, is not said: that is asked under the answer
    # questions about a matter of its own, and grievances about it
    ("我想攜號轉網，你哋營業廳話我個號有合約唔畀轉，我從來冇簽過", "rights_portability", (), True),
    ("怎么携号转网，要什么手续", "rights_portability", (), False),
    ("我要销户你们营业厅推三阻四不给办", "rights_cancellation", (), True),
    # being charged on is no question about cancelling
    ("我已经注销了的宽带还在扣钱扣了半年了一共594", "rights_cancellation", (), True),
    ("宽带早就注销了还一直扣我钱", "rights_cancellation", (), True),
    ("销户需要带什么材料去营业厅", "rights_cancellation", (), False),
    ("没欠费无缘无故把我停机了", "billing_arrears_suspension", (), True),
    ("停机了怎么恢复使用", "billing_arrears_suspension", (), False),
    ("手机欠费早就交了，到现在还是停机状态打不了电话", "billing_arrears_suspension", (), True),
    ("这个月平白无故多出来一笔四十块钱的费用", "billing_detail", (), True),
    ("这个月话费怎么比上个月多", "billing_detail", (), False),
    # reported at once (actions/privacy/leaking.py), where it is not called a complaint
    ("我的信息被你们泄露了天天有人打电话", "privacy_leak", (), False),
    ("我要投诉你们泄露我的信息", "privacy_leak", (), True),
    ("你们凭什么收集我的身份证", "privacy_policy", (), False),  # what it rests on
    ("凭什么要我的手机号码啊", "privacy_policy", (), False),
    # words between two labels
    ("唉不行我还是要投诉，提前解约要我三百块违约金", "nlu_fallback", (), True),
    ("扣费扣得莫名其妙也不知道是什么业务", "nlu_fallback", ("complaint_vas", "complaint_billing"), True),
    ("今天天气不错啊适合出去走走", "nlu_fallback", ("out_of_scope", "greet_chitchat"), False),
    # questions about complaining
    ("投诉电话是多少啊告诉我一下", "rights_channels", (), False),
    ("你们投诉一般多久能处理完", "rights_channels", (), False),
    ("我可以在这里投诉营业厅吗", "rights_channels", (), False),
    # too short for a story
    ("投诉", "complain", (), False),
    ("不给退钱", "rights_other", (), False),
]


@pytest.mark.parametrize(("text", "intent", "others", "is_complaint"), UNDER)
def test_complaint_under(text: str, intent: str, others: tuple[str, ...], is_complaint: bool) -> None:
    assert complaint_under(_tracker(Talk().user(text, intent, 0.8, others))) is is_complaint


def test_two_matters_are_a_complaint_whatever_they_look_like_together() -> None:
    talk = Talk().user("宽带老断，另外多扣了钱", "billing_detail", matter=("complaint_broadband", "complaint_billing"))
    assert complaint_under(_tracker(talk))


CONTENT = [
    # what is named is what went well, or what is proposed
    ("宽带修好了，谢谢你们的师傅", "thanks", False),
    ("你们客服态度真好，给个赞", "praise", False),
    ("建议套餐到期前提前三天发个短信", "suggestion", False),
    ("建议你们别再乱扣费了", "suggestion", True),  # calls something wrong
    ("宽带还是没修好，跟没报修一样", "unsolved", True),  # what lies under it is the matter
]


@pytest.mark.parametrize(("text", "sub", "is_complaint"), CONTENT)
def test_satisfaction(text: str, sub: str, is_complaint: bool) -> None:
    assert complaint_under(_tracker(Talk().user(text, "satisfaction", 0.9, sub=sub))) is is_complaint


SURE = [
    # has the word, and the model is sure what it is
    ("投诉要找你们哪个部门", "rights_channels", 0.9, False),
    ("我要投诉外卖送餐太慢了", "out_of_scope", 0.9, False),
    ("投诉你们营业厅服务太差", "rights_channels", 0.5, True),  # not sure: the word decides
    ("我要投诉上个月的账单", "billing_detail", 0.9, True),
]


@pytest.mark.parametrize(("text", "intent", "confidence", "is_complaint"), SURE)
def test_the_word_complain(text: str, intent: str, confidence: float, is_complaint: bool) -> None:
    assert complaint_under(_tracker(Talk().user(text, intent, confidence))) is is_complaint


MATTERS = [
    # the first of two matters is a question: it is answered, and the complaint offered behind it (actions/second.py)
    (("billing_balance", "complaint_broadband"), False),
    (("complaint_broadband", "billing_balance"), True),
]


@pytest.mark.parametrize(("matters", "is_complaint"), MATTERS)
def test_two_matters(matters: tuple[str, str], is_complaint: bool) -> None:
    talk = Talk().user("查下余额，另外宽带没人修断了三天", matters[0], matter=matters)
    assert complaint_under(_tracker(talk)) is is_complaint


def test_a_button_is_none() -> None:
    assert not complaint_under(_tracker(Talk().user("/rights_appeal")))


def _tracker(talk: Talk) -> Tracker:
    state: dict[str, Any] = talk.call("action_answer")["tracker"]
    tracker: Tracker = Tracker.from_dict(state)
    return tracker
