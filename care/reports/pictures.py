"""Charts of a report as SVG, from what was frozen with it. matplotlib is loaded with the first one."""

from __future__ import annotations

from functools import lru_cache

from care.reports.content import Chart
from care.reports.numbers import percent

PAGE, PHONE = "PAGE", "PHONE"


@lru_cache(maxsize=64)
def svg(chart: Chart, width: str = PAGE) -> str:
    """One `<svg>` element; what it shows is in its title and description as well."""
    from care.reports import charts

    caption = charts.Caption(chart.title, chart.desc)
    wide = charts.Width[width]
    target = charts.Target(chart.target.value, chart.target.text) if chart.target else None
    show = percent if chart.unit == "share" else "{:,.0f}".format
    if chart.kind == "trend":
        points = [charts.Point(mark.label, mark.value) for mark in chart.marks]
        return charts.trend_svg(points, caption, show, target, wide)
    bars = [charts.Bar(mark.label, mark.value, mark.text, mark.is_missed) for mark in chart.marks]
    return charts.bars_svg(bars, caption, target, chart.note, wide)
