"""Tables and charts of a report: what was complained of, why, where, by whom it is settled, and how it went before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from care.insight.board import split, trend
from care.insight.definitions import figures
from care.insight.periods import start_of
from care.insight.titles import UNKNOWN
from care.reports.content import Chart, Line, Mark, Table
from care.reports.numbers import count, of_share, percent
from care.reports.rules import (
    LEAST,
    Kind,
    Period,
    Share,
    at_least,
    before,
    hidden,
    is_few,
    months_of,
    period_with,
    share,
)
from care.reports.words import file, moment_in_words, word
from care.sla.policy import policy
from care.staff.tables import Staff
from care.surges.rules import Status as SurgeStatus
from care.surges.tables import Surge, SurgeTicket
from care.tasks.findings import title_of_cause
from care.tickets.rules import Kind as TicketKind
from care.tickets.rules import Status as TicketStatus
from care.tickets.tables import Ticket

COMPLAINTS, IN_TIME = "complaints", "solved_in_time"
#: rows of a table, and bars of a chart
_MOST, _BARS = 20, 12
HOTTEST = 10
_MONTHS = 6
_NOTED = (SurgeStatus.CONFIRMED, SurgeStatus.OVER)


@dataclass(frozen=True)
class Cell:
    """How many of one kind."""

    key: str
    title: str
    count: int


@dataclass(frozen=True)
class Told:
    """What may be told of a table of counts."""

    #: the largest first
    cells: tuple[Cell, ...]
    #: kinds that are told together only, and how many cases they have
    others: int
    of_others: int
    total: int


def may_be_told(cells: Sequence[Cell], named: Collection[str] | None = None) -> Told:
    """`named`: only these may stand under their own name; None: any."""
    there = [cell for cell in cells if cell.count]
    also = [at for at, cell in enumerate(there) if cell.key == UNKNOWN or (named is not None and cell.key not in named)]
    kept_back = hidden([cell.count for cell in there], also)
    if len(there) - len(kept_back) > _MOST:  # the smallest of a long table
        largest = sorted(set(range(len(there))) - kept_back, key=lambda at: -there[at].count)
        kept_back = hidden([cell.count for cell in there], kept_back | set(largest[_MOST:]))
    told = sorted((cell for at, cell in enumerate(there) if at not in kept_back), key=lambda cell: -cell.count)
    return Told(
        tuple(told),
        len(kept_back),
        sum(there[at].count for at in kept_back),
        sum(cell.count for cell in there),
    )


def categories_of(session: Session, since: date, until: date) -> list[Cell]:
    return [
        Cell(part.value, part.title, part.numerator) for part in split(session, COMPLAINTS, "category", since, until)
    ]


def told_of_categories(session: Session, period: Period) -> Told:
    """Of a quarter, a category stands under its name only where each of its months told of it by name: else two reports
    together would give away what the third keeps back."""
    named: set[str] | None = None
    if period.is_quarter:
        by_month = (may_be_told(categories_of(session, month.since, month.until)) for month in months_of(period))
        named = set.intersection(*({cell.key for cell in told.cells} for told in by_month))
    return may_be_told(categories_of(session, period.since, period.until), named)


def causes_of(session: Session, period: Period) -> tuple[list[Cell], int]:
    """Of what was filed in the period and closed since; and how many of these were justified."""
    rows = session.execute(
        select(Ticket.cause, func.count(), func.count().filter(Ticket.justified.is_(True)))
        .where(*_filed_in(period), Ticket.cause.is_not(None))
        .group_by(Ticket.cause)
    ).all()
    cells = [Cell(str(cause), title_of_cause(str(cause)), amount) for cause, amount, _ in rows]
    return cells, sum(justified for *_, justified in rows)


def surges_of(session: Session, period: Period) -> list[tuple[Surge, int]]:
    """Incidents that somebody confirmed, found in the period, with how many tickets belong to each."""
    size = select(func.count()).where(SurgeTicket.surge_id == Surge.id).scalar_subquery()
    rows = session.execute(
        select(Surge, size)
        .where(Surge.found_at >= start_of(period.since), Surge.found_at < start_of(period.until + timedelta(days=1)))
        .where(Surge.status.in_(_NOTED))
        .order_by(Surge.found_at, Surge.id)
    )
    return [(surge, size) for surge, size in rows]


def count_table(name: str, told: Told) -> Table | None:
    """None: there is nothing that may be told by kind."""
    if not told.cells:
        return None
    rows = [(cell.title, f"{cell.count:,}", _part(cell.count, told.total)) for cell in told.cells]
    if told.others:
        rows.append((word("other", count=told.others), f"{told.of_others:,}", _part(told.of_others, told.total)))
    return table(name, rows)


def count_chart(name: str, told: Told) -> Chart | None:
    if len(told.cells) < 2:
        return None
    marks = [Mark(label=cell.title, value=cell.count, text=f"{cell.count:,}") for cell in told.cells[:_BARS]]
    words = file().charts[name]
    return Chart(
        kind="bars", title=words.title, desc=words.desc.format(points=_points(marks)), unit="count", marks=tuple(marks)
    )


def hot_table(session: Session, period: Period) -> Table | None:
    """B17: what is hot, whose it is, and until when."""
    told = told_of_categories(session, period)
    if not told.cells:
        return None
    earlier = before(Kind.MONTHLY, period)
    past = {cell.key: cell.count for cell in told_of_categories(session, earlier).cells}
    heads = _heads(session)
    due = moment_in_words(start_of(period_with(Kind.MONTHLY, period.until + timedelta(days=1)).until))
    rows = []
    for cell in told.cells[:HOTTEST]:
        department = policy().categories.get(cell.key, policy().categories["other"]).department
        head = heads.get(department)
        rows.append(
            (
                cell.title,
                f"{cell.count:,}",
                f"{past[cell.key]:,}" if cell.key in past else word("not_told"),
                policy().title_of_department(department),
                word("head", number=head) if head else word("nobody"),
                due,
            )
        )
    return table("hot", rows, count=HOTTEST)


def department_table(session: Session, period: Period) -> Table | None:
    """B13. Shares alone: with the counts, what is small could be worked out from those by category."""
    parts = [
        part for part in split(session, IN_TIME, "department", period.since, period.until) if part.denominator >= LEAST
    ]
    if not parts:
        return None
    kept_back = hidden([part.denominator - part.numerator for part in parts]) | hidden([p.numerator for p in parts])
    target = figures()[IN_TIME].target
    rows = []
    for at, part in enumerate(parts):
        told = share(part.numerator, part.denominator, is_exact=at not in kept_back)
        met = target is None or part.numerator / part.denominator >= target
        rows.append((part.title, of_share(told), word("met" if met else "missed")))
    return table("departments", rows)


def incident_table(session: Session, period: Period) -> Table | None:
    """Of the joint meeting: with who looks after each."""
    rows = []
    for surge, size in surges_of(session, period):
        if surge.status == SurgeStatus.OVER and surge.over_at is not None:
            status = word("surge_over", day=moment_in_words(surge.over_at))
        elif surge.repaired_by is not None:
            status = word("repaired", day=moment_in_words(surge.repaired_by))
        else:
            status = word("surge_open")
        owner = word("head", number=surge.owner) if surge.owner else word("nobody")
        area = surge.area.text or word("everywhere")
        rows.append((policy().title_of(surge.category), area, _size(size), owner, status))
    return table("incidents", rows) if rows else None


def surge_table(session: Session, period: Period) -> Table | None:
    """In public: without the area, in which few may live, and without anybody's number."""
    rows = []
    for surge, size in surges_of(session, period):
        over = moment_in_words(surge.over_at) if surge.over_at else word("surge_open")
        rows.append((policy().title_of(surge.category), _size(size), moment_in_words(surge.found_at), over))
    return table("surges", rows) if rows else None


def trend_of(session: Session, period: Period) -> tuple[Chart | None, Table]:
    """The last six months up to the period's end."""
    last = period_with(Kind.PUBLIC, period.until)
    months = [last]
    while len(months) < _MONTHS:
        months.insert(0, before(Kind.PUBLIC, months[0]))
    since = months[0].since
    filed = {point.since: point for point in trend(session, COMPLAINTS, "month", since, period.until)}
    solved = {point.since: point for point in trend(session, IN_TIME, "month", since, period.until)}
    rows, marks = [], []
    for month in months:
        point = solved[month.since]
        told = share(point.numerator, point.denominator)
        shown = of_share(told) if point.denominator else word("no_value")
        year, number = month.since.year, month.since.month
        received = filed[month.since]
        in_words = word("no_value") if received.value is None else count(received.numerator)
        rows.append((word("month", year=year, month=number), in_words, shown))
        label = word("short_month", year=year, month=f"{number:02}")
        marks.append(Mark(label=label, value=_drawn(told), text=shown))
    return _trend_chart(marks), table("trend", rows)


def _drawn(told: Share) -> float | None:
    """A share that is told as above or below something is drawn there."""
    return next((value for value in (told.value, told.above, told.below) if value is not None), None)


def _trend_chart(marks: Sequence[Mark]) -> Chart | None:
    if sum(mark.value is not None for mark in marks) < 2:
        return None
    words, target = file().charts["trend"], figures()[IN_TIME].target
    line = Line(value=target, text=words.target.format(value=percent(target))) if target is not None else None
    desc = words.desc.format(target=percent(target) if target is not None else word("none"), points=_points(marks))
    return Chart(kind="trend", title=words.title, desc=desc, unit="share", marks=tuple(marks), target=line)


def table(name: str, rows: Sequence[tuple[str, ...]], **values: object) -> Table:
    words = file().tables[name]
    values = {"least": LEAST, **values}
    note = words.note.format(**values) if words.note else None
    return Table(title=words.title.format(**values), note=note, head=words.head, widths=words.widths, rows=tuple(rows))


def _points(marks: Sequence[Mark]) -> str:
    return word("between").join(f"{mark.label} {mark.text}" for mark in marks)


def part_in_words(part: int, whole: int) -> str:
    """How many of `whole`, which is told beside it."""
    return word("not_told") if is_few(part) or is_few(whole - part) else count(part)


def _part(count: int, total: int) -> str:
    return word("share", value=f"{count / total * 100:.1f}")


def _size(size: int) -> str:
    return word("few", least=LEAST) if is_few(size) else word("at_least", count=f"{at_least(size):,}")


def _heads(session: Session) -> dict[str, str]:
    """Numbers of those who lead a department."""
    rows = session.execute(
        select(Staff.department, func.min(Staff.number))
        .where(Staff.is_head, Staff.left_at.is_(None), Staff.department.is_not(None))
        .group_by(Staff.department)
    )
    return {str(department): number for department, number in rows}


def _filed_in(period: Period) -> list[ColumnElement[bool]]:
    """As the figure `complaints` counts."""
    return [
        Ticket.created_at >= start_of(period.since),
        Ticket.created_at < start_of(period.until + timedelta(days=1)),
        Ticket.kind.in_([TicketKind.COMPLAINT, TicketKind.FAULT]),
        Ticket.merged_into.is_(None),
        Ticket.status != TicketStatus.CANCELLED,
    ]
