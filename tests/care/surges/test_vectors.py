"""How near vectors are, less the mean of all."""

from __future__ import annotations

import math

import pytest

from care.surges.vectors import SIZE, centre_of, centred, cosine, says_something


def axis(number: int) -> list[float]:
    return [float(place == number) for place in range(SIZE)]


def test_stored_ones_have_length_one() -> None:
    assert math.hypot(*centred(axis(3))) == pytest.approx(1)
    assert cosine(axis(3), axis(3)) == 1
    assert cosine(axis(3), axis(4)) == 0


def test_the_middle_is_nearer_than_they_are_to_each_other() -> None:
    one, other = axis(3), axis(4)
    assert cosine(centre_of([one, other]), one) == pytest.approx(math.sqrt(0.5))


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        centred([1.0] * (SIZE - 1))


SAYS = [("断网了", False), ("？？？！！！。。。", False), ("副卡突然停机", True), ("APP登录不上", True), ("", False)]


@pytest.mark.parametrize(("text", "is_enough"), SAYS)
def test_what_says_enough(text: str, is_enough: bool) -> None:
    assert says_something(text) is is_enough
