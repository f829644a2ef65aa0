"""Where the words beside the points of a chart go, so that none lies on another. Pure; all in points, y goes up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: between a point and its words, and around words
_GAP, _AIR = 6.0, 1.5
#: words further away than this need a line to their point
LEADS_FROM = 12.0
_DISTANCES = (1.0, 2.2, 3.6, 5.2, 7.0)
#: what it costs to cover a point or a word, to seem to be another point's, to cross a thin line, and to stand one gap
#: further away
_COVERS, _MISLEADS, _CROSSES, _FARTHER = 40.0, 12.0, 2.0, 3.0


@dataclass(frozen=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float

    def shared(self, other: Box) -> float:
        """Area of both."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across * down if across > 0 and down > 0 else 0.0

    def is_in(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )

    def distance(self, x: float, y: float) -> float:
        across = max(self.left - x, x - self.right, 0.0)
        up = max(self.bottom - y, y - self.top, 0.0)
        return math.hypot(across, up)

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(frozen=True)
class Label:
    """Words of this size beside a point."""

    x: float
    y: float
    width: float
    height: float


def place(labels: Sequence[Label], room: Box, taken: Sequence[Box], thin: Sequence[Box]) -> list[Box]:
    """A box for each, inside `room`: beside its point where it can be, not on others', not on what is `taken`, and
    rather not across what is `thin` (lines). The same input is placed the same.

    Those with the most neighbours choose first; then each looks again, now that it knows where the others are.
    """
    points = [Box(each.x - 4, each.y - 4, each.x + 4, each.y + 4) for each in labels]
    order = sorted(range(len(labels)), key=lambda at: -_crowd(labels, at))
    placed: dict[int, Box] = {}
    for _ in range(3):
        for at in order:
            others = [*taken, *points, *(box for other, box in placed.items() if other != at)]
            beside = [each for other, each in enumerate(labels) if other != at]
            costs = [
                (distance * _FARTHER + _cost(box, others, thin) + _misleads(box, labels[at], beside), box)
                for distance, box in _places(labels[at], room)
            ]
            placed[at] = min(costs, key=lambda found: found[0])[1]
    return [placed[at] for at in range(len(labels))]


def _places(label: Label, room: Box) -> Iterator[tuple[float, Box]]:
    """How far away, and where; best first: right, left, above, below, then the corners."""
    half_width, half_height = label.width / 2 + _AIR, label.height / 2 + _AIR
    found = False
    for distance in _DISTANCES:
        for across, up, worse in (
            (1, 0, 0), (-1, 0, 0.1), (0, 1, 0.2), (0, -1, 0.3), (1, 1, 0.4), (-1, 1, 0.5), (1, -1, 0.6), (-1, -1, 0.7)
        ):  # fmt: skip
            # Words are wide: in a corner they only have to clear the point, not to stand all the way over.
            x = label.x + across * (half_width + _GAP * (distance if up == 0 else 0.4 * distance))
            y = label.y + up * (half_height + _GAP * (distance if across == 0 else 0.8 * distance))
            box = Box(x - half_width, y - half_height, x + half_width, y + half_height)
            if box.is_in(room):
                found = True
                yield distance + worse, box
    if not found:
        yield 0.0, Box(label.x - half_width, label.y - half_height, label.x + half_width, label.y + half_height)


def _cost(box: Box, others: Sequence[Box], thin: Sequence[Box]) -> float:
    covered = sum(1 + box.shared(other) / 20 for other in others if box.shared(other) > 0)
    crossed = sum(1 + box.shared(line) / 15 for line in thin if box.shared(line) > 0)
    return covered * _COVERS + crossed * _CROSSES


def _misleads(box: Box, own: Label, beside: Sequence[Label]) -> float:
    near = box.distance(own.x, own.y)
    return sum(_MISLEADS for each in beside if box.distance(each.x, each.y) < near + 2)


def _crowd(labels: Sequence[Label], at: int) -> int:
    here = labels[at]
    return sum(
        abs(here.x - other.x) < here.width + _GAP and abs(here.y - other.y) < 3 * here.height for other in labels
    )
