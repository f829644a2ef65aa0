"""`/api/desk/wall`, `/metrics`, `/alarms`: how the queues, the people and the promises stand."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import latest_alarms, note_seen
from care.alarms.tables import Alarm
from care.db import utcnow
from care.errors import InvalidInput
from care.followup.listing import count_tickets
from care.handoff.metrics import DROP_RATE, PICK_UP_RATE, By, Figures, definitions, figures, handling
from care.handoff.policy import handoff_policy
from care.handoff.team import team
from care.handoff.waiting import snapshot
from care.satisfaction.ratings import marks
from care.sla.policy import policy
from care.staff.announcing import tell_desk
from care.staff.rules import Permission, Presence
from care.staff.sessions import Signed
from care.timezone import CHINA
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.queue import QueueOut

#: alarms that are over are shown this long
_SHOWN = timedelta(hours=24)
#: of one look at the figures
_LONGEST = timedelta(days=92)

router = desk_router("wall")
Supervisor = Annotated[Signed, Depends(Allowed(Permission.SUPERVISE))]
Reader = Annotated[Signed, Depends(Allowed(Permission.METRICS))]


class WallQueue(QueueOut):
    """Figures of today; seconds, and parts of 1."""

    requested: int
    picked: int
    pick_up_rate: float | None
    mean_wait: float | None
    p90_wait: float | None
    dropped_rate: float | None
    abandoned_rate: float | None


class WallAgent(BaseModel):
    number: str
    name: str
    presence: Presence
    since: datetime | None
    load: int
    load_limit: int
    picked: int
    mean_handling: float | None
    rating_mean: float | None
    rated: int


class Clocks(BaseModel):
    """Open tickets with a promise or a statutory time that was missed, or is due in an hour, in four; all open ones."""

    missed: int
    due_1h: int
    due_4h: int
    open: int


class AlarmOut(BaseModel):
    id: int
    kind: str
    title: str
    subject: str
    detail: dict[str, Any]
    raised_at: datetime
    seen_at: datetime | None
    seen_by: str | None
    over_at: datetime | None

    @classmethod
    def of(cls, alarm: Alarm) -> AlarmOut:
        titles = handoff_policy().alarms
        title = titles[Kind(alarm.kind)] if alarm.kind in set(Kind) else alarm.kind
        return cls(title=title, **{name: getattr(alarm, name) for name in cls.model_fields if name != "title"})


class Alarms(BaseModel):
    items: list[AlarmOut]


class Targets(BaseModel):
    pick_up_rate: float
    #: seconds
    mean_wait: int
    drop_rate: float


class Wall(BaseModel):
    queues: list[WallQueue]
    agents: list[WallAgent]
    clocks: Clocks
    alarms: list[AlarmOut]
    targets: Targets
    at: datetime


class MetricsRow(BaseModel):
    key: str
    title: str
    requested: int
    recovered: int
    outside: int
    picked: int
    abandoned: int
    dropped: int
    called_back: int
    mean_wait: float | None
    p90_wait: float | None
    pick_up_rate: float | None
    within_target: float | None
    dropped_rate: float | None
    abandoned_rate: float | None


class Metrics(BaseModel):
    rows: list[MetricsRow]
    #: what each figure means, by its name
    definitions: dict[str, str]


def _target() -> timedelta:
    return timedelta(seconds=policy().targets.wait_seconds)


@router.get("/wall")
async def wall(signed: Supervisor, request: Request) -> Wall:
    def read(session: Session) -> Wall:
        now = utcnow()
        today = datetime.combine(now.astimezone(CHINA).date(), time(), tzinfo=CHINA)
        tickets = count_tickets(session, signed.number, now)
        return Wall(
            queues=_queues(session, today, now),
            agents=_agents(session, today, now),
            clocks=Clocks(missed=tickets.missed, due_1h=tickets.due_1h, due_4h=tickets.due_4h, open=tickets.open),
            alarms=[AlarmOut.of(alarm) for alarm in latest_alarms(session, now - _SHOWN)],
            targets=Targets(pick_up_rate=PICK_UP_RATE, mean_wait=policy().targets.wait_seconds, drop_rate=DROP_RATE),
            at=now,
        )

    return await in_database(request, read)


def _queues(session: Session, today: datetime, now: datetime) -> list[WallQueue]:
    of_today = {row.key: row for row in figures(session, today, now, By.QUEUE, _target(), now)}
    nothing = Figures("", 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None)
    queues = []
    for state in snapshot(session, now).queues:
        row = of_today.get(state.name, nothing)
        shown = {name: getattr(row, name) for name in WallQueue.model_fields if hasattr(row, name)}
        queues.append(WallQueue(**vars(state), **shown))
    return queues


def _agents(session: Session, today: datetime, now: datetime) -> list[WallAgent]:
    picked = {row.key: row.picked for row in figures(session, today, now, By.AGENT, _target(), now)}
    handled, rated = handling(session, today, now), marks(session, today)
    agents = []
    for each in team(session, now):
        closed, mark = handled.get(each.number), rated.get(each.number)
        agents.append(
            WallAgent(
                number=each.number,
                name=each.name,
                presence=each.presence,
                since=each.since,
                load=each.load,
                load_limit=each.load_limit,
                picked=picked.get(each.number, 0),
                mean_handling=closed.mean_handling if closed else None,
                rating_mean=mark.mean if mark else None,
                rated=mark.count if mark else 0,
            )
        )
    return agents


@router.get("/metrics")
async def metrics(
    signed: Reader,
    request: Request,
    since: Annotated[AwareDatetime, Query(alias="from")],
    to: AwareDatetime,
    by: By = By.QUEUE,
) -> Metrics:
    """Of the hand-offs requested from `from` to before `to`, at most 92 days."""
    if not since < to <= since + _LONGEST:
        raise InvalidInput("period", f"from comes before to, and not more than {_LONGEST.days} days before it")

    def read(session: Session) -> Metrics:
        rows = figures(session, since, to, by, _target(), utcnow())
        titles = {each.number: each.name for each in team(session, utcnow())} if by is By.AGENT else {}
        return Metrics(rows=[_row(row, by, titles) for row in rows], definitions=dict(definitions()))

    return await in_database(request, read)


def _row(row: Figures, by: By, names: dict[str, str]) -> MetricsRow:
    if by is By.QUEUE:
        title = handoff_policy().title_of_queue(row.key)
    else:
        title = f"{row.key}:00" if by is By.HOUR else names.get(row.key, row.key)
    return MetricsRow(title=title, **{name: getattr(row, name) for name in MetricsRow.model_fields if name != "title"})


@router.get("/alarms")
async def read_alarms(signed: Supervisor, request: Request) -> Alarms:
    """Open ones, and those of the last 24 hours."""
    found = await in_database(
        request, lambda session: [AlarmOut.of(alarm) for alarm in latest_alarms(session, utcnow() - _SHOWN)]
    )
    return Alarms(items=found)


@router.post("/alarms/{alarm}/seen")
async def see_alarm(alarm: int, signed: Supervisor, request: Request) -> AlarmOut:
    """The first who says so stays who saw it."""

    def work(session: Session) -> AlarmOut:
        seen = note_seen(session, alarm, signed.number, utcnow())
        if seen is None:
            raise InvalidInput("alarm", "there is no such alarm")
        tell_desk(session, "alarm")
        return AlarmOut.of(seen)

    return await in_database(request, work)
