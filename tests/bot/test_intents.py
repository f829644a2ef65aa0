"""The classifier in Rasa's pipeline: what it emits and survives. Its two stages: test_cascade.py."""

import time
from typing import Any

import pytest


def parse(agent: Any, run: Any, text: str) -> dict[str, Any]:
    from rasa.core.channels.channel import UserMessage

    return run(agent.processor.parse_message(UserMessage(text)))


def test_label_and_sub_label_through_the_pipeline(agent: Any, run: Any) -> None:
    # "complain" has the subs broadband and charge in tests/bot/toy/data/nlu.yml
    parsed = parse(agent, run, "寬帶斷網三天了，沒人管！！！")
    assert (parsed["intent"]["name"], parsed["intent"]["sub"]) == ("complain", "broadband")
    assert parse(agent, run, "乱扣费我要投诉")["intent"]["sub"] == "charge"
    thanks = parse(agent, run, "谢谢你")
    assert thanks["intent"] == {**thanks["intent_ranking"][0], "sub": None, "stage": thanks["intent"]["stage"]}


def test_the_ranking_holds_every_label_once(agent: Any, run: Any) -> None:
    parsed = parse(agent, run, "宽带断了")
    ranking = parsed["intent_ranking"]
    assert sorted(entry["name"] for entry in ranking) == ["affirm", "complain", "greet", "inform", "thanks"]
    assert [entry["confidence"] for entry in ranking] == sorted(
        (entry["confidence"] for entry in ranking), reverse=True
    )
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1.0, abs=0.001)
    assert "text_tokens" not in parsed


def test_a_long_message_through_the_pipeline(agent: Any, run: Any) -> None:
    words = ("我家宽带断了三天了，打了好几次电话都没有人管，" * 500)[:10_000]
    parse(agent, run, words)
    started = time.perf_counter()
    parsed = parse(agent, run, words)
    assert time.perf_counter() - started < 0.05
    assert parsed["intent"]["name"] == "complain"
    assert parsed["text"] == words
