"""What is asked: by label and sub-label, by sure words whatever the label, and what only looks like it."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.privacy.question import Matter, Wish, payload, wish_by_words, wish_of
from tests.support.rasa import Talk

BY_LABEL = [
    # text, label, sub, matter, item
    ("你们存了我哪些资料", "privacy_access", None, Matter.VIEW, None),
    ("谁用过我的信息", "privacy_access", "usage", Matter.USAGE, None),
    ("我要一份个人信息副本", "privacy_access", "copy", Matter.COPY, None),
    ("打印通话清单", "privacy_access", "calls", Matter.CALLS, None),
    ("我名下几张卡", "privacy_access", "owned", Matter.OWNED, None),
    ("名字登记错了", "privacy_correct", None, Matter.CORRECT, None),
    ("把我的信息删掉", "privacy_delete", None, Matter.DELETE, None),
    ("把我的资料全部删了", "privacy_delete", None, Matter.DELETE, "all"),
    ("这次聊天都删了吧", "privacy_delete", None, Matter.DELETE, "chat"),
    ("把刚才说的话删了", "privacy_delete", None, Matter.DELETE, "chat"),
    ("这次聊天和投诉的资料都不要留", "privacy_delete", None, Matter.DELETE, None),
    ("撤回同意", "privacy_delete", "withdraw", Matter.SWITCH, None),
    ("撤回个性化推荐的同意", "privacy_delete", "withdraw", Matter.SWITCH, "off:personalisation"),
    ("撤回我对机器人学习的授权", "privacy_delete", "withdraw", Matter.SWITCH, "off:training"),
    ("我的信息被泄露了", "privacy_leak", None, Matter.LEAK, None),
    ("有人用我身份证开了卡", "privacy_leak", "opened", Matter.OPENED, None),
    ("录音留多久", "privacy_policy", "kept", Matter.POLICY, "kept"),
    ("怎么关闭精准营销", "privacy_policy", "personalisation", Matter.SWITCH, "off:personalisation"),
    ("能关掉大数据推送吗", "privacy_policy", "personalisation", Matter.SWITCH, "off:personalisation"),
    ("个性化推荐恢复一下", "privacy_policy", "personalisation", Matter.SWITCH, "on:personalisation"),
    ("大数据杀熟合法吗", "privacy_policy", "personalisation", Matter.POLICY, "personalisation"),
    ("什么是个性化推荐", "privacy_policy", "personalisation", Matter.POLICY, "personalisation"),
    ("你们的推销电话能不能别打了", "privacy_policy", "marketing", Matter.SWITCH, "off:marketing_calls"),
    ("我的聊天会被拿去训练AI吗", "privacy_policy", "training", Matter.POLICY, "training"),
    # no switch keeps a conversation from being stored: told why, and that it can be deleted
    ("我不同意你们的对话保存", "privacy_delete", "withdraw", Matter.POLICY, "kept"),
    ("不要保存我们的聊天", "privacy_policy", "training", Matter.POLICY, "kept"),
    ("不要用我的聊天记录训练AI", "privacy_delete", "withdraw", Matter.SWITCH, "off:training"),
    ("不同意隐私协议就不能用？", "privacy_policy", "what", Matter.POLICY, "what"),
]


@pytest.mark.parametrize(("text", "label", "sub", "matter", "item"), BY_LABEL)
def test_by_label(text: str, label: str, sub: str | None, matter: Matter, item: str | None) -> None:
    assert wish_of(_tracker(Talk().user(text, label, sub=sub))) == Wish(matter, item, text)


SURE = [
    ("下载我的资料", Matter.COPY, None),
    ("导出我的数据", Matter.COPY, None),
    ("帮我下载一下个人信息", Matter.COPY, None),
    ("给我一个新的下载链接", Matter.COPY, None),
    ("下载链接过期了", Matter.COPY, None),
    ("再发个下载地址", Matter.COPY, None),
    ("我的回执", Matter.RECEIPT, None),
    ("回执在哪", Matter.RECEIPT, None),
    ("再发个回执", Matter.RECEIPT, None),
    ("下载回执", Matter.RECEIPT, None),
    ("关掉个性化推荐", Matter.SWITCH, "off:personalisation"),
    ("个性化推荐怎么关", Matter.SWITCH, "off:personalisation"),
    ("不要给我精准营销", None, None),  # not sure: left to its label
    ("关闭精准广告", Matter.SWITCH, "off:personalisation"),
    ("打开个性化推荐", Matter.SWITCH, "on:personalisation"),
    ("别给我打营销电话", Matter.SWITCH, "off:marketing_calls"),
    ("别再给我打推销电话了", Matter.SWITCH, "off:marketing_calls"),
    ("不想接营销电话", Matter.SWITCH, "off:marketing_calls"),
    ("关闭营销电话", Matter.SWITCH, "off:marketing_calls"),
    ("撤回训练授权", Matter.SWITCH, "off:training"),
    ("不想让训练员看我的话", Matter.SWITCH, "off:training"),
    ("别拿我的话去训练", Matter.SWITCH, "off:training"),
    ("我的同意记录", Matter.CHOICES, None),
    ("我都同意过哪些", Matter.CHOICES, None),
    ("确认删除", Matter.DELETE, None),
    # near misses
    ("天天有推销电话，我要投诉", None, None),
    ("别人的推销电话太多了怎么办", None, None),
    ("下载软件流量不够", None, None),
    ("发票回执和账单一起寄给我公司", None, None),
    ("推荐个套餐", None, None),
    ("我同意", None, None),
    ("训练营在哪报名", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "matter", "item"), SURE)
def test_sure_words(text: str, matter: Matter | None, item: str | None) -> None:
    assert wish_by_words(text) == (Wish(matter, item, text) if matter else None)


@pytest.mark.parametrize("matter", Matter)
def test_a_button_asks_what_it_says(matter: Matter) -> None:
    talk = Talk().user(payload(matter))
    assert wish_of(_tracker(talk)) == Wish(matter)


BUTTONS = [
    (Matter.SWITCH, "off:training"),
    (Matter.DELETE, "chat"),
    (Matter.POLICY, "kept"),
    (Matter.CORRECT, "address"),
]


@pytest.mark.parametrize(("matter", "item"), BUTTONS)
def test_a_button_names_what_it_is_about(matter: Matter, item: str) -> None:
    assert wish_of(_tracker(Talk().user(payload(matter, item=item)))) == Wish(matter, item)


@pytest.mark.parametrize("label", ["billing_balance", "nlu_fallback", "complaint_vas", ""])
def test_other_labels(label: str) -> None:
    assert wish_of(_tracker(Talk().user("查一下余额", label))) is None


def _tracker(talk: Talk) -> Tracker:
    return Tracker.from_dict(talk.call("action_privacy")["tracker"])
