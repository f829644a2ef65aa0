"""`/api/desk/insight`: every figure with its definition, of a period, over time, split, and the tickets behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.titles import titles
from care.insight import board as boards
from care.insight import drilling
from care.insight.definitions import Dimension, Group, Unit, figures, words
from care.insight.periods import Step
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tickets.rules import Status
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("insight", "/insight")

Reader = Annotated[Signed, Depends(Allowed(Permission.METRICS))]
_Key = Annotated[str, Query(max_length=32)]
_Value = Annotated[str, Query(max_length=64)]


class GroupOut(BaseModel):
    key: Group
    title: str


class FigureOut(BaseModel):
    key: str
    group: Group
    title: str
    definition: str
    numerator: str
    denominator: str
    unit: Unit
    target: float | None
    better: Literal["up", "down"]
    source: str
    by: list[Dimension]
    tickets: bool


class FiguresOut(BaseModel):
    groups: list[GroupOut]
    figures: list[FigureOut]


class ValueOut(BaseModel):
    key: str
    numerator: int
    denominator: int
    value: float | None
    before: float | None
    median: float | None
    p90: float | None
    #: why there is no value
    missing: str | None
    #: of what the operator tells: where it comes from, and of which period
    told_by: str | None
    period: str | None


class BoardOut(BaseModel):
    since: date
    until: date
    counted_at: datetime | None
    figures: list[ValueOut]


class PointOut(BaseModel):
    since: Annotated[date, Field(serialization_alias="from")]
    numerator: int
    denominator: int
    value: float | None


class TrendOut(BaseModel):
    points: list[PointOut]


class PartOut(BaseModel):
    value: str
    title: str
    numerator: int
    denominator: int
    rate: float | None


class SplitOut(BaseModel):
    rows: list[PartOut]


class TicketOut(BaseModel):
    """No words and no numbers of customers."""

    number: str
    category_title: str
    department_title: str
    status: Status
    status_title: str
    at: datetime
    missed: bool
    late_minutes: int | None


class TicketsOut(BaseModel):
    items: list[TicketOut]
    next: str | None


@router.get("/figures")
async def read_figures(signed: Reader) -> FiguresOut:
    """What is counted, and how."""
    return FiguresOut(
        groups=[GroupOut(key=key, title=title) for key, title in words().groups.items()],
        figures=[
            FigureOut(
                by=list(each.by),
                tickets=each.has_tickets,
                **{name: getattr(each, name) for name in FigureOut.model_fields if name not in ("by", "tickets")},
            )
            for each in figures().values()
        ],
    )


@router.get("/board")
async def board(signed: Reader, request: Request, since: date, until: date) -> BoardOut:
    """`until` is among the days; at most 366."""

    def read(session: Session) -> BoardOut:
        values = boards.board(session, since, until, utcnow())
        return BoardOut(
            since=since,
            until=until,
            counted_at=boards.counted_at(session, until),
            figures=[ValueOut(**vars(each)) for each in values],
        )

    return await in_database(request, read)


@router.get("/trend")
async def trend(
    signed: Reader, request: Request, figure: _Key, since: date, until: date, step: Step = "day"
) -> TrendOut:
    found = await in_database(request, lambda session: boards.trend(session, figure, step, since, until))
    return TrendOut(points=[PointOut(**vars(each)) for each in found])


@router.get("/split")
async def split(signed: Reader, request: Request, figure: _Key, by: Dimension, since: date, until: date) -> SplitOut:
    found = await in_database(request, lambda session: boards.split(session, figure, by, since, until))
    return SplitOut(rows=[PartOut(**vars(each)) for each in found])


@router.get("/tickets")
async def tickets(
    signed: Reader,
    request: Request,
    figure: _Key,
    since: date,
    until: date,
    by: Dimension | Literal[""] = "",
    value: _Value = "",
    missed: bool = False,
    after: Annotated[str, Query(max_length=80)] = "",
) -> TicketsOut:
    """Those behind a figure, the newest first; `missed`: only those that are not in its numerator."""

    def read(session: Session) -> TicketsOut:
        page = drilling.tickets(session, figure, since, until, by, value, missed, after)
        return TicketsOut(items=[_ticket(each) for each in page.items], next=page.next)

    return await in_database(request, read)


def _ticket(behind: drilling.Behind) -> TicketOut:
    status = Status(behind.status)
    return TicketOut(
        number=behind.number,
        category_title=policy().title_of(behind.category),
        department_title=policy().title_of_department(behind.department),
        status=status,
        status_title=titles().statuses[status],
        at=behind.at,
        missed=behind.missed,
        late_minutes=behind.late_minutes,
    )
