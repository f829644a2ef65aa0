"""Marks in training examples: our finds, what is marked already, and brackets of the text itself."""

import pytest

from bot.lab import annotate
from bot.lab.entities import ROOT
from bot.lab.payload import BadInput
from bot.nlu.recogniser import Recogniser


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load(ROOT)


@pytest.mark.parametrize(
    ("text", "marked", "skipped"),
    [
        ("昨天扣了八十块", "[昨天](date)扣了[八十块](amount)", []),
        ("你好", "你好", []),
        # already marked: a mark stays with all that it carries
        ("[昨天](date)扣了八十块", "[昨天](date)扣了[八十块](amount)", []),
        ('[昨天]{"entity": "date", "role": "since"}扣的', '[昨天]{"entity": "date", "role": "since"}扣的', []),
        ("[58元](amount)套餐", "[58元](amount)套餐", []),  # it wins over ours
        # brackets of the text
        ("昨天[抓狂] 30块(真的)", "[昨天](date)[抓狂] [30块](amount)(真的)", []),
        ("【北京】联通", "【[北京](place)】联通", []),
        ("[怒]昨天扣了八十块", "[怒]昨天扣了[八十块](amount)", [("date", "昨天")]),  # Rasa reads [怒][…] as one mark
        ("看[ 昨天扣的", "看[ 昨天扣的", [("date", "昨天")]),
        ("[怒](生气)昨天", "[怒](生气)昨天", [("date", "昨天")]),  # Rasa takes this for a mark of a kind that is none
        ("[怒][怒]昨天", "[怒][怒]昨天", [("date", "昨天")]),  # and loses half of this
        ('/inform{"a": "昨天"}', '/inform{"a": "昨天"}', []),
    ],
)
def test_marks(recogniser: Recogniser, text: str, marked: str, skipped: list[tuple[str, str]]) -> None:
    done = annotate.annotate(text, recogniser)
    assert done == (marked, skipped)
    assert annotate.annotate(done.text, recogniser).text == marked, "twice is once"


def test_marks_are_replaced_when_told_so(recogniser: Recogniser) -> None:
    assert annotate.annotate("[58元](amount)套餐", recogniser, replace=True).text == "[58元套餐](plan)"


def test_command() -> None:
    assert annotate.run({"texts": ["取消彩铃", "[怒]昨天"]}) == {
        "texts": ["取消[彩铃](service)", "[怒]昨天"],
        "skipped": [{"index": 1, "entity": "date", "value": "昨天"}],
    }


@pytest.mark.parametrize("payload", [{}, {"texts": "昨天"}, {"texts": [1]}, {"texts": [], "replace": "yes"}])
def test_bad_input(payload: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        annotate.run(payload)
