"""What a complaint says, as a vector: how near two of them are, and the middle of many. Pure functions.

The encoder's vectors all lie in a narrow cone: two complaints of nothing in common have a cosine of 0.88. Less the mean
of many complaints they spread over the whole sphere, and unlike ones have 0. What is stored is that difference, of
length 1 (docs/decisions/0019-texts-as-vectors.md has the figures).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from operator import mul
from pathlib import Path

Vector = list[float]

SIZE = 384
#: cosine of two complaints of one matter, and of a complaint with the middle of a matter, which has less chance in it
NEAR, NEAR_CENTRE = 0.45, 0.5
#: letters, digits and signs of words; less says no more than its category
LEAST_SIGNS = 6

# of the 5,581 complaints of data/nlu that have eight signs or more
_MEAN = Path(__file__).with_name("mean.json")


def centred(vector: Sequence[float]) -> Vector:
    """As it is stored, of a vector of the encoder. Raises ValueError for one of another size."""
    return _unit([value - usual for value, usual in zip(vector, mean(), strict=True)])


def centre_of(vectors: Sequence[Vector]) -> Vector:
    """The middle of stored ones."""
    return _unit([math.fsum(column) for column in zip(*vectors, strict=True)])


def cosine(one: Vector, other: Vector) -> float:
    return math.fsum(map(mul, one, other))


def says_something(text: str) -> bool:
    return sum(sign.isalnum() for sign in text) >= LEAST_SIGNS


def _unit(vector: Vector) -> Vector:
    length = math.hypot(*vector)
    if not math.isfinite(length) or length == 0:
        raise ValueError("a vector has a length")
    return [value / length for value in vector]


@lru_cache(maxsize=1)
def mean() -> Vector:
    """Of the encoder's vectors of many complaints."""
    numbers: Vector = json.loads(_MEAN.read_text(encoding="utf-8"))
    return numbers
