"""What every chart has: a caption, axes at a known place, words beside points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Transform

from care.reports.drawing import GREY, GRID, INK, Width, font, sheet, width_of

#: points of type
TITLE, BODY, SMALL = 11.0, 8.5, 7.5
#: points
EDGE, TITLE_HEIGHT = 8.0, 24.0
Show = Callable[[float], str]


@dataclass(frozen=True)
class Caption:
    """`title` is drawn above the chart; `desc` says in words what it shows, for who cannot see it."""

    title: str
    desc: str


def titled(caption: Caption, width: Width, height: float) -> Figure:
    figure = sheet(width, height)
    place = (EDGE / width.value, 1 - (EDGE + TITLE / 2) / height)
    size = min(TITLE, TITLE * (width.value - 2 * EDGE) / (width_of(caption.title, TITLE) or 1))
    figure.text(*place, caption.title, fontproperties=font(size), color=INK, va="center")
    return figure


def shortened(text: str, room: float) -> str:
    """As much of it as `room` has place for, in points of the body's type."""
    if width_of(text, BODY) <= room:
        return text
    while text and width_of(f"{text}…", BODY) > room:
        text = text[:-1]
    return f"{text}…"


def axes_in(figure: Figure, left: float, top: float, right: float, bottom: float) -> Axes:
    """`left` … `bottom`: points from the edges."""
    across, down = figure.bbox.width, figure.bbox.height
    axes = figure.add_axes((left / across, bottom / down, 1 - (left + right) / across, 1 - (top + bottom) / down))
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.tick_params(length=0, colors=GREY)
    return axes


def scale(axes: Axes, show: Show) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ticks = [tick for tick in axes.get_yticks() if axes.get_ylim()[0] <= tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [show(tick) for tick in ticks], fontproperties=font(SMALL), color=GREY)
    axes.grid(axis="y", color=GRID, linewidth=0.8)


def labels_below(axes: Axes, labels: Sequence[str], room: float) -> None:
    """As many as fit, the last always among them."""
    widest = max((width_of(label, SMALL) for label in labels), default=0) + 8
    every = max(1, -(-int(widest * len(labels)) // int(room)))
    shown = range(len(labels) - 1, -1, -every)
    axes.set_xticks(list(shown), [labels[at] for at in shown], fontproperties=font(SMALL), color=GREY)


def write(
    axes: Axes,
    at: tuple[float, float],
    text: str,
    colour: str,
    *,
    offset: tuple[float, float] = (0, 0),
    ha: str = "left",
    of_axes: bool = False,
    size: float = BODY,
) -> None:
    """`offset`: points from there. `of_axes`: what lies on an edge is counted in parts of the axes."""
    coordinates: str | Transform = "data"
    if of_axes:
        coordinates = axes.get_yaxis_transform() if at[0] == 1 else axes.get_xaxis_transform()
    axes.annotate(
        text,
        at,
        xytext=offset,
        xycoords=coordinates,
        textcoords="offset points",
        fontproperties=font(size),
        color=colour,
        ha=ha,
        va="center",
        annotation_clip=False,
        zorder=5,
    )
