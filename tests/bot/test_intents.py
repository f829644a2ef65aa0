"""The classifier: what it learns, emits and survives; its accuracy is measured elsewhere (docs)."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.nlu import ngrams
from bot.nlu.ngrams import Example, NgramModel

TEXTS = {
    "greet": ["你好", "您好", "在吗", "早上好", "哈喽小益", "嗨"],
    "broken": ["宽带断了", "上不去网", "光猫红灯", "没有信号", "断网三天了", "网速很慢"],
    "charge": ["乱扣费", "扣了我三十块", "话费不对", "多收了钱", "账单有问题", "凭什么扣钱"],
}


def example(text: str) -> Example:
    return Example(text, list(text))


def model() -> NgramModel:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    return ngrams.train([example(text) for text, _ in pairs], [label for _, label in pairs], 10.0)


def test_it_learns_its_examples() -> None:
    trained = model()
    for label, texts in TEXTS.items():
        for text in texts:
            assert trained.labels[trained.probabilities(example(text)).argmax()] == label


def test_probabilities_sum_to_one_and_nothing_known_is_uniform() -> None:
    trained = model()
    for text in ("宽带", "", "😀😀", "zzz", "啊" * 10_000):
        assert trained.probabilities(example(text)).sum() == pytest.approx(1.0)
    assert trained.probabilities(example("")) == pytest.approx([1 / 3] * 3)
    assert trained.probabilities(example("😀")) == pytest.approx([1 / 3] * 3)


def test_a_loaded_model_predicts_the_same(tmp_path: Path) -> None:
    trained = model()
    trained.save(tmp_path)
    loaded = NgramModel.load(tmp_path)
    for text in ("宽带断了怎么办", "扣钱", "你好呀"):
        assert np.array_equal(loaded.probabilities(example(text)), trained.probabilities(example(text)))


@pytest.mark.parametrize(
    "labels",
    [["a"] * 4, ["a", "a", "b", "b"], ["a", "b", "c", "d"], ["a", "a", "a", "b"]],
    ids=["one label", "two labels", "one example each", "a rare label"],
)
def test_little_data_is_no_error(labels: list[str]) -> None:
    trained = ngrams.train([example(text) for text in ("宽带", "话费", "你好", "再见")], labels, 10.0)
    assert trained.labels == sorted(set(labels))
    assert trained.labels[trained.probabilities(example("宽带")).argmax()] == labels[0]


def test_one_phone_number_is_like_any_other() -> None:
    texts = ["13800138001", "我的电话13800138004", "宽带断了", "打10086没人接"]
    trained = ngrams.train([example(text) for text in texts], ["inform", "inform", "broken", "broken"], 10.0)
    seen = trained.probabilities(example("13800138001"))
    for number in ("13800138009", "138 0013 8009", "138-0013-8009"):
        assert np.allclose(
            trained.probabilities(Example(number, [number])), trained.probabilities(Example("1" * 11, ["1" * 11]))
        )
    assert trained.labels[seen.argmax()] == "inform"
    assert not any("1380" in gram for gram in trained.vocabulary)  # a model holds nobody's number
    assert any("1008" in gram for gram in trained.vocabulary)  # but the hotline's is a word


def test_only_the_beginning_counts() -> None:
    trained = model()
    start = "宽带断了，" + "哦" * ngrams.MAX_CHARACTERS
    assert np.array_equal(trained.probabilities(example(start)), trained.probabilities(example(start + "你好" * 500)))


def test_a_message_takes_well_below_a_millisecond() -> None:
    trained, message = model(), example("我家宽带断了三天了，昨天打电话没人管，还扣了三十块钱")
    started = time.perf_counter()
    for _ in range(100):
        trained.probabilities(message)
    assert (time.perf_counter() - started) / 100 < 0.003


def parse(agent: Any, run: Any, text: str) -> dict[str, Any]:
    from rasa.core.channels.channel import UserMessage

    return run(agent.processor.parse_message(UserMessage(text)))


def test_label_and_sub_label_through_the_pipeline(agent: Any, run: Any) -> None:
    # "complain" has the subs broadband and charge in tests/bot/toy/data/nlu.yml
    parsed = parse(agent, run, "寬帶斷網三天了，沒人管！！！")
    assert (parsed["intent"]["name"], parsed["intent"]["sub"]) == ("complain", "broadband")
    assert parse(agent, run, "乱扣费我要投诉")["intent"]["sub"] == "charge"
    assert parse(agent, run, "谢谢你")["intent"] == {**parse(agent, run, "谢谢你")["intent_ranking"][0], "sub": None}


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
