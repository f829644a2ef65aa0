"""Wording of reports: care/reports/words.yml, checked when it is read."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model
from care.insight.definitions import figures
from care.reports.rules import Kind, Period
from care.timezone import CHINA

FILE = Path(__file__).with_name("words.yml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindWords(_Strict):
    title: str
    period: str
    lead: str


class SectionWords(_Strict):
    title: str
    #: keys of care/insight/figures.yml
    figures: tuple[str, ...] = ()


class TableWords(_Strict):
    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    note: str | None = None


class ChartWords(_Strict):
    title: str
    desc: str
    target: str = ""


class Words(_Strict):
    """care/reports/words.yml"""

    kinds: dict[Kind, KindWords] = Field(min_length=len(Kind))
    sections: dict[Kind, tuple[str, ...]] = Field(min_length=len(Kind))
    section: dict[str, SectionWords]
    paragraphs: dict[str, tuple[str, ...]]
    words: dict[str, str]
    tables: dict[str, TableWords]
    charts: dict[str, ChartWords]
    measures: dict[str, str]
    survey: dict[str, str]

    @model_validator(mode="after")
    def _names_exist(self) -> Words:
        for kind, names in self.sections.items():
            for name in names:
                if name not in self.section:
                    raise ValueError(f"sections.{kind}: {name} is not under section")
        for name, section in self.section.items():
            for key in section.figures:
                if key not in figures():
                    raise ValueError(f"section.{name}: {key} is no figure of care/insight/figures.yml")
        for name, table in self.tables.items():
            if len(table.head) != len(table.widths):
                raise ValueError(f"tables.{name}: as many widths as heads")
        return self


@lru_cache(maxsize=1)
def file() -> Words:
    """Raises InvalidInput (reason `report_words`) naming file and place."""
    return read_model(FILE, Words, "report_words")


def word(key: str, **values: Any) -> str:
    return file().words[key].format(**values)


def day_in_words(day: date) -> str:
    return word("date", year=day.year, month=day.month, day=day.day)


def moment_in_words(moment: datetime) -> str:
    return day_in_words(moment.astimezone(CHINA).date())


def period_title(kind: Kind, period: Period) -> str:
    first = period.since
    return file().kinds[kind].period.format(year=first.year, month=first.month, quarter=(first.month + 2) // 3)
