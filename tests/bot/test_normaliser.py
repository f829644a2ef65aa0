"""The normaliser: one row a reason."""

import time

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.normaliser import ORIGINAL_TEXT, Normaliser
from bot.nlu.text import normalise


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("我家宽带断了", "我家宽带断了"),  # nothing to do
        ("我要投訴，寬頻斷了", "我要投诉,宽频断了"),  # traditional
        ("點解冇信號", "点解冇信号"),  # Cantonese in traditional characters
        ("１３８００１３８００１", "13800138001"),  # full-width digits
        ("ＷｉＦｉ　上不去", "WiFi 上不去"),  # full-width letters and space
        ("扣了①块", "扣了1块"),  # compatibility form
        ("我 家 宽 带 断 了", "我家宽带断了"),  # speech recognition puts spaces
        ("我的 5G 套餐", "我的 5G 套餐"),  # a space beside letters stays
        ("断网\n\n\t三天", "断网三天"),
        ("  你好  ", "你好"),
        ("投诉！！！！！", "投诉!"),
        ("什么？？？!!!", "什么?!"),
        ("唉……算了。。。", "唉.算了。"),
        ("😡😡😡退钱", "😡退钱"),  # repeated marks, emoji included
        ("哈哈哈", "哈哈哈"),  # repeated characters are words
        ("13800000000", "13800000000"),  # and digits are digits
        ("宽\u200b带\ufeff断\u2060了", "宽带断了"),  # zero width
        ("\u202e投诉\u202c", "投诉"),  # direction marks
        ("投\x00诉\x07\x7f\x9f", "投诉"),  # control characters
        ("❤\ufe0f", "❤"),  # variation selector
        ("\ud800坏", "坏"),  # half a surrogate pair
        ("", ""),
        (" \u200b\n", ""),
        ("😀", "😀"),
        ("/affirm", "／affirm"),  # what is normalised never looks like an intent
        ("／affirm", "／affirm"),
        ("\u200b／affirm", "／affirm"),
        ("//affirm", "／affirm"),
        ("a/b", "a/b"),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    assert normalise(written) == normal


def test_normalising_twice_changes_nothing() -> None:
    for text in ("我要投訴！！", "／affirm", "唉……", "ＷｉＦｉ　上 不 去", "㈠ ㎡ ½"):
        assert normalise(normalise(text)) == normalise(text)


def component() -> Normaliser:
    return Normaliser(Normaliser.get_default_config())


def test_the_original_is_kept_and_payloads_are_left_alone() -> None:
    words, payload = component().process(
        [Message({TEXT: "我要投訴！！"}), Message({TEXT: '/say{"topic": "寬頻！！"}'})]
    )
    assert (words.get(TEXT), words.get(ORIGINAL_TEXT)) == ("我要投诉!", "我要投訴！！")
    assert payload.get(TEXT) == '/say{"topic": "寬頻！！"}'


def test_training_examples_are_normalised() -> None:
    example = Message({TEXT: "１３８ 投訴", ENTITIES: [{"entity": "phone", "start": 0, "end": 3, "value": "１３８"}]})
    trained = component().process_training_data(TrainingData([example]))
    assert [(message.get(TEXT), message.get(ENTITIES)) for message in trained.training_examples] == [("138 投诉", None)]


@pytest.mark.parametrize("character", ["投訴", "！", " ", "\u200b", "😡", "１", "a"])
def test_ten_thousand_characters_take_little_time(character: str) -> None:
    started = time.perf_counter()
    (message,) = component().process([Message({TEXT: (character * 10_000)[:10_000]})])
    assert time.perf_counter() - started < 0.05
    assert len(message.get(TEXT)) <= 512
    assert TEXT_TOKENS not in message.data
