"""The messages of a conversation as the desk shows them: masked, in pages, none left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from care.attachments.service import Evidence, evidence_of_messages
from care.conversations import history
from care.conversations.history import PAGE, Said
from care.conversations.tables import Message
from care.desk.masking_text import masked, masked_values
from care.desk.reading import Reader
from care.desk.rules import OWN_ID
from care.handoff.rules import Status
from care.handoff.tables import Handoff

#: Ids are given out when a message is written and seen when its transaction ends: a smaller one may appear behind a
#: greater one, but not later than this (care.db ends every transaction sooner).
_LATE = timedelta(seconds=60)
#: more ids than are given out in that time
_IDS = 20_000


@dataclass(frozen=True)
class Shown:
    """One bubble of the desk."""

    id: int
    author: str
    staff: str | None
    text: str
    #: titles
    buttons: list[str]
    card: dict[str, Any] | None
    attachment: Evidence | None
    at: datetime
    #: the reader's own id of it
    message_id: str | None
    #: something in it is shown in part only
    is_masked: bool
    #: as Message.delivery: what became of it on its way to the customer
    delivery: str | None


@dataclass(frozen=True)
class Page:
    said: Sequence[Said]
    #: by the id of the message
    evidence: Mapping[int, Evidence]
    own_ids: Mapping[int, str]
    #: there are others, in the direction that was asked for
    more: bool = False
    #: nothing is masked, as somebody gave a reason
    whole: bool = False

    @cached_property
    def items(self) -> list[Shown]:
        """Masking takes longer than reading: outside of the transaction."""
        return [_shown(each, self.evidence.get(each.id), self.own_ids.get(each.id), self.whole) for each in self.said]


def page(
    session: Session,
    reader: Reader,
    conversation_id: str,
    now: datetime,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
    until: datetime | None = None,
) -> Page:
    """The last messages; those before an id; or those after one, and with them every message of the last minute,
    because one with a smaller id may have appeared only now: put them together by `id`. Oldest first; nothing that was
    said later than `until`."""
    end = history.END if until is None else _first_after(session, conversation_id, until)
    if after is None:
        said = history.latest(session, conversation_id, end if before is None else min(before, end), limit)
        return _page(session, reader, said, more=len(said) == limit)
    first, late = _late(session, conversation_id, after, now)
    said = history.following(session, conversation_id, first - 1, late + limit)
    readable = [each for each in said if each.id < end]
    return _page(session, reader, readable, more=len(readable) == late + limit)


def _first_after(session: Session, conversation_id: str, until: datetime) -> int:
    """The id before which everything was said until then."""
    later = select(func.min(Message.id)).where(Message.conversation_id == conversation_id, Message.created_at > until)
    return session.scalar(later) or history.END


def _late(session: Session, conversation_id: str, after: int, now: datetime) -> tuple[int, int]:
    """The first of the last minute's messages that the reader may have missed, and how many those are."""
    recent = select(func.min(Message.id), func.count()).where(
        Message.conversation_id == conversation_id,
        Message.id.between(after - _IDS, after),
        Message.created_at > now - _LATE,
    )
    row = session.execute(recent).one()
    return (row[0] or after + 1, row[1])


def one(session: Session, reader: Reader, conversation_id: str, message_id: int) -> Shown:
    return _page(session, reader, history.following(session, conversation_id, message_id - 1, 1)).items[0]


def whole_page(session: Session, reader: Reader, conversation_id: str, before: int | None) -> Page:
    """The last messages, or those before an id, as they were written."""
    said = history.latest(session, conversation_id, history.END if before is None else before)
    return _page(session, reader, said, whole=True)


def _page(session: Session, reader: Reader, said: Sequence[Said], *, more: bool = False, whole: bool = False) -> Page:
    files = [each.id for each in said if each.author in ("customer", "agent")]
    evidence = evidence_of_messages(session, files) if files else {}
    own = _own_ids(session, reader, [each.id for each in said if each.staff == reader.number])
    return Page(said, evidence, own, more, whole)


def _shown(said: Said, evidence: Evidence | None, own: str | None, whole: bool) -> Shown:
    text, card = (said.text, said.card) if whole else (masked(said.text), masked_values(said.card))
    return Shown(
        id=said.id,
        author=said.author,
        staff=said.staff,
        text=text,
        buttons=[str(button["title"]) for button in said.buttons],
        card=card,
        attachment=evidence,
        at=said.at,
        message_id=own,
        is_masked=(text, card) != (said.text, said.card),
        delivery=said.delivery,
    )


def _own_ids(session: Session, reader: Reader, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = session.execute(
        select(Message.id, Message.channel_message_id).where(
            Message.id.in_(ids), Message.author == "agent", Message.staff == reader.number
        )
    )
    return {row.id: row.channel_message_id.removeprefix(OWN_ID) for row in found}


def mark_read(session: Session, reader: Reader, conversation_id: str, to: int) -> None:
    """By whoever talks with the customer; what was read stays read."""
    session.execute(
        update(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.status == Status.PICKED,
            Handoff.staff_id == reader.staff_id,
            Handoff.read_to.is_(None) | (Handoff.read_to < to),
        )
        .values(read_to=to)
    )
