"""A report as it is shown, frozen when it is made: wording, figures and what charts are drawn from, no code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(_Frozen):
    """One figure of the period."""

    key: str
    title: str
    #: its value, or why there is none
    text: str
    #: median and 90th percentile, of figures in seconds
    detail: str | None
    definition: str
    #: what is divided by what, with the counts where they may be told
    worked_out: str
    target: str | None
    #: against the target; None: there is none, or no value
    met: Literal["met", "missed"] | None
    met_text: str | None
    #: of the period before
    before: str | None
    source: str


class Table(_Frozen):
    title: str
    note: str | None
    head: tuple[str, ...]
    #: shares of the width
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


class Mark(_Frozen):
    label: str
    #: None: not told
    value: float | None
    text: str
    is_missed: bool = False


class Line(_Frozen):
    value: float
    text: str


class Chart(_Frozen):
    kind: Literal["trend", "bars"]
    title: str
    #: what it shows, in words
    desc: str
    #: how a value is told on the axis: 件, %, 秒
    unit: Literal["count", "share"]
    marks: tuple[Mark, ...]
    target: Line | None = None
    note: str = ""


class Section(_Frozen):
    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


class Brief(_Frozen):
    """What 小益 says of it."""

    complaints: str
    in_time: str
    mean: str


class Content(_Frozen):
    version: Literal[1] = 1
    operator: str
    hotline: str
    #: a word of care.reports.rules.Kind
    kind: str
    kind_title: str
    period: str
    period_title: str
    since: date
    until: date
    made_at: datetime
    #: when the newest day of the period was counted; None: it never was
    counted_at: datetime | None
    title: str
    #: one paragraph under the title
    lead: str
    sections: tuple[Section, ...]
    brief: Brief
