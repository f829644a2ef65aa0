"""``python -m bot.lab``: one JSON object in, one out, whatever libraries print."""

from pathlib import Path
from typing import Any

import pytest

from tests.bot.lab.asking import ask

WRONG = [
    # (command, payload, words of the answer)
    ("weather", {}, "Give one of these commands: lint, suggest, group, "),
    ("group", b"{", "stdin must be one JSON object"),
    ("group", b"\xff", "stdin must be one JSON object"),
    ("group", [], "stdin must be one JSON object"),
    ("group", {}, '"texts" must be a list of strings'),
    ("group", {"texts": ["a", 1]}, '"texts" must be a list of strings'),
    ("group", {"texts": ["a", "b"], "alike": 2}, '"alike" must be a number from 0 to 1'),
    ("group", {"texts": ["a"] * 5001}, "give at most 5000"),
    ("lint", {"examples": [{"text": "a"}]}, '"examples" must be a list'),
    ("lint", {"examples": [{"text": "a", "label": "b", "spans": [[1]]}]}, '"spans" of an example'),
    ("lint", {"examples": [], "dictionary": "/nowhere"}, "no folder of dictionaries /nowhere"),
    ("suggest", {"examples": [{"text": "a", "label": "b"}]}, "fewer than two labels have 5 examples"),
]


@pytest.mark.parametrize(("command", "payload", "words"), WRONG)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(command: str, payload: Any, words: str) -> None:
    code, answer, _ = ask(command, payload)
    assert code == 1
    assert words in answer["error"]


TEXTS = ["宽带断了三天没人修", "家里宽带断网三天了也没人来修", "发票怎么开", "给我开个发票", "今天天气真好"]


def test_group(tmp_path: Path) -> None:
    payload = {"texts": TEXTS, "cache": str(tmp_path / "cache"), "alike": 0.9}
    code, answer, said = ask("group", payload)
    assert (code, answer) == (0, {"groups": [[0, 1], [2, 3], [4]]})
    assert "5 texts embedded" in said
    assert list((tmp_path / "cache").iterdir())
    assert ask("group", payload)[1] == answer
    assert ask("group", {"texts": []})[1] == {"groups": []}
    assert ask("group", {"texts": ["嗯"]})[1] == {"groups": [[0]]}


def test_lint() -> None:
    examples = [
        {"text": "我要取消彩铃业务", "label": "billing_package/vas", "spans": [[4, 6], [4, 8]]},
        {"text": "我想取消彩铃业务", "label": "complaint_vas"},
        {"text": "今天天气真好", "label": "out_of_scope", "spans": []},
    ]
    code, answer, _ = ask("lint", {"examples": examples, "dictionary": "data/jieba", "near": 0.95})
    assert code == 0
    [[one, other, alike]] = answer["near"]
    assert (one, other) == (0, 1)
    assert 0.95 < alike <= 1
    assert answer["cut"] in ([], [[0, 0, ["彩铃业务"]]])  # as the dictionary has the word or not


def test_suggest() -> None:
    wishes = {
        "billing_invoice": [
            "发票怎么开",
            "给我开个发票",
            "电子发票在哪下载",
            "开票要多久",
            "发票抬头写错了",
            "要一张增值税发票",
        ],
        "complaint_broadband": ["宽带断了", "家里没网了", "光猫亮红灯", "宽带太慢了", "宽带三天没人修", "宽带又掉线了"],
    }
    examples = [{"text": text, "label": label} for label, texts in wishes.items() for text in texts]
    examples.append({"text": "发票什么时候寄，发票抬头能改吗，我要发票", "label": "complaint_broadband"})
    examples.append({"text": "嗯", "label": "affirm"})  # too few of its label
    code, answer, said = ask("suggest", {"examples": examples, "dictionary": "data/jieba"})
    assert code == 0, said
    assert "left out, with fewer than 5 examples: affirm" in said
    assert [(error["index"], error["label"]) for error in answer["errors"]] == [(12, "billing_invoice")]
    assert answer["errors"][0]["sure"] > 0.5 > answer["errors"][0]["given"]
    [pair] = answer["pairs"]
    assert pair["labels"] == ["billing_invoice", "complaint_broadband"]
    assert 12 in pair["examples"]
    assert 0.7 < answer["accuracy"] < 1
