"""What each kind of report says: sections of figures, charts and tables, frozen as they are when it is made.

Figures come from care.insight alone; tables by kind from breakdowns.py. What the public reads names nobody who works
here, and no area (REQUIREMENTS A15, A28, B5, B13, B16, B17, E19).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from care.insight.board import Value, board, counted_at
from care.insight.definitions import figures
from care.reports import breakdowns, surveys
from care.reports.breakdowns import COMPLAINTS, IN_TIME
from care.reports.content import Brief, Chart, Content, Number, Section, Table
from care.reports.exactness import kept_back, told_inexactly
from care.reports.numbers import Looked, by_key, count, number, text_of
from care.reports.rules import LEAST, Kind, Period, before, months_of
from care.reports.words import day_in_words, file, moment_in_words, period_title, word
from care.sla.policy import policy

MEAN = "handling_time"

_Part = TypeVar("_Part", Chart, Table)


@dataclass(frozen=True)
class _Parts:
    """What a section has beside its figures."""

    paragraphs: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Making:
    """What the sections of one report are made from."""

    session: Session
    kind: Kind
    period: Period
    values: Mapping[str, Value]
    past: Mapping[str, Value]
    #: of each month, for a quarter
    months: Sequence[Mapping[str, Value]]
    counted_at: datetime | None
    now: datetime

    def number(self, key: str) -> Number:
        past = Looked(self.past.get(key), key not in told_inexactly(self.past))
        return number(figures()[key], self.looked(key), past, self.kind)

    def looked(self, key: str) -> Looked:
        of_months = frozenset().union(*(kept_back(month) for month in self.months))
        return Looked(self.values.get(key), key not in told_inexactly(self.values, of_months))


def content_of(session: Session, kind: Kind, period: Period, now: datetime) -> Content:
    """A report from today's figures."""

    def looked(each: Period) -> Mapping[str, Value]:
        return by_key(board(session, each.since, each.until, now))

    making = Making(
        session,
        kind,
        period,
        values=looked(period),
        past=looked(before(kind, period)),
        months=[looked(month) for month in months_of(period)] if period.is_quarter else [],
        counted_at=counted_at(session, period.until),
        now=now,
    )
    words, operator = file().kinds[kind], policy().operator
    told = period_title(kind, period)
    return Content(
        operator=operator.title,
        hotline=operator.hotline,
        kind=kind,
        kind_title=words.title,
        period=period.name,
        period_title=told,
        since=period.since,
        until=period.until,
        made_at=now,
        counted_at=making.counted_at,
        title=f"{told}{words.title}",
        lead=words.lead,
        sections=tuple(section for name in file().sections[kind] if (section := _section(making, name)) is not None),
        brief=_brief(making),
    )


def _section(making: Making, name: str) -> Section | None:
    """None: there is nothing in it."""
    words = file().section[name]
    parts = _BESIDE[name](making) if name in _BESIDE else _Parts()
    if not (words.figures or parts.paragraphs or parts.charts or parts.tables):
        return None
    return Section(
        key=name,
        title=words.title,
        paragraphs=parts.paragraphs,
        numbers=tuple(making.number(key) for key in words.figures),
        charts=parts.charts,
        tables=parts.tables,
    )


def _brief(making: Making) -> Brief:
    def told(key: str) -> str:
        return text_of(figures()[key], making.looked(key))

    return Brief(complaints=told(COMPLAINTS), in_time=told(IN_TIME), mean=told(MEAN))


def _promises(making: Making) -> _Parts:
    chart, table = breakdowns.trend_of(making.session, making.period)
    return _Parts(charts=_there(chart), tables=(table,))


def _matters(making: Making) -> _Parts:
    told = breakdowns.told_of_categories(making.session, making.period)
    return _Parts(
        charts=_there(breakdowns.count_chart("categories", told)),
        tables=_there(breakdowns.count_table("categories", told)),
    )


def _causes(making: Making) -> _Parts:
    told = breakdowns.may_be_told(breakdowns.causes_of(making.session, making.period)[0])
    return _Parts(
        charts=_there(breakdowns.count_chart("causes", told)), tables=_there(breakdowns.count_table("causes", told))
    )


def _hot(making: Making) -> _Parts:
    return _Parts(tables=_there(breakdowns.hot_table(making.session, making.period)))


def _departments(making: Making) -> _Parts:
    return _Parts(tables=_there(breakdowns.department_table(making.session, making.period)))


def _incidents(making: Making) -> _Parts:
    return _Parts(tables=_there(breakdowns.incident_table(making.session, making.period)))


def _measures(making: Making) -> _Parts:
    cells, justified = breakdowns.causes_of(making.session, making.period)
    closed = sum(cell.count for cell in cells)
    surges = breakdowns.surges_of(making.session, making.period)
    words = file().measures
    told = words["justified"].format(total=count(closed), justified=breakdowns.part_in_words(justified, closed))
    return _Parts(
        paragraphs=(told, words["surges"].format(surges=len(surges))),
        tables=_there(breakdowns.surge_table(making.session, making.period)),
    )


def _survey(making: Making) -> _Parts:
    return _Parts(
        paragraphs=surveys.paragraphs_of(making.session, making.period),
        tables=_there(surveys.table_of(making.session, making.period, breakdowns.table)),
    )


def _written(name: str) -> Callable[[Making], _Parts]:
    """Paragraphs of words.yml."""

    def parts(making: Making) -> _Parts:
        values = {
            "hotline": policy().operator.hotline,
            "least": LEAST,
            "since": day_in_words(making.period.since),
            "until": day_in_words(making.period.until),
            "counted": moment_in_words(making.counted_at) if making.counted_at else word("uncounted"),
            "made": moment_in_words(making.now),
        }
        return _Parts(paragraphs=tuple(text.format(**values) for text in file().paragraphs[name]))

    return parts


_BESIDE: Mapping[str, Callable[[Making], _Parts]] = {
    "promises": _promises,
    "matters": _matters,
    "hot": _hot,
    "departments": _departments,
    "causes": _causes,
    "incidents": _incidents,
    "measures": _measures,
    "survey": _survey,
    "rights": _written("rights"),
    "about": _written("about"),
    "about_internal": _written("about_internal"),
}


def _there(part: _Part | None) -> tuple[_Part, ...]:
    return () if part is None else (part,)
