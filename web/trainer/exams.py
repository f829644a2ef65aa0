"""`/api/desk/trainer`: the month's exam of each topic, and how the nightly golden questions went."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.exporting import as_csv
from care.golden import service
from care.golden.rules import months_up_to
from care.privacy.articles import in_full
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.timezone import CHINA
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("trainer exams", "/trainer")

_Trainer = Annotated[Signed, Depends(Allowed(Permission.TRAIN))]


class TopicOut(BaseModel):
    topic: str
    title: str
    questions: int


class ExamsOut(BaseModel):
    topics: list[TopicOut]
    #: newest first
    months: list[str]


class ChannelOut(BaseModel):
    channel: str
    asked: int
    right: int
    differing: int


class NightOut(BaseModel):
    day: date
    #: false: it runs, or was cut off
    is_whole: bool
    #: sums over the channels
    asked: int
    right: int
    differing: int
    channels: list[ChannelOut]


class FailedOut(BaseModel):
    question: str
    topic: str
    channel: str
    expected: str
    got: str
    is_right: bool
    #: the first words that this channel does not show, or `choices`
    differs: str | None


class GoldenOut(BaseModel):
    nights: list[NightOut]
    failed: list[FailedOut]


@router.get("/exams", response_model=ExamsOut)
async def exams(signed: _Trainer) -> ExamsOut:
    topics = [TopicOut(topic=name, title=title, questions=count) for name, title, count in service.topics()]
    return ExamsOut(topics=topics, months=months_up_to(_today()))


@router.get("/exams/{month}/{topic}.csv")
async def exam(
    signed: _Trainer,
    month: Annotated[str, Path(max_length=7)],
    topic: Annotated[str, Path(max_length=40)],
    answers: bool = False,
) -> Response:
    # In a thread: the first one reads all articles from their files.
    rows = await anyio.to_thread.run_sync(partial(service.exam, month, topic, in_full, _today(), answers=answers))
    name = f"exam-{month}-{topic}{'-answers' if answers else ''}.csv"
    return Response(
        as_csv(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/golden", response_model=GoldenOut)
async def golden(request: Request, signed: _Trainer) -> GoldenOut:
    def look(session: Session) -> GoldenOut:
        failed = [FailedOut(**vars(each)) for each in service.failed(session)]
        return GoldenOut(nights=[_night(each) for each in service.nights(session)], failed=failed)

    return await in_database(request, look)


def _night(night: service.Night) -> NightOut:
    channels = [ChannelOut(**vars(each)) for each in night.channels]
    return NightOut(
        day=night.day,
        is_whole=night.is_whole,
        asked=sum(each.asked for each in channels),
        right=sum(each.right for each in channels),
        differing=sum(each.differing for each in channels),
        channels=channels,
    )


def _today() -> date:
    return utcnow().astimezone(CHINA).date()
