"""`/api/desk/queue`, `/handoffs/…`, `/presence`, `/team`, `/conversations/{id}/reassign`: who waits, who takes whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.entering import joined
from care.handoff import assigning, team
from care.handoff.assigning import ToQueue, ToStaff
from care.handoff.presence import presence_of, set_presence
from care.handoff.waiting import known_to, snapshot
from care.staff.rules import Permission, Presence, Role
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

router = desk_router("queue")
Waiter = Annotated[Signed, Depends(Allowed(Permission.QUEUE))]
Supervisor = Annotated[Signed, Depends(Allowed(Permission.SUPERVISE))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QueueOut(BaseModel):
    name: str
    title: str
    is_open: bool
    opens_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    ready: int
    estimate_seconds: int | None


class ItemOut(BaseModel):
    handoff: int
    conversation: str
    queue: str
    reason: str
    reason_title: str
    priority: int
    requested_at: datetime
    position: int
    estimate_seconds: int | None
    offered_to: str | None
    offered_until: datetime | None
    channel: str
    label: str
    #: this agent talked with the customer in the last 30 days
    is_mine_before: bool


class Queues(BaseModel):
    queues: list[QueueOut]
    items: list[ItemOut]
    at: datetime


class Taken(BaseModel):
    conversation: str


class Refusal(_Strict):
    reason: Literal["busy", "skill", "conflict"] | None = None


class PresenceWish(_Strict):
    state: Presence


class PresenceOut(BaseModel):
    presence: Presence


class TeamMember(BaseModel):
    number: str
    name: str
    role: Role
    skills: list[str]
    presence: Presence
    load: int
    load_limit: int


class Team(BaseModel):
    items: list[TeamMember]


class InQueue(_Strict):
    queue: Annotated[str, Field(max_length=24)]


class Reassignment(_Strict):
    #: the number of an agent, or a queue
    to: Annotated[str, Field(max_length=16)] | InQueue


class Nothing(BaseModel):
    """`{}`"""


@router.get("/queue")
async def queue(signed: Waiter, request: Request) -> Queues:
    def read(session: Session) -> Queues:
        now = utcnow()
        found = snapshot(session, now)
        mine = known_to(session, signed.staff_id, [item.conversation for item in found.items], now)
        return Queues(
            queues=[QueueOut(**vars(state)) for state in found.queues],
            items=[ItemOut(**vars(item), is_mine_before=item.conversation in mine) for item in found.items],
            at=found.at,
        )

    return await in_database(request, read)


@router.post("/handoffs/{handoff}/take")
async def take(handoff: int, signed: Waiter, request: Request) -> Taken:
    def work(session: Session) -> Taken:
        now = utcnow()
        conversation = assigning.take(session, handoff, signed, now)
        joined(session, conversation, signed.number, now)
        return Taken(conversation=conversation)

    return await in_database(request, work)


@router.post("/handoffs/{handoff}/refuse")
async def refuse(handoff: int, asked: Refusal, signed: Waiter, request: Request) -> Nothing:
    await in_database(
        request, lambda session: assigning.refuse(session, handoff, signed.staff_id, asked.reason, utcnow())
    )
    return Nothing()


@router.post("/presence")
async def choose_presence(asked: PresenceWish, signed: Waiter, request: Request) -> PresenceOut:
    def work(session: Session) -> PresenceOut:
        now = utcnow()
        set_presence(session, signed.staff_id, asked.state, now)
        return PresenceOut(presence=presence_of(session, signed.staff_id, now))

    return await in_database(request, work)


@router.get("/team")
async def read_team(signed: Waiter, request: Request) -> Team:
    """Who can be handed a customer, and who is away."""

    def read(session: Session) -> Team:
        return Team(items=[TeamMember(**vars(each)) for each in team.team(session, utcnow())])

    return await in_database(request, read)


@router.post("/conversations/{conversation}/reassign")
async def reassign(conversation: str, asked: Reassignment, signed: Supervisor, request: Request) -> Nothing:
    to = ToQueue(asked.to.queue) if isinstance(asked.to, InQueue) else ToStaff(asked.to)

    def work(session: Session) -> None:
        now = utcnow()
        assigning.reassign(session, conversation, signed.number, to, now)
        if isinstance(to, ToStaff):
            joined(session, conversation, to.number, now)

    await in_database(request, work)
    return Nothing()
