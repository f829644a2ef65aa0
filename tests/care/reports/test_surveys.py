"""What a quarterly report says of the quarter's survey: only of one that is over, and of nobody."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy.orm import Session

from care.reports.content import Section
from care.reports.packs import content_of
from care.reports.rules import Kind, period_of
from care.satisfaction.answering import Given
from care.satisfaction.factors import factors
from care.satisfaction.waves import close_wave
from tests.support.surveys import answers, panel, wave_of
from tests.support.times import NOW, china

QUARTER = "2026Q4"
AFTER = china("2027-01-05 08:00")


def _section(session: Session) -> Section:
    content = content_of(session, Kind.QUARTERLY, period_of(Kind.QUARTERLY, QUARTER), AFTER)
    return next(each for each in content.sections if each.key == "survey")


def _answered(session: Session, count: int) -> int:
    """The overall mark goes with the speed of repairs, and with little else."""
    draw = random.Random(3)
    panel(session, count)
    wave_id = wave_of(session, count, QUARTER)
    given = []
    for _ in range(count):
        marks = {key: draw.randint(3, 10) for key in factors().keys}
        overall = round(0.7 * marks["repair_speed"] + 0.3 * draw.randint(3, 10))
        given.append(Given(overall, marks))
    answers(session, wave_id, given)
    return wave_id


def test_a_survey_that_runs_is_not_told(session: Session) -> None:
    _answered(session, 9)
    section = _section(session)
    assert section.paragraphs == ("这个季度没有已经结束、答卷够多的满意度调查。",)
    assert section.tables == ()


def test_few_answers_have_an_index_and_no_groups(session: Session) -> None:
    close_wave(session, _answered(session, 9), "9", NOW + timedelta(days=1))
    section = _section(session)
    assert "满意度指数" in section.paragraphs[0]
    assert section.tables == ()


def test_what_to_mend_first_stands_first(session: Session) -> None:
    close_wave(session, _answered(session, 400), "9", NOW + timedelta(days=1))
    section = _section(session)
    assert "根据 400 份答卷" in section.paragraphs[0]
    (table,) = section.tables
    assert len(table.rows) == len(factors().keys)
    groups = [row[3].removesuffix("（还不确定）") for row in table.rows]
    order = ["急需改进", "继续保持", "不占优先地位", "无关紧要"]
    assert groups == sorted(groups, key=order.index)
    most = max(table.rows, key=lambda row: float(row[2]))
    assert most[0] == "维修速度"
