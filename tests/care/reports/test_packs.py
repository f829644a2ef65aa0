"""What each kind of report says of a month that is known."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from care.reports.content import Content, Number, Section, Table
from care.reports.packs import content_of
from care.reports.rules import LEAST, Kind, period_of
from care.reports.words import file
from care.staff.tables import Staff
from tests.support.reporting import CATEGORIES, DUE, categories, closed, counted, october, tally


def made(session: Session, kind: Kind = Kind.PUBLIC, name: str = "2026-10") -> Content:
    session.flush()
    return content_of(session, kind, period_of(kind, name), DUE)


def section_of(content: Content, key: str) -> Section:
    return next(section for section in content.sections if section.key == key)


def number_of(content: Content, key: str) -> Number:
    return next(number for section in content.sections for number in section.numbers if number.key == key)


def rows_of(content: Content, key: str) -> list[tuple[str, ...]]:
    return [row for table in section_of(content, key).tables for row in table.rows]


FIGURES = [
    # figure; value, what it is worked out from, target, met; why
    ("complaints", "626 件", None, None, None),
    ("solved_in_time", "95.5%", ("597", "625"), "不低于 90%", "met"),
    ("first_feedback", "98.7%", ("611", "619"), " 100%", "missed"),
    ("statutory", "高于 99.1%", ("601",), " 100%", "missed"),  # three were late: so few are not told
    ("cut_off", "低于 0.7%", ("741",), "不高于 0.5%", "met"),
    ("privacy_in_time", "100%", ("31", "31"), " 100%", "met"),  # none was late: that is nobody
    ("handling_time", "18 小时", ("597",), None, None),
    ("mean_wait", "28 秒", ("702",), "不高于 30 秒", "met"),
    ("counter_mark", "暂无数据", (), None, None),  # nobody was asked
    ("appeals", "7 件", None, None, None),
    ("complaints_appealed", "低于 1.6%", (), None, None),  # 7 less 6 is one, of whom nothing may be told
    ("coverage", "99.1%", ("9,912", "10,000"), "不低于 99%", "met"),  # the operator's own word
]


def test_every_figure_is_told_with_what_it_is_worked_out_from(session: Session) -> None:
    october(session)
    content = made(session)
    for key, text, counts, target, met in FIGURES:
        number = number_of(content, key)
        assert (number.text, number.target, number.met) == (text, target, met), key
        assert min(len(number.definition), len(number.source)) > 4, key
        if counts is not None:
            assert re.findall(r"（([\d,]+)）", number.worked_out) == list(counts), key
    assert number_of(content, "mean_wait").detail == "中位数 21 秒，90% 在 70 秒以内"
    assert number_of(content, "solved_in_time").before == "上月 93.7%"
    assert "网络部季度路测" in number_of(content, "coverage").definition
    assert content.brief.model_dump() == {"complaints": "626 件", "in_time": "95.5%", "mean": "18 小时"}


def test_categories_with_few_are_told_together(session: Session) -> None:
    october(session)
    rows = rows_of(made(session), "matters")
    assert [row[1] for row in rows] == ["212", "168", "97", "74", "41", "22", "12"]
    assert rows[-1][0] == "其余（2 类合计）", "3 and, so that nobody works that out, the 9 that are next"
    assert sum(int(row[1]) for row in rows) == sum(CATEGORIES.values())


def test_a_quarter_gives_no_month_away(session: Session) -> None:
    """Vas was told of in none but two of the months: with the quarter the third one would be known."""
    for month, vas in ((7, 30), (8, 3), (9, 40)):
        counts = {"complaint_broadband": 50, "complaint_billing": 25, "other": 10, "complaint_vas": vas}
        categories(session, date(2026, month, 10), counts)
    rows = rows_of(made(session, Kind.QUARTERLY, "2026Q3"), "matters")
    assert [row[0] for row in rows] == ["宽带与固话", "费用争议", "其余（2 类合计）"]
    assert [row[1] for row in rows] == ["150", "75", "103"]


def test_a_share_of_a_quarter_gives_no_month_away(session: Session) -> None:
    for month, late in ((7, 20), (8, 2), (9, 30)):
        tally(session, date(2026, month, 10), "repair", 100 - late, 100)
    assert number_of(made(session, Kind.PUBLIC, "2026-07"), "repair").text == "80%"
    told = number_of(made(session, Kind.QUARTERLY, "2026Q3"), "repair")
    assert told.text == "高于 81.6%", "52 of 300 would say that 2 were late in August"
    assert not re.search(r"\d{2,}", told.worked_out.replace("48", ""))


def test_the_joint_meeting_reads_owners_and_days(session: Session) -> None:
    october(session)
    session.add(
        Staff(
            number="8", name="张伟", role="supervisor", skills=[], department="network", is_head=True, password="x",
            must_change=False, created_at=DUE,
        )
    )  # fmt: skip
    content = made(session, Kind.MONTHLY)
    assert rows_of(content, "hot")[0] == ("宽带与固话", "212", "203", "网络基础设施部", "工号 8", "2026年11月30日")
    assert rows_of(content, "hot")[1][4] == "待会上指定", "nobody leads the department"
    assert rows_of(content, "incidents") == [("手机网络", "北京海淀", "至少 35 件", "工号 7", "2026年10月20日已恢复")]
    # Of the security department one was late: nothing exact of it, nor of the one that would give it away.
    assert [row[1:] for row in rows_of(content, "departments")] == [
        ("高于 95.3%", "达到"),
        ("94.3%", "达到"),
        ("100%", "达到"),
        ("不公布", "没有达到"),
    ]
    assert "张伟" not in content.model_dump_json()


def test_causes_are_of_what_was_closed(session: Session) -> None:
    october(session)
    earlier = made(session, Kind.QUARTERLY, "2026Q3")
    assert "causes" not in {section.key for section in earlier.sections}, "nothing of October"
    rows = rows_of(made(session, Kind.MONTHLY), "causes")
    assert rows[0][:2] == ("网络或设备故障", "41")
    assert rows[-1][:2] == ("其余（2 类合计）", "8")


def test_measures_name_no_small_number(session: Session) -> None:
    closed(session, {"attitude": 3, "partner": 1}, DUE - timedelta(days=60))
    told = section_of(made(session, Kind.QUARTERLY, "2026Q3"), "measures").paragraphs[0]
    assert "登记结论的 少于 5 件" in told
    assert "责任在我们的 不公布" in told


@pytest.mark.parametrize("kind", [Kind.PUBLIC, Kind.QUARTERLY])
def test_the_public_reads_of_nobody(session: Session, kind: Kind) -> None:
    october(session)
    content = made(session, kind, "2026Q4" if kind is Kind.QUARTERLY else "2026-10")
    assert not {"hot", "departments", "incidents", "about_internal"} & {section.key for section in content.sections}
    text = content.model_dump_json()
    for hidden in ("工号", "海淀", "R0000", "138", "operator.users"):
        assert hidden not in text, hidden


@pytest.mark.parametrize("kind", Kind)
def test_no_cell_is_below_five(session: Session, kind: Kind) -> None:
    """In no table of counts, whatever the counts were."""
    day = date(2026, 9, 10)
    categories(session, day, {"complaint_broadband": 4, "complaint_billing": 6, "other": 1, "complaint_vas": 30})
    closed(session, {"attitude": 1, "partner": 7, "other": 2}, DUE - timedelta(days=60))
    content = made(session, kind, "2026Q3" if kind is Kind.QUARTERLY else "2026-09")
    tables: list[Table] = [table for section in content.sections for table in section.tables]
    cells = [cell for table in tables for row in table.rows for cell in row[1:3]]
    assert cells
    assert not [cell for cell in cells if cell.isdigit() and 0 < int(cell) < LEAST]


@pytest.mark.parametrize("kind", Kind)
def test_a_month_without_anything_is_told_as_such(session: Session, kind: Kind) -> None:
    counted(session, date(2026, 9, 30))
    content = made(session, kind, "2026Q3" if kind is Kind.QUARTERLY else "2026-09")
    assert number_of(content, "complaints").text == "0 件"
    assert number_of(content, "solved_in_time").text in ("暂无数据", "期间内没有可计的")
    assert Content.model_validate(content.model_dump(mode="json")) == content, "as it is kept"


def test_a_month_that_nobody_counted_is_not_told_as_empty(session: Session) -> None:
    content = made(session)
    assert number_of(content, "complaints").text == "暂无数据"
    assert rows_of(content, "promises")[-1] == ("2026年10月", "暂无数据", "暂无数据")
    assert "还没有统计" in section_of(content, "about").paragraphs[0]


def test_every_section_is_in_some_report() -> None:
    words = file()
    assert set(words.section) == {name for names in words.sections.values() for name in names}
