"""Breaking Chinese text into lines: no line begins with a closing sign or ends with an opening one (标点避头尾, CLREQ),
and numbers, dates and addresses stay whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: https://www.w3.org/TR/clreq/#prohibition_rules_for_line_start_end
NOT_FIRST = frozenset("、，。；：！？）》」』】”’…,.;:!?)]}%")
NOT_LAST = frozenset("（《「『【“‘([{")

#: signs of no width would make one line of any length
_MOST_PIECES = 400
_PIECE = re.compile(r"[!-~]+|.", re.DOTALL)

#: a piece and its width
_Piece = tuple[str, float]


def lines(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """`width` and `width_of` in the same unit; a line is as wide as its pieces together. A piece that is wider than a
    line is broken anywhere. The work grows with the text's length, whatever its signs."""
    found = []
    for paragraph in text.splitlines() or [""]:
        line: list[_Piece] = []
        taken = 0.0
        for piece in _pieces(paragraph, width, width_of):
            if line and (taken + piece[1] > width or len(line) >= _MOST_PIECES):
                stays = len(line) - _carried(line, piece[0])
                found.append(_joined(line[:stays]))
                line = [*line[stays:], piece] if stays < len(line) or not piece[0].isspace() else []
                taken = sum(each for _, each in line)
            else:
                line.append(piece)
                taken += piece[1]
        found.append(_joined(line))
    return found


def _joined(line: list[_Piece]) -> str:
    return "".join(piece for piece, _ in line).rstrip()


def _pieces(text: str, width: float, width_of: Callable[[str], float]) -> Iterator[_Piece]:
    for piece in _PIECE.findall(text):
        whole = width_of(piece)
        if whole > width:
            yield from ((sign, width_of(sign)) for sign in piece)
        else:
            yield piece, whole


def _carried(line: list[_Piece], following: str) -> int:
    """How many pieces of `line` go to the next one with `following`; none where that would help nothing."""
    for carried in range(len(line)):
        first = line[-carried][0] if carried else following
        if first[0] not in NOT_FIRST and line[-carried - 1][0][-1] not in NOT_LAST:
            return carried
    return 0
