"""The way to a finished copy: an address that works once, for a day, and only while its owner's proof is live."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, defer

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.proofs import open_lines
from care.accounts.rules import Level, Purpose
from care.accounts.service import phone_index
from care.errors import CareError, NotAllowed
from care.links import new_token, token_index
from care.privacy.tables import CopyLink, DataCopy, PrivacyRequest
from care.tickets.tables import Ticket
from care.wording import say

#: of an address; it never outlives its copy
LIFETIME = timedelta(hours=24)
PATH = "/privacy/copy/"
#: A copy of 100 MB takes longer than a statement may; it locks nothing but its own request.
STORE_MILLISECONDS = 60_000
_TOKEN_CONTEXT = "copy_links.token"
#: it may be large, and is looked at far more often than fetched
_WITHOUT_CONTENT = defer(DataCopy.content)


@dataclass(frozen=True)
class CopyReady:
    """A finished copy that waits to be fetched."""

    request_id: int
    #: of its ticket
    number: str
    #: bytes of the ZIP
    size: int
    #: when it is deleted
    until: datetime


@dataclass(frozen=True)
class LinkedCopy:
    """What the page of an address shows."""

    number: str
    size: int
    #: until when the address works
    until: datetime
    password: str = field(repr=False)


@dataclass(frozen=True)
class Archive:
    """The ZIP, and what it is called."""

    name: str
    content: bytes = field(repr=False)


class LinkRefused(CareError):
    """Nothing was opened: `copy_link_unknown`, `copy_link_over` (used or expired), `copy_link_unproved`."""


def newest_copy(session: Session, conversation_id: str, phone: str, now: datetime) -> CopyReady | None:
    """The last finished copy of a number's data that this conversation asked for, while there is one."""
    found = session.execute(
        select(DataCopy.request_id, Ticket.number, DataCopy.size, DataCopy.expires_at)
        .join(PrivacyRequest, PrivacyRequest.id == DataCopy.request_id)
        .join(Ticket, Ticket.id == PrivacyRequest.ticket_id)
        .where(
            PrivacyRequest.conversation_id == conversation_id,
            PrivacyRequest.phone_index == phone_index(phone),
            DataCopy.expires_at > now,
        )
        .order_by(DataCopy.request_id.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else CopyReady(*found)


def new_link(session: Session, conversation_id: str, request_id: int, now: datetime) -> str:
    """A new address of the conversation's finished copy: its path. Earlier addresses of it stay as they are.

    Raises NotAllowed: `copy_link_unknown` (no such copy, or it is gone), `copy_link_unproved` (the number that it is
    about was not proved here in the last minutes).
    """
    copy = session.get(DataCopy, request_id, options=[_WITHOUT_CONTENT])
    request = session.get(PrivacyRequest, request_id)
    if copy is None or request is None or request.conversation_id != conversation_id or copy.expires_at <= now:
        raise NotAllowed("copy_link_unknown", "this conversation has no such copy (any more); ask for a new one")
    if not is_proved(session, conversation_id, request.phone, now):
        raise NotAllowed("copy_link_unproved", "the number must be proved again before its copy is opened")
    token = new_token()
    session.add(
        CopyLink(
            token_index=token_index(token, _TOKEN_CONTEXT),
            request_id=request_id,
            conversation_id=conversation_id,
            made_at=now,
            expires_at=min(now + LIFETIME, copy.expires_at),
        )
    )
    session.flush()
    return f"{PATH}{token}"


def is_proved(session: Session, conversation_id: str, phone: str | None, now: datetime) -> bool:
    """Was this number proved in the conversation for what cannot be undone, in the last minutes?"""
    lines = open_lines(session, conversation_id, now, Level.PROVED, Purpose.IDENTITY)
    return any(line.phone == phone for line in lines)


def card(path: str, until: datetime) -> dict[str, Any]:
    """The card of a bubble that gives the address (docs/widget-protocol.md)."""
    return {"kind": "link", "title": say("copy_link_title"), "url": path, "until": until.isoformat()}


def look(session: Session, token: str, now: datetime) -> LinkedCopy:
    """What an address leads to; it stays as it is, however often it is looked at: chat programs fetch what they show.

    Raises LinkRefused.
    """
    link, copy = _open(session, token, now)
    return LinkedCopy(_number(session, link.request_id), copy.size, link.expires_at, copy.password)


def fetch(session: Session, token: str, now: datetime) -> Archive:
    """The copy itself; the address is used up when this commits. Of two at the same time one gets it.

    Raises LinkRefused.
    """
    link, copy = _open(session, token, now, is_use=True)
    link.used_at = now
    session.execute(text(f"SET LOCAL statement_timeout = {STORE_MILLISECONDS}"))
    # Not back into the pool: a connection keeps a buffer of the largest thing that it ever read.
    session.connection().detach()
    request = session.get_one(PrivacyRequest, link.request_id)
    phone, conversation_id = request.phone, link.conversation_id
    note_access(session, Reader.CUSTOMER, Use.RIGHTS, "copy", now, phone=phone, conversation_id=conversation_id)
    return Archive(f"{_number(session, link.request_id)}.zip", copy.content)


def _open(session: Session, token: str, now: datetime, *, is_use: bool = False) -> tuple[CopyLink, DataCopy]:
    wanted = select(CopyLink).where(CopyLink.token_index == token_index(token, _TOKEN_CONTEXT))
    link = session.scalar(wanted.with_for_update() if is_use else wanted)
    if link is None:
        raise LinkRefused("copy_link_unknown", "there is no such address")
    copy = session.get(DataCopy, link.request_id, options=[_WITHOUT_CONTENT])
    if copy is None or link.used_at is not None or link.expires_at <= now:
        raise LinkRefused("copy_link_over", "the address was used, or its time is over")
    request = session.get_one(PrivacyRequest, link.request_id)
    if not is_proved(session, link.conversation_id, request.phone, now):
        raise LinkRefused("copy_link_unproved", "the number must be proved again in the conversation")
    return link, copy


def _number(session: Session, request_id: int) -> str:
    number = select(Ticket.number).join(PrivacyRequest, PrivacyRequest.ticket_id == Ticket.id)
    return session.scalars(number.where(PrivacyRequest.id == request_id)).one()
