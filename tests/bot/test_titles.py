"""A button's title, typed, is the button; anything else stays the customer's words."""

from typing import Any

import pytest

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
