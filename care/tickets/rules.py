"""Ticket numbers, kinds, statuses and which status may follow which. Pure functions and tables."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum, StrEnum

from care.plain import digits_of, plain
from care.timezone import CHINA


class Kind(StrEnum):
    COMPLAINT = "complaint"
    FAULT = "fault"
    PRIVACY = "privacy"
    FEEDBACK = "feedback"
    CALLBACK = "callback"
    APPEAL = "appeal"


class Status(StrEnum):
    """TM Forum TMF621 Trouble Ticket v4.0.0, TroubleTicketStatusType."""

    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "inProgress"
    PENDING = "pending"
    HELD = "held"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """What can happen to a ticket; `ticket_events.kind`."""

    FILED = "filed"
    STATUS = "status"
    NOTE = "note"
    PRIORITY = "priority"  # raised by one; the note says from what to what
    URGED = "urged"  # 催办: the customer asked again
    INFORMATION = "information"  # the customer added words
    EVIDENCE = "evidence"  # the customer added a file
    CONTACT = "contact"  # a contact was proved
    COMPLEXITY = "complexity"  # a supervisor changed it
    FEEDBACK = "feedback"  # first feedback to the customer
    DELAY = "delay"  # a promised time was missed and the customer told
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"  # to whom stands in the note, or to nobody
    TRANSFERRED = "transferred"  # to another department
    MERGED = "merged"  # into another one, or another one into this
    LINKED = "linked"  # with another one
    REPLIED = "replied"  # in writing to the authority of an appeal
    REACHED = "reached"  # the customer had an answer; the note says which way
    RENEWED = "renewed"  # the customer was told of a later time than was promised
    ESCALATED = "escalated"  # somebody else was told of a promise; the note says who
    PAUSED = "paused"  # a question was delivered: promises stand still
    RESUMED = "resumed"  # they run again; the note says why
    TASK = "task"  # an apology, a visit, a call-back was opened or done
    REDRESS = "redress"  # what the law gives was worked out, approved, declined or told
    FINDINGS = "findings"  # what was found on closing
    SURGE = "surge"  # many report the same: linked, or told that it is over


class Channel(StrEnum):
    """Where a ticket came in."""

    CHAT = "chat"  # the widget, /api/chat, WeChat
    HOTLINE = "hotline"  # a call that an agent wrote down
    COUNTER = "counter"  # a shop
    SOCIAL = "social"  # found in social media and entered by staff
    SUPERVISION = "supervision"  # from a 社会义务监督员 (voluntary public supervisor)
    AUTHORITY = "authority"  # a letter of an authority: appeals


class Level(IntEnum):
    """How well a conversation has proved that a ticket is its customer's; each may all that the ones below it may."""

    NONE = 0
    DIGITS = 1  # last four digits of the number: stage and due time; urge, add words, reopen
    CODE = 2  # a code by SMS: everything on it, withdraw
    FILED = 3  # filed in this conversation


#: What may follow what; a status that is missing here is final.
FOLLOWS: dict[Status, frozenset[Status]] = {
    Status.ACKNOWLEDGED: frozenset({Status.IN_PROGRESS, Status.PENDING, Status.REJECTED, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.PENDING, Status.HELD, Status.RESOLVED, Status.REJECTED, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}),
    Status.HELD: frozenset({Status.IN_PROGRESS, Status.CANCELLED}),
    Status.RESOLVED: frozenset({Status.CLOSED, Status.IN_PROGRESS}),
    Status.CLOSED: frozenset({Status.IN_PROGRESS}),  # reopened: the customer is not satisfied after all
}

#: Somebody still owes the customer an answer.
OPEN = frozenset({Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.PENDING, Status.HELD})

#: The key of the word that customers see (`utter_stage_…` in data/responses/tickets.yml): 受理 → 处理 → 反馈 → 关闭.
STAGE: dict[Status, str] = {
    Status.ACKNOWLEDGED: "accepted",
    Status.IN_PROGRESS: "working",
    Status.PENDING: "waiting_for_you",
    Status.HELD: "working",
    Status.RESOLVED: "answered",
    Status.CLOSED: "closed",
    Status.REJECTED: "closed",
    Status.CANCELLED: "withdrawn",
}

_PREFIX: dict[Kind, str] = {
    Kind.COMPLAINT: "TS",  # 投诉
    Kind.FAULT: "BZ",  # 报障
    Kind.PRIVACY: "YS",  # 隐私
    Kind.FEEDBACK: "FK",  # 反馈
    Kind.CALLBACK: "HD",  # 回电
    Kind.APPEAL: "SS",  # 申诉
}
# Crockford's base 32 (https://www.crockford.com/base32.html): nothing that looks or sounds like something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ticket_number(kind: Kind, now: datetime, choose: Callable[[str], str] = secrets.choice) -> str:
    """`TS261121-4K7Q2X`: kind, day in China, six random signs (30 bits: not to be guessed in bulk)."""
    day = now.astimezone(CHINA).strftime("%y%m%d")
    return f"{_PREFIX[kind]}{day}-{''.join(choose(_ALPHABET) for _ in range(6))}"


_GAP = r"[ \-\u2010-\u2015\u2212]*"  # any dash of any keyboard
_NUMBER = re.compile(
    rf"(?<![A-Z0-9])({'|'.join(_PREFIX.values())}){_GAP}([0-9OIL]{{6}}){_GAP}([{_ALPHABET}OIL]{{6}})(?![A-Z0-9])"
)
_MISREAD = str.maketrans("OIL", "011")


def read_number(text: str) -> str | None:
    """The ticket number in what a customer wrote: also in small letters, full-width, without its hyphen, or with the
    letters that the alphabet leaves out for the digits they look like."""
    found = _NUMBER.search(digits_of(plain(text)).upper())
    if found is None:
        return None
    return f"{found[1]}{found[2].translate(_MISREAD)}-{found[3].translate(_MISREAD)}"


def may_follow(current: Status, following: Status) -> bool:
    return following in FOLLOWS.get(current, frozenset())
