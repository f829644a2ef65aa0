"""Questions and small talk in the middle of a form, and what is none."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.digressions import answer_digression, digression_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.wording import say
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW


def _tracker(talk: Talk) -> Tracker:
    return Tracker.from_dict(talk.call("action_answer")["tracker"])


def _of(
    asked: str, text: str, intent: str = "nlu_fallback", confidence: float = 0.3, sub: str | None = None
) -> str | None:
    return digression_of(_tracker(Talk().asked(asked).user(text, intent, confidence, sub=sub)))


BY_WORDS = [
    # asked, said without a question mark and whatever the label, answered
    ("line", "多久能处理", "how_long"),
    ("line", "几天能修好啊", "how_long"),
    ("since", "什么时候给我解决", "how_long"),
    ("description", "多久能处理", "how_long"),
    ("wish", "要多久才能处理", "how_long"),
    ("wish", "什么时候能修好给个准话", None),  # that is what is wanted
    ("address", "咁几时整好", "how_long"),
    ("line", "你们几点上班", "hours"),
    ("line", "为什么要号码", "why_number"),
    ("line", "要我手机号干嘛", "why_number"),
    ("line", "為什麼要填電話號碼", "why_number"),
    ("line", "一定要留号码吗", "why_number"),
    ("address", "要地址干什么", "why_address"),
    ("wish", "问这么多干嘛", "why_questions"),
    ("line", "投诉收费吗", "fee"),
    ("line", "会不会泄露我的信息", "data"),
    ("line", "我的号码安全吗", "data"),
    ("contact", "可以匿名吗", "anonymous"),
    ("wish", "需要证据吗", "evidence"),
    ("wish", "怎么发图片", "evidence"),
    ("wish", "投诉有用吗", "useful"),
    ("line", "投诉有什么用", "useful"),
    ("line", "要你有什么用", None),  # anger at the bot
    ("line", "等一下我找找", "wait"),
    ("since", "我想想", "wait"),
    ("since", "等我查一下", "wait"),
    ("since", "等我看看账单", "wait"),
    ("since", "我去翻一下", "wait"),
    ("since", "什么意思", "meaning"),
    ("contact", "登记完了怎么查", "after"),
    ("line", "能不能快点", "hurry"),
    ("line", "快点行不行", "hurry"),
    ("contact", "截图收到了没", "evidence_received"),
]


@pytest.mark.parametrize(("asked", "text", "name"), BY_WORDS)
def test_what_is_about_the_form_is_told_by_words(asked: str, text: str, name: str | None) -> None:
    assert _of(asked, text) == name


BY_LABEL = [
    ("line", "你好", "greet_chitchat", 0.9, None, "chat"),
    ("line", "傻瓜", "greet_chitchat", 0.9, "insult", "insult"),
    ("line", "拜拜", "greet_chitchat", 0.9, "bye", "bye"),
    ("line", "帮助", "greet_chitchat", 0.9, "help", "help"),
    ("since", "谢谢你哦", "greet_chitchat", 0.9, "thanks", "thanks"),
    ("since", "我还剩多少流量？", "billing_usage", 0.9, None, "question"),
    ("since", "话费怎么查", "billing_balance", 0.9, None, "question"),  # a question without its sign
    ("wish", "你们答复有规定吗", "rights_channels", 0.9, None, "rights"),
    ("wish", "怎么删除我的信息", "privacy_delete", 0.9, None, "question"),
    ("wish", "我话费还剩多少", "billing_balance", 0.9, None, "question"),
    ("wish", "我有哪些权利", "rights_other", 0.9, None, "rights"),
    ("wish", "我的权利", "rights_other", 0.9, None, "rights"),
    ("wish", "今天天气怎么样", "out_of_scope", 0.9, None, "other"),
    ("line", "你们营业厅几点开门？", "other_telecom", 0.9, None, "question"),
    ("line", "今天天气怎么样", "out_of_scope", 0.9, None, "other"),
    ("line", "之前反映的有消息吗", "ticket_status", 0.9, None, "progress"),
    ("wish", "我上次的投诉到哪了", "ticket_status", 0.9, None, "progress"),
    ("line", "进展呢", "ticket_status", 0.9, None, "progress"),
    ("description", "我上次的投诉到哪了", "ticket_status", 0.9, None, None),  # a story may begin so
    ("wish", "你是人吗", "greet_chitchat", 0.9, "robot", "robot"),
    ("description", "自动回复的吧", "greet_chitchat", 0.9, "robot", "robot"),
    ("line", "投诉什么都行？", "rights_channels", 0.8, None, "rights"),
    ("line", "谢谢", "greet_chitchat", 0.9, "thanks", "thanks"),
    ("since", "麻烦你们了啊谢谢", "satisfaction", 0.9, "thanks", "thanks"),
    # words for the field
    ("since", "昨天查账单发现的", "billing_detail", 0.9, None, None),
    ("wish", "扣了多少退多少", "billing_detail", 0.9, None, None),
    ("wish", "说清楚是什么费用", "billing_detail", 0.9, None, None),
    ("line", "12345", "out_of_scope", 0.9, None, None),
    ("line", "12345", "rights_channels", 0.9, None, None),  # a hotline, and here a number that cannot be
    ("line", "销户", "rights_cancellation", 0.9, None, "rights"),
    ("address", "加油站往东第三家", "out_of_scope", 0.9, None, None),
    ("address", "思明区中山路88号", "greet_chitchat", 0.9, "bye", None),
    ("address", "北京朝阳", "out_of_scope", 0.9, None, None),
    ("wish", "退还多扣的话费", "billing_detail", 0.9, None, None),  # no question: it is the wish
    ("wish", "网太慢了怎么用？", "complaint_network", 0.9, None, None),  # a story may look like any complaint
    ("wish", "我还剩多少流量？", "billing_usage", 0.5, None, None),  # the model is not sure
    (
        "wish",
        "我想知道为什么我每个月的流量总是不够用，你们到底是怎么计算流量的，多少钱一兆，有没有依据？",
        "billing_usage",
        0.9,
        None,
        None,
    ),  # too long
    ("description", "怎么又多扣我话费？", "billing_detail", 0.9, None, None),  # asked for a story, a question is one
    ("wish", "转给工单系统的那个部门", "ticket_status", 0.9, None, None),
    ("wish", "不满意这个处理", "satisfaction", 0.9, "unsolved", None),
]


@pytest.mark.parametrize(("asked", "text", "intent", "confidence", "sub", "name"), BY_LABEL)
def test_everything_else_by_its_label(
    asked: str, text: str, intent: str, confidence: float, sub: str | None, name: str | None
) -> None:
    assert _of(asked, text, intent, confidence, sub) == name


ANSWERS = [
    # the same words as an answer to what was asked
    ("wish", "能不能快点处理"),
    ("wish", "尽快处理"),
    ("wish", "什么时候能修好给个准话"),
    ("wish", "多久能处理好给个期限"),
    ("wish", "怎么赔我"),
    ("wish", "别泄露我的信息"),
    ("wish", "不要收费"),
    ("contact", "尽快联系我"),
    ("description", "为什么我的号码没信号"),
    ("description", "报修几天没人处理了"),
    ("description", "你们乱收费"),
    ("description", "上次的投诉没有结果"),
    ("description", "为什么一直断网"),
    ("since", "上个月什么时候记不清了"),
    ("since", "报修几天都没人处理那天开始"),
    ("line", "13800138000，多久能处理"),  # a number comes first
    ("line", "不知道"),
    ("contact", "打我手机"),
]


@pytest.mark.parametrize(("asked", "text"), ANSWERS)
def test_words_for_the_field_are_no_digression(asked: str, text: str) -> None:
    assert _of(asked, text) is None


@pytest.mark.parametrize("text", ["/affirm", "/ticket_status", ""])
def test_a_button_is_none(text: str) -> None:
    assert _of("line", text) is None


PROMISES = [
    ("complaint_vas", {"feedback": "24 小时", "solution": "24 小时"}),  # simple in the policy file
    ("complaint_broadband", {"feedback": "24 小时", "solution": "48 小时"}),
    (None, {"feedback": "24 小时", "solution": "48 小时"}),  # not known: the longest promise
]


@pytest.mark.parametrize(("category", "promise"), PROMISES)
async def test_how_long_is_what_the_policy_promises(
    actions: Actions, category: str | None, promise: dict[str, str]
) -> None:
    dispatcher = CollectingDispatcher()
    await answer_digression(dispatcher, _tracker(Talk(category=category).asked("line")), "how_long")
    (said,) = dispatcher.messages
    assert {name: said[name] for name in promise} == promise


NAMES = sorted({name for _, _, name in BY_WORDS if name} | {row[5] for row in BY_LABEL if row[5]})


@pytest.mark.parametrize("name", NAMES)
async def test_every_digression_has_an_answer(actions: Actions, name: str) -> None:
    dispatcher = CollectingDispatcher()
    await answer_digression(
        dispatcher, _tracker(Talk().asked("line").user("问一下", "greet_chitchat", sub="help")), name
    )
    (said,) = dispatcher.messages
    assert say(said["response"].removeprefix("utter_"), feedback="24 小时", solution="48 小时")


async def test_how_long_it_takes_is_told_of_the_ticket_that_is_there(actions: Actions) -> None:
    with transaction() as session:
        draft = Draft("complaint_broadband", "断网三天了", line="13800138000")
        file_complaint(session, draft, OnceKey("c1", 101, "action_file_complaint"), policy(), NOW)
    talk = Talk().has(ticket_step="withdraw").in_form("ticket_form", "ticket_confirmed").user("多久能处理", "inform")
    dispatcher = CollectingDispatcher()
    await answer_digression(dispatcher, _tracker(talk), "how_long")
    assert [said["response"] for said in dispatcher.messages] == ["utter_ticket_status"]
    dispatcher = CollectingDispatcher()
    await answer_digression(dispatcher, _tracker(Talk(category="other").asked("line")), "how_long")
    assert [said["response"] for said in dispatcher.messages] == ["utter_aside_how_long"], "that is about the new one"


@pytest.mark.parametrize(
    ("text", "intent", "answered"),
    [("话费余额", "billing_balance", "question"), ("销户", "rights_cancellation", "rights")],
)
def test_a_bare_topic_is_no_number(text: str, intent: str, answered: str) -> None:
    assert _of("line", text, intent, 0.9) == answered
    assert _of("address", text, intent, 0.9) is None, "there people write freely"
