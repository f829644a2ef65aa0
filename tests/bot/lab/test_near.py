"""Which examples mean nearly the same, which spans a tokenizer cuts, which texts belong together."""

import numpy as np
import pytest

from bot.lab.group import groups
from bot.lab.lint import cut_spans, near_pairs
from bot.lab.words import tokenizer


def directions(*angles: float) -> np.ndarray:
    """Vectors of length 1; two of them have the cosine of the difference of their angles (degrees)."""
    radians = np.deg2rad(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_near_pairs_are_of_two_labels_and_most_alike_first() -> None:
    vectors = directions(0, 10, 1, 180, 11)
    labels = ["a", "b", "a/one", "b", "a"]
    # 0 and 2 are nearest, but of one label; 3 is far from all
    assert near_pairs(vectors, labels, 0.98) == [[1, 4, 0.9998], [1, 2, 0.9877], [0, 1, 0.9848]]
    assert near_pairs(vectors, labels, 0.999) == [[1, 4, 0.9998]]


def test_near_pairs_across_the_parts_in_which_they_are_compared() -> None:
    count = 2500  # more than two parts
    vectors = directions(*np.linspace(0, 90, count))
    labels = ["a"] * count
    labels[5] = labels[1200] = labels[2499] = "b"
    found = near_pairs(vectors, labels, float(np.cos(np.deg2rad(0.04))))
    assert sorted((one, other) for one, other, _ in found) == [
        *((4, 5), (5, 6)),
        *((1199, 1200), (1200, 1201)),
        (2498, 2499),
    ]


def test_no_examples() -> None:
    assert near_pairs(np.zeros((0, 2), np.float32), [], 0.9) == []


CUT = [
    # (text, span, tokens that it cuts)
    ("宽带坏了", (0, 2), None),
    ("宽带坏了", (0, 1), ["宽带"]),
    ("我的彩铃业务", (2, 4), ["彩铃业务"]),  # with the dictionary below: one word
    ("我的彩铃业务", (2, 6), None),
    ("我的彩铃业务", (1, 4), ["的", "彩铃业务"]),
    ("😀宽带坏了", (1, 3), None),
]


@pytest.mark.parametrize(("text", "span", "tokens"), CUT)
def test_spans_that_end_within_a_token(tmp_path, text: str, span: tuple[int, int], tokens: "list[str] | None") -> None:
    (tmp_path / "words.txt").write_text("宽带 1000\n彩铃业务 1000\n", encoding="utf-8")
    assert cut_spans(tokenizer(tmp_path), text, [list(span)]) == ([(0, tokens)] if tokens else [])


def test_a_dictionary_of_one_does_not_change_another() -> None:
    assert cut_spans(tokenizer(None), "我的彩铃业务", [[2, 4]]) == []


def test_groups_are_the_largest_first_and_hold_every_text_once() -> None:
    vectors = directions(90, 0, 1, 180, 2, 181)
    assert groups(vectors, 0.98) == [[1, 2, 4], [3, 5], [0]]
    assert groups(vectors, 1.0) == [[0], [1], [2], [3], [4], [5]]
    assert groups(vectors, 0.0) in ([[0, 1, 2, 4], [3, 5]], [[0, 3, 5], [1, 2, 4]])


def test_groups_do_not_chain() -> None:
    # single linkage would make one group of what is 10 degrees apart step by step
    found = groups(directions(*range(0, 181, 10)), float(np.cos(np.deg2rad(20))))
    assert len(found) > 3
    assert max(map(len, found)) <= 5
