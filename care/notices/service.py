"""Telling customers what happened to their ticket or their number: written here, sent by the worker (`sending.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts import sms
from care.accounts.service import phone_index
from care.crypto import blind_index
from care.notices.rules import Kind, NumberKind, Status, is_hopeless, wait_after
from care.notices.tables import Notice
from care.retries import take_due
from care.tickets.tables import Ticket
from care.wording import calendar_time, say

# Written out in the statement: with a parameter PostgreSQL cannot know that the index of what waits is enough.
_WAITS = Notice.status == literal(Status.WAITING.value, literal_execute=True)


@dataclass(frozen=True)
class DueNotice:
    """A notice that this worker has for itself until `FIRST_WAIT` is over."""

    id: int
    #: None: about no ticket
    ticket_id: int | None
    kind: str
    phone: str
    text: str
    #: which try this is, the first is 1
    attempt: int
    #: the same for every try, and different for every notice of every installation: the gateway drops doubles by it
    once: str


def notify(
    session: Session,
    ticket: Ticket,
    kind: str,
    once: str,
    now: datetime,
    *,
    feedback: datetime | None = None,
    solution: datetime | None = None,
    other: str = "",
) -> None:
    """Tell the customer of a ticket by SMS, when a number was proved for it; otherwise nothing.

    `kind`: a word of `rules.Kind`. `once`: what must not be told twice (`feedback:<event id>`), unique over all
    tickets; the second call with it does nothing. `feedback` and `solution`: for `filed`, the promised times, where
    both are still to come. `other`: for `merged`, the number under which it goes on.
    """
    if ticket.notify_phone is None or not sms.is_on():
        return
    said = _text(Kind(kind), ticket.number, feedback, solution, other)
    _write(session, ticket.id, Kind(kind), once, ticket.notify_phone, said, now, now)


def notify_number(
    session: Session, phone: str, kind: str, text: str, once: str, now: datetime, *, not_before: datetime | None = None
) -> None:
    """Tell whoever has a number something that is about no ticket.

    `phone`: normalised. `kind`: a word of `rules.NumberKind`. `text`: the SMS; about 70 characters are one, no links
    (but a survey's), nothing that somebody who sees the screen must not read. `once`: up to 64 characters, as for
    `notify`. `not_before`: within a day, for what can wait until morning. Does nothing with `QUANYI_SMS=off`.
    """
    if sms.is_on():
        _write(session, None, NumberKind(kind), once, phone, text, now, not_before or now)


def _write(
    session: Session, ticket_id: int | None, kind: str, once: str, phone: str, said: str, now: datetime, due: datetime
) -> None:
    session.execute(
        insert(Notice)
        .values(
            ticket_id=ticket_id,
            kind=kind,
            once=once,
            phone=phone,
            phone_index=phone_index(phone),
            text=said,
            status=Status.WAITING,
            attempts=0,
            next_attempt_at=due,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Notice.once])
    )


def _text(kind: Kind, number: str, feedback: datetime | None, solution: datetime | None, other: str) -> str:
    if kind is Kind.FILED and feedback and solution:
        return say(
            "sms_filed_promise",
            number=number,
            feedback=calendar_time(feedback),
            solution=calendar_time(solution),
        )
    if kind is Kind.MERGED:
        return say("sms_merged", number=number, other=other)
    return say(f"sms_{kind}", number=number)


def due_notices(session: Session, now: datetime, limit: int) -> list[DueNotice]:
    """Take up to `limit` notices that are due, the longest waiting first (`care.retries.take_due`).

    A worker that dies before `mark_sent` leaves them to be sent again.
    """
    return [
        DueNotice(row.id, row.ticket_id, row.kind, row.phone, row.text, row.attempts, _identity(row))
        for row in take_due(session, Notice, _WAITS, now, limit, wait_after)
    ]


def mark_sent(session: Session, notice_id: int, now: datetime) -> None:
    """The gateway took it."""
    session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.status != Status.SENT)
        .values(status=Status.SENT, sent_at=now, next_attempt_at=None)
    )


def mark_failed(session: Session, notice: DueNotice, now: datetime) -> bool:
    """The gateway did not take it. True when that was the last try and nobody will hear of it.

    Nothing changes when another worker has taken it since, or has sent it.
    """
    row = session.scalar(
        select(Notice)
        .where(Notice.id == notice.id, Notice.status == Status.WAITING, Notice.attempts == notice.attempt)
        .with_for_update()
    )
    if row is None or not is_hopeless(row.created_at, now):
        return False
    row.status = Status.GIVEN_UP
    row.next_attempt_at = None
    return True


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Notice).where(_WAITS)) or 0


def _identity(row: Notice) -> str:
    # Keyed and with the content: a second installation at the same gateway counts from 1 too, and so does a database
    # that was restored from a backup.
    identity = (str(row.id), row.created_at.isoformat(), row.phone, row.text)
    return blind_index("\x00".join(identity), "notices.id")[:16].hex()
