"""「谁用过我的信息」: the log of uses, and what the conversations themselves tell of the bot and of agents.

Reading each message to answer it is not logged a second time: the message and its answer are the record of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import accesses_of
from care.conversations.tables import Message
from care.privacy.subject import Subject
from care.tickets.tables import Ticket


@dataclass(frozen=True)
class Usage:
    """All uses of one kind since the day that was asked for."""

    reader: Reader
    use: Use
    #: which data, in a word
    what: str
    #: an agent's number or a partner's name; empty for the others
    who: str
    times: int
    first_at: datetime
    last_at: datetime


def usages_of(session: Session, subject: Subject, since: datetime) -> list[Usage]:
    """Who used their data, what for and how often; the latest use first. `since`: at most as old as the log is kept.

    Names nobody but partners and agents' numbers; an agent's number is for the operator, a customer is told the role.
    """
    in_theirs = accesses_of(session, None, subject.conversations, since)
    of_number = accesses_of(session, subject.phone, (), max(since, subject.number_from or since))
    logged = [
        Usage(Reader(row.reader), Use(row.use), row.what, row.who, row.times, row.first_at, row.last_at)
        for row in {row.id: row for row in (*in_theirs, *of_number)}.values()
    ]
    told = [
        Usage(reader, use, what, row.who, row.times, row.first_at, row.last_at)
        for reader, use, what, query in _told(subject, since)
        for row in session.execute(query)
    ]
    return sorted(_together(logged + told), key=lambda each: each.last_at, reverse=True)


def _told(subject: Subject, since: datetime) -> list[tuple[Reader, Use, str, Select[Any]]]:
    theirs = (Message.conversation_id.in_(subject.conversations), Message.created_at >= since)
    until = (Message.id <= subject.until,) if subject.until is not None else ()
    answered = _counted(Message.created_at, literal("")).where(
        Message.author == "customer", Message.status == "answered", *theirs, *until
    )
    by_agents = _counted(Message.created_at, func.coalesce(Message.staff, "")).where(
        Message.author == "agent", *theirs, *until
    )
    filed = _counted(Ticket.created_at, literal("")).where(Ticket.id.in_(subject.tickets), Ticket.created_at >= since)
    return [
        (Reader.BOT, Use.ANSWER, "messages", answered.group_by("who")),
        (Reader.AGENT, Use.ANSWER, "messages", by_agents.group_by("who")),
        (Reader.BOT, Use.TICKET, "ticket", filed.group_by("who")),
    ]


def _counted(at: Any, who: Any) -> Select[Any]:
    return select(
        who.label("who"), func.count().label("times"), func.min(at).label("first_at"), func.max(at).label("last_at")
    )


def _together(uses: Iterable[Usage]) -> list[Usage]:
    """The days of one kind of use as one."""
    found: dict[tuple[str, ...], Usage] = {}
    for each in uses:
        kind = (each.reader, each.use, each.what, each.who)
        if (other := found.get(kind)) is None:
            found[kind] = each
        else:
            first, last = min(other.first_at, each.first_at), max(other.last_at, each.last_at)
            found[kind] = Usage(each.reader, each.use, each.what, each.who, other.times + each.times, first, last)
    return list(found.values())
