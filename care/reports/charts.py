"""Charts of reports and of the desk: a line over time, bars side by side, the quadrants.

All wording is the caller's. What a colour says, a shape says as well (WCAG 1.4.1): a filled mark or a hollow one, a
triangle or a square. Loads matplotlib: import it where a chart is drawn, not where a process starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from care.reports.drawing import BLUE, GREEN, GREY, INK, PALE, PURPLE, RED, ROSE, Width, as_svg, drawing, font, width_of
from care.reports.labels import LEADS_FROM, Box, Label, place
from care.reports.layout import (
    BODY,
    EDGE,
    SMALL,
    TITLE_HEIGHT,
    Caption,
    Show,
    axes_in,
    labels_below,
    scale,
    shortened,
    titled,
    write,
)
from care.satisfaction.quadrants import Group, Placed, Quadrants

__all__ = ["Bar", "Caption", "Point", "QuadrantWords", "Target", "Width", "bars_svg", "quadrant_svg", "trend_svg"]

#: points: from one bar to the next; above and below what is in the quadrants
_BAR, _NAME_HEIGHT = 22.0, 20.0
#: points that stay for the bars beside long words, and for a title where even these are too long
_LEAST_BARS, _LEAST_TITLE = 90.0, 60.0


@dataclass(frozen=True)
class Target:
    value: float
    #: beside its line
    text: str


@dataclass(frozen=True)
class Point:
    label: str
    #: None: nothing was counted; the line has a gap there
    value: float | None
    #: its interval
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    title: str
    #: None: not told (too few); then only `text` stands there
    value: float | None
    #: at its end
    text: str
    #: short of what was promised: drawn hollow
    is_missed: bool = False


@drawing()
def trend_svg(
    points: Sequence[Point],
    caption: Caption,
    show: Show,
    target: Target | None = None,
    width: Width = Width.PAGE,
) -> str:
    """A line over time. `show`: a value in words, for the axis and, where it is known, the last point."""
    height = 190.0 if width is Width.PAGE else 180.0
    figure = titled(caption, width, height)
    values = [value for point in points for value in (point.value, point.low, point.high) if value is not None]
    known = [*values, target.value] if target else values
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = (high - low or abs(high) or 1.0) * 0.15
    bottom = 0.0 if low >= 0 and low - margin < (high - low) * 0.5 else low - margin
    left = EDGE + max(width_of(show(each), BODY) for each in (low, high)) + 10
    value = points[-1].value if points else None
    beside = [show(value)] if value is not None else []
    right = EDGE + max(width_of(text, BODY) for text in [*beside, target.text if target else ""]) + 6
    axes = axes_in(figure, left, TITLE_HEIGHT + 10, right, 24)
    axes.set_ylim(bottom, high + margin)
    axes.set_xlim(-0.4, max(len(points) - 0.6, 0.4))
    scale(axes, show)
    apart = 0.0
    if target:
        axes.axhline(target.value, color=RED, linewidth=1, dashes=(4, 3), zorder=2)
        if value is not None:
            apart = _apart(value, target.value, axes)
        write(axes, (1, target.value), target.text, RED, offset=(5, -apart), of_axes=True)
    _line(axes, points)
    if value is not None:
        write(axes, (1, value), show(value), BLUE, offset=(5, apart), of_axes=True)
    labels_below(axes, [point.label for point in points], width.value - left - right)
    return as_svg(figure, caption.title, caption.desc)


def _apart(value: float, other: float, axes: Axes) -> float:
    """Points by which the words at `value` move up, and those at `other` down, so that both can be read."""
    bottom, top = axes.get_ylim()
    distance = (value - other) / (top - bottom) * axes.bbox.height
    lacking = max(0.0, BODY * 1.3 - abs(distance)) / 2
    return lacking if distance >= 0 else -lacking


def _line(axes: Axes, points: Sequence[Point]) -> None:
    for at, point in enumerate(points):
        if point.low is not None and point.high is not None:
            axes.vlines(at, point.low, point.high, color=BLUE, linewidth=1, alpha=0.55, zorder=2.5)
    values = [float("nan") if point.value is None else point.value for point in points]
    axes.plot(
        range(len(points)), values, color=BLUE, linewidth=1.8, marker="o", markersize=4.5, zorder=3, clip_on=False
    )


@drawing()
def bars_svg(
    rows: Sequence[Bar],
    caption: Caption,
    target: Target | None = None,
    note: str = "",
    width: Width = Width.PAGE,
    most: float | None = None,
) -> str:
    """Bars from the left, in the order given. `note`: below, what a hollow bar means; `most`: where the axis ends."""
    above = TITLE_HEIGHT + (16 if target else 4)
    height = above + _BAR * max(len(rows), 1) + (22 if note else 8)
    figure = titled(caption, width, height)
    right = EDGE + max((width_of(row.text, BODY) for row in rows if row.value is not None), default=0) + 8
    titles = [shortened(row.title, max(width.value - right - _LEAST_BARS, _LEAST_TITLE)) for row in rows]
    left = EDGE + max((width_of(title, BODY) for title in titles), default=0) + 8
    axes = axes_in(figure, left, above, right, 22 if note else 8)
    values = [row.value for row in rows if row.value is not None]
    end = most or max([*values, target.value if target else 0.0], default=1.0) or 1.0
    axes.set_xlim(0, end)
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set(visible=True, color=GREY)
    for at, (row, title) in enumerate(zip(rows, titles, strict=True)):
        write(axes, (0, at), title, INK, offset=(-7, 0), ha="right")
        if row.value is None:
            write(axes, (0, at), row.text, GREY, offset=(5, 0))
            continue
        colour = RED if row.is_missed else BLUE
        face = "white" if row.is_missed else colour
        axes.barh(at, row.value, height=0.56, facecolor=face, edgecolor=colour, linewidth=1.4, zorder=3)
        write(axes, (1, at), row.text, colour if row.is_missed else INK, offset=(7, 0), of_axes=True)
    if target:
        axes.axvline(target.value, color=RED, linewidth=1, dashes=(4, 3), zorder=4)
        half = width_of(target.text, BODY) / 2
        across = left + (width.value - left - right) * target.value / end
        shift = min(0.0, width.value - EDGE - across - half)
        write(axes, (target.value, 1), target.text, RED, offset=(shift, 8), ha="center", of_axes=True)
    if note:
        figure.text(left / width.value, 8 / height, note, fontproperties=font(SMALL), color=GREY, va="center")
    return as_svg(figure, caption.title, caption.desc)


#: mark and colour of a group
_MARKS = {
    Group.URGENT: ("^", RED),
    Group.KEEP: ("o", GREEN),
    Group.LATER: ("s", GREY),
    Group.IRRELEVANT: ("D", PURPLE),
}
#: is it to the right, above? Satisfaction grows to the right, importance upwards (Martilla and James 1977)
_CORNERS = {
    Group.URGENT: (False, True),
    Group.KEEP: (True, True),
    Group.LATER: (False, False),
    Group.IRRELEVANT: (True, False),
}


@dataclass(frozen=True)
class QuadrantWords:
    """`groups`: their names; `note`: what a hollow mark means; `empty`: why nothing is drawn."""

    groups: Mapping[Group, str]
    across: str
    upwards: str
    note: str
    empty: str


@drawing()
def quadrant_svg(
    quadrants: Quadrants,
    titles: Mapping[str, str],
    words: QuadrantWords,
    caption: Caption,
    width: Width = Width.PAGE,
) -> str:
    """Importance over satisfaction, with the cuts and the four groups. `titles`: of the factors, by key.

    A thin line is the interval of a factor's importance; a factor that another survey might place elsewhere is hollow.
    """
    height = 350.0 if width is Width.PAGE else 380.0
    figure = titled(caption, width, height)
    points = [each for each in quadrants.factors if each.group is not None]
    if quadrants.too_few or not points:
        figure.text(0.5, 0.5, words.empty, fontproperties=font(BODY + 1), color=GREY, ha="center", va="center")
        return as_svg(figure, caption.title, caption.desc)
    axes = axes_in(figure, EDGE + 22, TITLE_HEIGHT + 16, EDGE, 46)
    small = font(SMALL)
    axes.annotate(
        f"↑ {words.upwards}", (0, 1), xytext=(-20, 9), xycoords="axes fraction", textcoords="offset points",
        fontproperties=small, color=GREY, va="center",
    )  # fmt: skip
    axes.annotate(
        f"{words.across} →", (1, 0), xytext=(0, -25), xycoords="axes fraction", textcoords="offset points",
        fontproperties=small, color=GREY, ha="right", va="center",
    )  # fmt: skip
    figure.text(EDGE / width.value, 9 / height, words.note, fontproperties=small, color=GREY, va="center")
    names = _fields(axes, quadrants, points, words)
    _factors(axes, points, titles, names)
    return as_svg(figure, caption.title, caption.desc)


def _fields(axes: Axes, quadrants: Quadrants, points: Sequence[Placed], words: QuadrantWords) -> list[Box]:
    """The scales, the four fields and the cuts between them; where the names of the fields stand."""
    x_cut, y_cut = quadrants.satisfaction_cut or 0.0, quadrants.importance_cut or 0.0
    axes.set_xlim(*_span([each.satisfaction or 0.0 for each in points], x_cut))
    axes.set_ylim(*_span_of_importance(points, y_cut, axes.bbox.height))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        for label in axis.get_ticklabels():
            label.set(fontproperties=font(SMALL), color=GREY)
    axes.spines["bottom"].set_visible(False)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    names = []
    for group, (is_right, is_upper) in _CORNERS.items():
        x, across = (x_cut, right - x_cut) if is_right else (left, x_cut - left)
        y, upwards = (y_cut, top - y_cut) if is_upper else (bottom, y_cut - bottom)
        face = ROSE if group is Group.URGENT else PALE
        axes.add_patch(Rectangle((x, y), across, upwards, facecolor=face, edgecolor="white", linewidth=2, zorder=0))
        names.append(_name(axes, words.groups[group], _MARKS[group][1], is_right, is_upper))
    axes.axvline(x_cut, color=GREY, linewidth=0.8, dashes=(4, 3), zorder=1)
    axes.axhline(y_cut, color=GREY, linewidth=0.8, dashes=(4, 3), zorder=1)
    return names


def _name(axes: Axes, text: str, colour: str, is_right: bool, is_upper: bool) -> Box:
    """Of a field, in its outer corner."""
    size, room = BODY + 1.5, axes.bbox
    offset = (-7 if is_right else 7, -11 if is_upper else 11)
    axes.annotate(
        text, (int(is_right), int(is_upper)), xytext=offset, xycoords="axes fraction", textcoords="offset points",
        fontproperties=font(size), color=colour, ha="right" if is_right else "left", va="center", zorder=5,
    )  # fmt: skip
    width = width_of(text, size)
    left = room.x1 - 7 - width if is_right else room.x0 + 7
    middle = room.y1 - 11 if is_upper else room.y0 + 11
    return Box(left - 3, middle - size * 0.7, left + width + 3, middle + size * 0.7)


def _factors(axes: Axes, points: Sequence[Placed], titles: Mapping[str, str], names: Sequence[Box]) -> None:
    bottom, top = axes.get_ylim()
    free = (top - bottom) * _NAME_HEIGHT / axes.bbox.height
    labels, intervals = [], []
    for each in points:
        marker, colour = _MARKS[each.group or Group.LATER]
        x, y = each.satisfaction or 0.0, each.importance or 0.0
        if each.low is not None and each.high is not None:
            ends = (max(each.low, bottom + free), min(each.high, top - free))
            axes.vlines(x, *ends, color=colour, linewidth=1, alpha=0.3, zorder=2)
            (place_x, low), (_, high) = axes.transData.transform([(x, ends[0]), (x, ends[1])])
            intervals.append(Box(place_x - 0.5, low, place_x + 0.5, high))
        face = "white" if each.is_unsure else colour
        axes.plot(
            [x], [y], marker, markersize=6, markerfacecolor=face, markeredgecolor=colour, markeredgewidth=1.4, zorder=4
        )
        place_x, place_y = axes.transData.transform((x, y))
        title = titles.get(each.key, each.key)
        labels.append(Label(place_x, place_y, width_of(title, BODY), BODY * 1.15))
    room = Box(axes.bbox.x0 + 2, axes.bbox.y0 + 2, axes.bbox.x1 - 2, axes.bbox.y1 - 2)
    boxes = place(labels, room, names, [*intervals, *_cuts(axes)])
    for each, label, box in zip(points, labels, boxes, strict=True):
        _label(axes, titles.get(each.key, each.key), label, box)


def _cuts(axes: Axes) -> list[Box]:
    """The lines between the fields, as what words rather do not cross."""
    return [
        Box(min(xs) - 0.5, min(ys) - 0.5, max(xs) + 0.5, max(ys) + 0.5)
        for line in axes.lines[:2]
        for xs, ys in [line.get_transform().transform(line.get_xydata()).T]
    ]


def _label(axes: Axes, title: str, label: Label, box: Box) -> None:
    x, y = box.middle
    near = min(max(label.x, box.left), box.right), min(max(label.y, box.bottom), box.top)
    if abs(near[0] - label.x) + abs(near[1] - label.y) > LEADS_FROM:
        axes.annotate(
            "", near, xytext=(label.x, label.y), xycoords="figure pixels", textcoords="figure pixels",
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 4, "shrinkB": 0}, zorder=3,
        )  # fmt: skip
    axes.annotate(
        title,
        (x, y),
        xycoords="figure pixels",
        fontproperties=font(BODY),
        color=INK,
        ha="center",
        va="center",
        zorder=5,
    )


def _span(values: Sequence[float], cut: float) -> tuple[float, float]:
    """From the lowest to the highest, with room for words around, and the cut well inside."""
    low, high = min(*values, cut), max(*values, cut)
    margin = (high - low or 1.0) * 0.2
    return low - margin, high + margin


def _span_of_importance(points: Sequence[Placed], cut: float, height: float) -> tuple[float, float]:
    """The intervals as well, as far as they leave the points apart, and room for the names of the fields."""
    values = [each.importance or 0.0 for each in points]
    low, high = min(*values, cut), max(*values, cut)
    most = (high - low or 1.0) * 0.5
    low = max(low - most, min(low - most / 4, *(each.low or 0.0 for each in points)))
    high = min(high + most, max(high + most / 4, *(each.high or 0.0 for each in points)))
    margin = (high - low) * _NAME_HEIGHT / (height - 2 * _NAME_HEIGHT)
    return low - margin, high + margin
