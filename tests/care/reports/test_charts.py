"""Charts: one picture that stands anywhere, says the same to who cannot see it, and never writes words over words."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from random import Random
from xml.etree import ElementTree

import pytest
from fpdf import FPDF

from care.reports.charts import Bar, Caption, Point, Target, Width, bars_svg, trend_svg
from care.reports.drawing import BLUE, GREEN, GREY, INK, PURPLE, RED
from care.reports.labels import Box, Label, place
from care.reports.quadrant_chart import chart_of
from care.satisfaction.quadrants import Group, Placed, Quadrants

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
CAPTION = Caption("按承诺时限解决的投诉占比", "12 个月，从 82% 升到 92%，目标 90%")
#: the seed's (REQUIREMENTS C4)
TITLES = {
    "local": "市话价格", "install": "装机时间", "billing": "结算准确性", "calls": "通话质量", "repair": "维修速度",
    "repairer": "维修人员态度", "installer": "装机人员态度", "cashier": "收费人员态度", "paying": "交费方便性",
    "rent": "月租费", "far": "国内长途价格",
}  # fmt: skip


def percent(value: float) -> str:
    return f"{value:.0%}"


def trend(width: Width = Width.PAGE) -> str:
    values = (0.82, 0.84, 0.83, None, 0.86, 0.88, 0.87, 0.9, 0.91, 0.905, 0.93, 0.92)
    points = [Point(f"{month}月", value) for month, value in enumerate(values, 1)]
    return trend_svg(points, CAPTION, percent, Target(0.9, "目标 90%"), width)


def index(width: Width = Width.PAGE) -> str:
    points = [Point(f"2026Q{quarter}", value, value - 1, value + 1) for quarter, value in enumerate((78.2, 81.8), 1)]
    return trend_svg(points, Caption("用户满意度指数", "从 78.2 到 81.8"), "{:.1f}".format, None, width)


def bars(width: Width = Width.PAGE) -> str:
    rows = [
        Bar("客户服务部", 0.962, "96.2%（502/522）"),
        Bar("网络基础设施部", 0.871, "87.1%（203/233）", is_missed=True),
        Bar("信息安全部", None, "不足 5 件，不公布"),
    ]
    return bars_svg(rows, Caption("各部门", "三个部门"), Target(0.9, "目标 90%"), "空心：未达目标", width, most=1.0)


def placed(number: int, random: Random) -> Placed:
    importance, content = random.uniform(0, 0.3), random.uniform(6, 9)
    group = random.choice(list(Group))
    return Placed(
        list(TITLES)[number], 600, importance, importance - 0.06, importance + 0.06, 0.1, content, content - 0.1,
        content + 0.1, False, group, random.random() < 0.5,
    )  # fmt: skip


def quadrants(seed: int) -> Quadrants:
    random = Random(seed)
    return Quadrants(600, tuple(placed(number, random) for number in range(11)), False, 0.6, 0.15, 7.5)


def four(width: Width = Width.PAGE) -> str:
    return chart_of(quadrants(1), TITLES, "2026 年第三季度", width)


def nothing(width: Width = Width.PAGE) -> str:
    factors = tuple(Placed(key, 3) for key in TITLES)
    return chart_of(Quadrants(12, factors, too_few=True), TITLES, "2026 年第三季度", width)


CHARTS: list[Callable[[Width], str]] = [trend, index, bars, four, nothing]
every = pytest.mark.parametrize("chart", CHARTS)
everywhere = pytest.mark.parametrize("width", Width)


@every
@everywhere
def test_a_chart_stands_anywhere(chart: Callable[[Width], str], width: Width) -> None:
    """In a page with a strict Content-Security-Policy, as an image, and beside other charts."""
    svg = chart(width)
    assert len(svg.encode()) < 150_000
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox", "").split()[2] == str(width.value)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "defs", "path", "use"}, "no text, for which a font would be needed"
    assert not [each for each in root.iter() if "style" in each.attrib or "clip-path" in each.attrib]
    ids = [name for each in root.iter() if (name := each.get("id"))]
    assert len(ids) == len(set(ids))
    assert {each.get(HREF, "#")[1:] for each in root.iter() if HREF in each.attrib} <= set(ids)
    assert "DejaVu" not in svg


@every
def test_who_cannot_see_it_is_told_what_it_shows(chart: Callable[[Width], str]) -> None:
    root = ElementTree.fromstring(chart(Width.PAGE))
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag, root.get("role")) == (f"{SVG}title", f"{SVG}desc", "img")
    assert title.text
    assert desc.text
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_the_description_of_the_quadrants_names_the_factors_of_each_group() -> None:
    found = Quadrants(
        600,
        (
            Placed("billing", 600, 0.2, 0.1, 0.3, 0.5, 6.0, 5.9, 6.1, False, Group.URGENT),
            Placed("local", 600, 0.2, 0.1, 0.3, 0.4, 6.0, 5.9, 6.1, False, Group.URGENT, True),
            Placed("rent", 600, 0.0, -0.1, 0.1, 0.1, 6.0, 5.9, 6.1, False, Group.LATER),
            Placed("far", 3),
        ),
        False, 0.6, 0.13, 7.0,
    )  # fmt: skip
    root = ElementTree.fromstring(chart_of(found, TITLES, "2026 年第三季度"))
    assert root[0].text == "服务因素四分图（2026 年第三季度）"
    assert root[1].text == (
        "横轴是满意度，纵轴是重要性，根据600份答卷。急需改进：结算准确性、市话价格。不占优先地位：月租费。"
    )


@every
def test_the_same_chart_is_the_same_bytes_whatever_else_is_drawn(chart: Callable[[Width], str]) -> None:
    alone = chart(Width.PAGE)
    with ThreadPoolExecutor(4) as threads:
        drawn = [(each, threads.submit(each, Width.PAGE)) for each in [*CHARTS, *CHARTS]]
    assert {future.result() for each, future in drawn if each is chart} == {alone}


@every
def test_it_can_be_drawn_into_a_pdf(chart: Callable[[Width], str]) -> None:
    pdf = FPDF(format="A4")
    pdf.add_page()
    shown = pdf.image(io.BytesIO(chart(Width.PAGE).encode()), x=18, y=20, w=174)
    assert shown.rendered_width == 174
    assert len(pdf.output()) > 3_000


def test_a_title_too_long_for_a_phone_becomes_smaller_and_signs_of_formulas_stay_signs() -> None:
    wide = bars_svg([Bar("$a$", 1, "$5$")], Caption("很长的标题" * 8, "…"), width=Width.PHONE)
    assert ElementTree.fromstring(wide)[0].text == "很长的标题" * 8


ODD: list[list[Point]] = [
    [],
    [Point("一月", None)],
    [Point("一月", 0.0)],
    [Point("一月", 0.9), Point("二月", 0.9)],  # on the target
    [Point("一月", -5.0, -6.0, -4.0), Point("二月", None)],
]


@pytest.mark.parametrize("points", ODD)
def test_a_trend_of_little_is_drawn_as_well(points: list[Point]) -> None:
    assert trend_svg(points, CAPTION, percent, Target(0.9, "目标 90%")).startswith("<svg")
    assert trend_svg(points, CAPTION, percent).startswith("<svg")


def test_long_words_leave_room_for_the_bars() -> None:
    rows = [Bar("移动电话国内漫游流量使用提醒不及时的投诉", 0.5, "50%（123456/246912）")]
    assert bars_svg(rows, CAPTION, width=Width.PHONE).startswith("<svg")


def test_bars_of_nothing_are_drawn_as_well() -> None:
    assert bars_svg([], CAPTION).startswith("<svg")
    assert bars_svg([Bar("全部", 0.0, "0")], CAPTION).startswith("<svg")
    assert bars_svg([Bar("全部", None, "不足 5 件")], CAPTION).startswith("<svg")


@pytest.mark.parametrize("colour", [INK, GREY, BLUE, RED, GREEN, PURPLE])
def test_colours_are_seen_on_white(colour: str) -> None:
    """WCAG 1.4.3: 4.5 to 1."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


ROOM = Box(30, 50, 472, 310)


@pytest.mark.parametrize("seed", range(30))
def test_words_lie_neither_on_words_nor_on_points(seed: int) -> None:
    """Thirteen factors anywhere in a chart of a page, with names in its corners."""
    random = Random(seed)
    labels = [
        Label(random.uniform(60, 440), random.uniform(80, 280), random.choice((26, 34, 43, 51)), 10) for _ in range(13)
    ]
    corners = [Box(30, 295, 80, 310), Box(420, 295, 472, 310), Box(30, 50, 80, 65), Box(420, 50, 472, 65)]
    boxes = place(labels, ROOM, corners, [])
    assert all(box.is_in(ROOM) for box in boxes)
    assert not [1 for one, other in combinations(boxes, 2) if one.shared(other)]
    assert not [1 for box in boxes for corner in corners if box.shared(corner)]
    points = [Box(each.x - 3, each.y - 3, each.x + 3, each.y + 3) for each in labels]
    assert not [1 for box in boxes for point in points if box.shared(point)]


def test_words_stand_at_their_own_point() -> None:
    """Two beside each other: one's words go left and the other's right."""
    left, right = place([Label(200, 100, 40, 10), Label(212, 100, 40, 10)], ROOM, [], [])
    assert left.right < 200
    assert right.left > 212
