"""The quarter's survey in a report: its index, and what it says should be mended first (REQUIREMENTS A7, A30, C2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.reports.content import Table
from care.reports.rules import Period
from care.reports.words import file
from care.satisfaction.factors import factors
from care.satisfaction.index import Index, index_of
from care.satisfaction.quadrants import Group, Placed, Quadrants, quadrants
from care.satisfaction.quadrants import words as names
from care.satisfaction.survey_tables import Wave
from care.satisfaction.waves import Status, answers_of


def paragraphs_of(session: Session, period: Period) -> tuple[str, ...]:
    """Of a wave that is over: a sum that still grows is not published."""
    wave = _wave(session, period)
    index = index_of(session, period.name) if wave else None
    if index is None:
        return (file().survey["none"],)
    told = file().survey["index"].format(**_values(index), answers=index.answers)
    earlier = index_of(session, _before(period.name))
    return (told, file().survey["before"].format(**_values(earlier))) if earlier else (told,)


def table_of(session: Session, period: Period, make: Callable[[str, Sequence[tuple[str, ...]]], Table]) -> Table | None:
    """The factors, those to mend first first; None: too few have answered for saying so."""
    wave = _wave(session, period)
    if wave is None:
        return None
    found = quadrants(answers_of(session, wave.id), factors().keys, names().cuts)
    return None if found.too_few else make("factors", _rows(found))


def _rows(found: Quadrants) -> list[tuple[str, ...]]:
    titles = {each.key: each.title for each in factors().factors}
    groups = list(Group)
    placed = [each for each in found.factors if each.group is not None and each.satisfaction is not None]
    placed.sort(key=lambda each: (groups.index(each.group or Group.IRRELEVANT), -(each.importance or 0.0)))
    return [(titles[each.key], f"{each.satisfaction:.1f}", f"{each.importance:.2f}", _group(each)) for each in placed]


def _group(factor: Placed) -> str:
    assert factor.group is not None  # only those are told
    title = names().groups[factor.group]
    return file().survey["unsure"].format(group=title) if factor.is_unsure else title


def _wave(session: Session, period: Period) -> Wave | None:
    return session.scalar(select(Wave).where(Wave.quarter == period.name, Wave.status == Status.CLOSED))


def _before(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number - 1}" if number > 1 else f"{year - 1}Q4"


def _values(index: Index) -> dict[str, str]:
    return {name: f"{value:.1f}" for name, value in (("value", index.value), ("low", index.low), ("high", index.high))}
