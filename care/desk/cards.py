"""The list of somebody's conversations: a few statements, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.desk.masking_text import masked
from care.desk.reading import Reader, end_of, readable_by
from care.desk.rules import Emotion, emotion_of
from care.handoff.policy import handoff_policy
from care.handoff.rules import Status
from care.handoff.tables import Concern, Handoff
from care.handoff.waiting import labels_of
from care.staff.rules import Role
from care.staff.tables import Staff

#: conversations of one list
MOST = 100
#: characters of the last message that a card shows
_LAST = 60
#: more unread messages are not counted
_UNREAD = 99


class Scope(StrEnum):
    MINE = "mine"  # those that one talks in now
    RECENT = "recent"  # and those that one handed back lately
    ALL = "all"  # of everybody, for supervisors


@dataclass(frozen=True)
class Last:
    author: str
    #: masked, its beginning
    text: str
    at: datetime


@dataclass(frozen=True)
class Card:
    id: str
    handoff: int
    status: str
    owner: str
    #: number of whoever talks with the customer, or did last
    staff: str | None
    channel: str
    #: a masked number, or a name for a visitor without one
    label: str
    reason: str
    reason_title: str
    queue: str
    since: datetime
    last: Last | None
    #: messages of the customer that the agent has not read
    unread: int
    emotion: Emotion


def cards(session: Session, signed: Reader, scope: Scope, now: datetime) -> list[Card]:
    """The newest first; `ALL` is for supervisors, and of an agent no more than `RECENT`."""
    mine = Handoff.staff_id == signed.staff_id
    which = {
        Scope.MINE: and_(mine, Handoff.status == Status.PICKED),
        Scope.RECENT: and_(mine, readable_by(signed, now), Handoff.status.in_((Status.PICKED, Status.CLOSED))),
        Scope.ALL: and_(readable_by(signed, now), Handoff.status.in_((Status.PICKED, Status.CLOSED))),
    }[scope]
    return cards_of(session, signed, _handoffs(session, which), now)


def card_of(session: Session, signed: Reader, conversation_id: str, now: datetime) -> Card | None:
    """Of the newest hand-off of a conversation that this person may read."""
    newest = _handoffs(session, and_(Handoff.conversation_id == conversation_id, readable_by(signed, now)), 1)
    return next(iter(cards_of(session, signed, newest, now)), None)


def _handoffs(session: Session, which: ColumnElement[bool], limit: int = MOST) -> Sequence[Any]:
    return session.execute(
        select(Handoff, Conversation.owner, Conversation.channel, Staff.number)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Staff, Staff.id == Handoff.staff_id)
        .where(which)
        .order_by(Handoff.changed_at.desc(), Handoff.id.desc())
        .limit(limit)
    ).all()


def cards_of(session: Session, signed: Reader, rows: Sequence[Any], now: datetime) -> list[Card]:
    newest: dict[str, Any] = {}
    for row in rows:  # one card for a conversation: its newest hand-off
        held = newest.setdefault(row.Handoff.conversation_id, row)
        if row.Handoff.id > held.Handoff.id:
            newest[row.Handoff.conversation_id] = row
    ids = list(newest)
    last, unread, labels, raised = (
        _last_messages(session, signed, [row.Handoff.id for row in newest.values()]),
        _unread(session, ids),
        labels_of(session, ids, now),
        _concerns(session, ids),
    )
    return [
        Card(
            id=handoff.conversation_id,
            handoff=handoff.id,
            status=handoff.status,
            owner=row.owner,
            staff=row.number,
            channel=row.channel,
            label=labels[handoff.conversation_id],
            reason=handoff.reason,
            reason_title=handoff_policy().title_of_reason(handoff.reason),
            queue=handoff.queue,
            since=handoff.picked_at or handoff.requested_at,
            last=last.get(handoff.conversation_id),
            unread=unread.get(handoff.id, 0),
            emotion=emotion_of({handoff.reason, *since}),
        )
        for row in newest.values()
        for handoff in [row.Handoff]
        for since in [raised.get(handoff.conversation_id, ()) if end_of(signed, handoff) is None else ()]
    ]


def _last_messages(session: Session, signed: Reader, handoffs: Sequence[int]) -> dict[str, Last]:
    """By conversation: of all that this person may read of it (`care.desk.reading.end_of`)."""
    is_read = Message.created_at <= func.coalesce(Handoff.ended_at, Handoff.changed_at)
    reads_all = signed.role is Role.SUPERVISOR
    newest = (
        select(Message.author, Message.text, Message.created_at, Message.is_payload, Message.buttons)
        .where(
            Message.conversation_id == Handoff.conversation_id,
            or_(literal(reads_all), Handoff.status != Status.CLOSED, is_read),
        )
        .order_by(Message.id.desc())
        .limit(1)
        .lateral("newest")
    )
    found = select(Handoff.conversation_id, newest).join(newest, literal(True)).where(Handoff.id.in_(handoffs))
    return {
        row.conversation_id: Last(
            row.author, "" if row.is_payload else masked(row.text[: 2 * _LAST])[:_LAST], row.created_at
        )
        for row in session.execute(found)
    }


def _unread(session: Session, ids: Sequence[str]) -> dict[int, int]:
    """By hand-off that is open: what the customer said since the agent last read, or since a person was asked for."""
    new = (
        select(Message.id)
        .where(
            Message.conversation_id == Handoff.conversation_id,
            Message.author == "customer",
            Message.id > func.coalesce(Handoff.read_to, 0),
            Message.created_at >= Handoff.requested_at,
        )
        .limit(_UNREAD)
        .lateral("new")
    )
    counted = (
        select(Handoff.id, func.count(new.c.id).label("unread"))
        .join(new, literal(True))
        .where(Handoff.conversation_id.in_(ids), Handoff.status == Status.PICKED)
        .group_by(Handoff.id)
    )
    return {row.id: row.unread for row in session.execute(counted)}


def _concerns(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    """Those that were raised since a person last closed the conversation."""
    closed = (
        select(func.max(Handoff.changed_at))
        .where(Handoff.conversation_id == Concern.conversation_id, Handoff.status == Status.CLOSED)
        .scalar_subquery()
    )
    found: dict[str, set[str]] = {}
    raised = select(Concern.conversation_id, Concern.reason).where(
        Concern.conversation_id.in_(ids),
        func.coalesce(Concern.raised_at > closed, True),
    )
    for conversation, reason in session.execute(raised):
        found.setdefault(conversation, set()).add(reason)
    return found
