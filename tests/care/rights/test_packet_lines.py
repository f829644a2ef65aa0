"""Lines of Chinese text: which signs begin and end none (https://www.w3.org/TR/clreq/), and what stays whole."""

from __future__ import annotations

import time

import pytest

from care.rights.packet_lines import lines


def _width(text: str) -> float:
    """A Chinese sign is as wide as two others."""
    return sum(1 if sign.isascii() else 2 for sign in text)


LINES = [
    # text, width in half signs, lines, why
    ("申诉材料准备好了", 8, ["申诉材料", "准备好了"], "fits exactly"),
    ("准备好了，请看", 8, ["准备好", "了，请看"], "no line begins with a comma"),
    ("他说“马上就好”", 8, ["他说“马", "上就好”"], "an opening sign may stand inside"),
    ("今天他说“好”", 10, ["今天他说", "“好”"], "none ends with an opening sign"),
    ("好了）。再见吧", 6, ["好", "了）。", "再见吧"], "two closing signs go with the sign before them"),
    ("请打12381吧", 8, ["请打", "12381吧"], "a number stays whole"),
    ("见 miit.gov.cn 网", 8, ["见 miit.", "gov.cn", "网"], "wider than a line: broken anywhere"),
    ("第一行\n\n第三行", 10, ["第一行", "", "第三行"], "lines of the writer's own stay"),
    ("", 10, [""], "nothing"),
    ("，，，，，，", 4, ["，，", "，，", "，，"], "signs alone end all the same"),
]


@pytest.mark.parametrize(("text", "width", "expected", "why"), LINES)
def test_lines(text: str, width: int, expected: list[str], why: str) -> None:
    assert lines(text, width, _width) == expected, why


def _as_marks(text: str) -> float:
    """Marks have no width."""
    return sum(0 if sign == "\u0301" else 2 for sign in text)


LONG = [
    # text, why
    ("x" + "\u0301" * 40_000, "marks of no width: one line takes any number"),
    ("，" * 40_000, "closing signs: where may the line end?"),
    ("（" * 40_000, "opening signs"),
    ("字" + "，" * 40_000, "one sign that may begin a line"),
    ("a" * 40_000, "one word"),
    ("ab " * 13_000, "words"),
]


@pytest.mark.parametrize(("text", "why"), LONG)
def test_the_work_grows_with_the_text_alone(text: str, why: str) -> None:
    """Twice the text takes about twice as long; what was quadratic took minutes for this."""
    began = time.process_time()
    found = lines(text, 100, _as_marks)
    assert time.process_time() - began < 2, why
    assert "".join(found).replace(" ", "") == text.replace(" ", ""), "nothing is lost"
