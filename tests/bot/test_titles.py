"""A button's title, typed, is the button; anything else stays the customer's words."""

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.titles import payload_of

SAME = [
    "我要投诉",
    "「我要投诉」",  # as quoted in the help
    " 我要投诉。 ",
    "我要投诉！！",
    "我要投訴",  # traditional
    "我要 投诉",  # as speech recognition writes
]
OTHER = [
    "我要投诉你",  # more than the title
    "投诉",
    "我要投诉" * 20,
    "！！",
    "",
]


def understood(chat: Any) -> str:
    """The last message as Rasa took it."""
    return [event.text for event in chat.tracker().events if event.type_name == "user"][-1]


@pytest.mark.parametrize("text", SAME)
def test_a_typed_title_is_the_button(chat: Any, text: str) -> None:
    chat.say("/greet")
    assert chat.say(text) == ["请问联系电话？"]
    assert understood(chat) == "/complain"


@pytest.mark.parametrize("text", OTHER)
def test_other_words_stay_words(chat: Any, text: str) -> None:
    chat.say("/greet")
    chat.send(text)
    assert understood(chat) == text


def test_only_the_last_answer_counts(chat: Any) -> None:
    chat.say("/two_replies")  # its second bubble has 「好」
    chat.say("/thanks")
    chat.send("好")
    assert understood(chat) == "好"


def test_the_last_answer_of_a_closed_session_counts(chat: Any) -> None:
    """The ticket is filed, and with it the session ends; the buttons under it are still in front of the customer."""
    chat.say("/two_replies")
    chat.send("好", fresh=True)
    assert understood(chat) == "/affirm"


def test_a_payload_that_is_no_intent_stays_words(chat: Any) -> None:
    """「不等了」 belongs to the channel, which has it already handled while somebody was waiting."""
    chat.say("/channel_button")
    chat.send("不等了")
    assert understood(chat) == "不等了"


DOMAIN = Domain.from_dict({"intents": ["billing_detail", "complaint_billing", "deny"]})
BUTTONS = [
    {"title": "查费用明细", "payload": "/billing_detail"},
    {"title": "扣错了，要投诉", "payload": "/complaint_billing"},
    {"title": "都不是", "payload": "/deny"},
]


def payload(text: str, response: str) -> str | None:
    """What ``text`` stands for right after this response."""
    said = BotUttered("您是想查费用，还是扣错了？", {"buttons": BUTTONS}, {"utter_action": response})
    tracker = DialogueStateTracker.from_events("c1", [UserUttered("话费不对"), said])
    return payload_of(text, tracker, DOMAIN)


CHOICES = [
    # to the question which of two wishes was meant
    ("查费用明细", "/billing_detail"),  # the title
    ("投诉", "/complaint_billing"),  # a part that one title only has
    ("扣错了", "/complaint_billing"),
    ("明细", "/billing_detail"),
    ("第一个", "/billing_detail"),
    ("1", "/billing_detail"),
    ("选二", "/complaint_billing"),
    ("第二種", "/complaint_billing"),
    ("后面那个", "/complaint_billing"),
    ("后一个吧", "/complaint_billing"),
    ("前者", "/billing_detail"),
    ("都不是", "/deny"),
    ("不是", "/deny"),
    ("是", None),  # to which of them?
    ("4", None),
    ("我要投诉你们的服务态度", None),  # more than a title
]


@pytest.mark.parametrize(("text", "meant"), CHOICES)
def test_which_of_two_by_a_part_or_by_its_place(text: str, meant: str | None) -> None:
    assert payload(text, "utter_which_billing_detail_complaint_billing") == meant


@pytest.mark.parametrize("text", ["投诉", "1", "一个"])
def test_under_any_other_answer_a_part_is_no_title(text: str) -> None:
    """And a bare number may be an answer of its own."""
    assert payload(text, "utter_greet") is None
    assert payload("都不是", "utter_greet") == "/deny"


def test_a_place_counts_under_every_answer() -> None:
    assert payload("第二个", "utter_account") == "/complaint_billing"
    assert payload("选一", "utter_account") == "/billing_detail"
