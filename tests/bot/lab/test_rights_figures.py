"""What `quanyi rights report` counts, worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from bot.lab.payload import BadInput
from bot.lab.rights import SETS, Answer, Question, figures, misread, questions_of, run

# (text, right articles, found, what that counts as)
ROWS: "list[tuple[str, tuple[str, ...], list[tuple[str, float]], str]]" = [
    ("怎么销户", ("cancel-how",), [("cancel-how", 0.9), ("cancel-refund", 0.05)], "first, told"),
    (
        "余额退吗",
        ("cancel-refund",),
        [("cancel-how", 0.5), ("cancel-refund", 0.4)],
        "second, and too near to be told",
    ),
    ("要还机顶盒吗", ("cancel-equipment", "cancel-broadband"), [("cancel-broadband", 0.8)], "the other right one"),
    ("转网", ("porting-what",), [("cancel-how", 0.7), ("fee-price", 0.1)], "told a wrong one"),
    ("转网？", ("porting-what",), [], "nothing found"),
    ("写首诗", (), [("cancel-how", 0.6)], "told, though none answers"),
    ("你好", (), [("cancel-how", 0.4)], "not told: not likely enough"),
    ("天气", (), [], "not told"),
]
QUESTIONS = [Question(text, right) for text, right, *_ in ROWS]
ANSWERS = [Answer(found, "rights_other", 0.01 * at) for at, (*_, found, _) in enumerate(ROWS, 1)]


def test_shares() -> None:
    found = figures(QUESTIONS, ANSWERS, answer=0.5, margin=0.15)
    assert (found["questions"], found["without"]) == (5, 3)
    assert (found["first"], found["three"]) == (0.4, 0.6)
    assert (found["answered"], found["answered_right"]) == (0.6, 0.6667)
    assert found["answered_without"] == 0.3333
    assert found["topics"] == {
        "cancel": {"questions": 3, "first": 0.6667, "three": 1.0},
        "porting": {"questions": 2, "first": 0.0, "three": 0.0},
    }
    assert found["articles"] == {"cancel-refund": 1, "porting-what": 2}
    assert found["labels"] == {"rights_other": 5}
    assert found["speed"]["median"] == 45.0


def test_what_was_misread() -> None:
    found = misread(QUESTIONS, ANSWERS, answer=0.5, margin=0.15)
    assert [each["text"] for each in found] == ["余额退吗", "转网", "转网？", "写首诗"]


def test_nothing_to_divide_by() -> None:
    found = figures([], [], answer=0.5, margin=0.15)
    assert (found["first"], found["answered_without"], found["speed"]["p95"]) == (None, None, None)


@pytest.mark.parametrize("name", SETS)
def test_the_sets_can_be_read(name: str) -> None:
    questions = questions_of(SETS[name])
    assert any(question.right for question in questions)
    assert any(not question.right for question in questions)


WRONG = [
    ({"set": "dev"}, '"model" must be a path'),
    ({"model": "x", "set": "all"}, '"set" questions or dev'),
    ({"model": "x", "set": "dev", "answer": 2}, '"answer" must be a number from 0 to 1'),
]


@pytest.mark.parametrize(("payload", "told"), WRONG)
def test_what_cannot_be_measured(payload: "dict[str, Any]", told: str) -> None:
    with pytest.raises(BadInput, match=told):
        run(payload)


def test_a_file_that_is_no_set(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("questions: [a]", encoding="utf-8")
    with pytest.raises(BadInput, match="it has questions and none"):
        questions_of(file)
