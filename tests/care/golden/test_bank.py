"""The bank of golden questions: whole, our own, and nothing that the bot was trained with."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.errors import InvalidInput
from care.files import read_model
from care.golden.bank import Entry, Topic, bank, faults, questions
from tests.care.training.house import build

ROOT = Path(__file__).resolve().parents[3]
ARTICLE, PLAIN = "fee-detail-free", "可以，不收费。"


def test_the_shipped_questions_are_sound() -> None:
    assert faults(bank(), ROOT) == []
    assert len(bank()) >= 12
    assert len(questions()) >= 150
    assert len(questions("billing")) == len(bank()["billing"].questions)


def _topic(*entries: Entry) -> dict[str, Topic]:
    return {"money": Topic.model_construct(title="钱", questions=entries)}


@pytest.mark.parametrize(
    ("entry", "fault", "why"),
    [
        (Entry(ask="催 一 下！", article=ARTICLE), "trained with it", "an example of data/nlu, but for its marks"),
        (Entry(ask="拉一张清单", article="fee-detail"), "no article fee-detail", "an article that there is not"),
        (Entry(ask="拉一张清单", label="biling_detail", answer=PLAIN), "unknown", "a label that there is not"),
        (
            Entry(ask="拉一张清单", label="ticket_status", sub="hurry", answer=PLAIN),
            "no sub-label",
            "a sub of it",
        ),
        (Entry(ask="给13900139000拉一张清单", article=ARTICLE), "personal data", "somebody's number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_good_question_is_named(tmp_path: Path, entry: Entry, fault: str, why: str) -> None:
    (told,) = faults(_topic(entry), build(tmp_path))
    assert fault in told, why


def test_a_question_stands_once(tmp_path: Path) -> None:
    twice = [Entry(ask=ask, article=ARTICLE) for ask in ("拉一张清单", "拉一张清单？")]
    (told,) = faults(_topic(*twice), build(tmp_path))
    assert "twice" in told


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{ask: 拉一张清单}", "nothing is right"),
        ("{ask: 拉一张清单, article: a, label: b, answer: 可以，不收费}", "two things are right"),
        ("{ask: 拉一张清单, label: billing_detail}", "people have no answer"),
        ("{ask: 拉一张清单, article: a, sub: why}", "a sub-label without its label"),
    ],
)
def test_a_question_says_what_is_right(tmp_path: Path, entry: str, why: str) -> None:
    path = tmp_path / "money.yml"
    path.write_text(f"title: 费用\nquestions:\n  - {entry}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_model(path, Topic, "golden")
    assert refused.value.reason == "golden", why
