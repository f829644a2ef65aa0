"""The quadrants of a wave as a chart, in our words (care/satisfaction/quadrants.yml): for the desk and for reports."""

from __future__ import annotations

from collections.abc import Mapping

from care.reports.charts import Caption, QuadrantWords, Width, quadrant_svg
from care.satisfaction.quadrants import Quadrants, words


def chart_of(quadrants: Quadrants, titles: Mapping[str, str], period: str, width: Width = Width.PAGE) -> str:
    """An SVG. `titles`: of the factors, by key; `period`: when the survey was, in words."""
    groups, chart = words().groups, words().chart
    members = {
        title: [titles[each.key] for each in quadrants.factors if each.group is group]
        for group, title in groups.items()
    }
    told = "".join(
        chart.group.format(group=title, factors=chart.between.join(named)) for title, named in members.items() if named
    )
    desc = chart.desc.format(answers=quadrants.answers, groups=told or chart.empty)
    return quadrant_svg(
        quadrants,
        titles,
        QuadrantWords(groups, chart.across, chart.upwards, chart.unsure, chart.empty),
        Caption(chart.title.format(period=period), desc),
        width,
    )
