"""What enters the inbox, and what leaves it by itself: withdrawn, too old, its message deleted.

In comes what a customer said after agreeing to it, while that consent stands. It is looked for by its time, with an
overlap: an answer, and with it what the bot took a message for, comes seconds after the message, after an outage
later. The job's cost follows what is new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import yaml
from sqlalchemy import Exists, and_, delete, exists, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from care.conversations.tables import Message
from care.dataset.current import ROOT
from care.errors import Conflict
from care.inbox.rules import Why, says_not_meant, why_of_reading
from care.inbox.tables import InboxCursor, InboxEntry
from care.rights.choosing import LABELS, NEAR
from care.settings import settings
from care.training.consent import agreed_since
from care.training.rules import FALLBACK, is_worth_reading, shown
from care.training.tables import TrainingConsent, TrainingStep
from care.turns.tables import MessageReading

#: what is answered later than this waits for the hourly look over a day
OVERLAP = timedelta(minutes=5)
#: messages that are looked at together
MOST = 500
#: a "no" later than this is about something else
_NEXT = timedelta(minutes=10)
_DECIDED = ("accept", "reject")
_ROW = 1


class Filled(NamedTuple):
    taken: int
    #: nothing that was there is left for the next run
    is_all: bool


def below(root: Path = ROOT) -> float:
    """The confidence under which a message counts as unsure: that of the settings, else where the pipeline itself stops
    understanding (`threshold` of FallbackClassifier). Raises Conflict (`config`)."""
    if chosen := settings().inbox_below:
        return float(chosen)
    config = root / "config.yml"
    try:
        pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
        return float(next(each["threshold"] for each in pipeline if each["name"] == "FallbackClassifier"))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, StopIteration):
        told = f"{config} names no threshold of FallbackClassifier; give one (--below, QUANYI_INBOX_BELOW)"
        raise Conflict("config", told) from None


def fill(session: Session, unsure: float, now: datetime, overlap: timedelta = OVERLAP) -> Filled:
    """Take in what is new. `unsure`: see `below`. One worker at a time; safe to repeat.

    Where another worker is at it, nothing is taken, and nothing is left to do.
    """
    oldest = now - timedelta(days=settings().inbox_days)
    session.execute(insert(InboxCursor).values(id=_ROW, seen_until=oldest).on_conflict_do_nothing())
    cursor = session.get(InboxCursor, _ROW, with_for_update={"skip_locked": True})
    if cursor is None:
        return Filled(0, is_all=True)
    since = max(cursor.seen_until - overlap, oldest)
    taken, last = 0, None
    while True:
        found = _misread(session, since, last, unsure)
        taken += _take(session, {id_: why for id_, _, why in found}, oldest)
        if len(found) < MOST:
            last = None
            break
        last = found[-1][1], found[-1][0]
        # What is not worth reading is met again and again: not before something new was seen may a run end.
        if last[0] > cursor.seen_until:
            break
    until = None if last is None else last[0]
    taken += _take(session, _not_meant(session, since, until), oldest)
    taken += _take(session, _pointed_at(session, since, until), oldest)
    cursor.seen_until = max(cursor.seen_until, until or now)
    return Filled(taken, is_all=until is None)


def sweep(session: Session, now: datetime, since: timedelta = timedelta(days=1)) -> int:
    """What has to leave: consents that were withdrawn in the last `since`, what is too old. How many."""
    newest = select(func.max(TrainingConsent.id)).group_by(TrainingConsent.conversation_id)
    withdrawn = select(TrainingConsent.conversation_id).where(
        ~TrainingConsent.agreed, TrainingConsent.at >= now - since
    )
    again = aliased(TrainingConsent)
    # Who agreed again: only what was said since then stays.
    said_before = exists(
        select(again.id).where(
            again.id.in_(newest.where(again.conversation_id == TrainingConsent.conversation_id)),
            again.conversation_id == InboxEntry.conversation_id,
            or_(~again.agreed, again.at > InboxEntry.at),
        )
    )
    is_old = InboxEntry.at < now - timedelta(days=settings().inbox_days)
    gone = delete(InboxEntry).where(or_(is_old, and_(InboxEntry.conversation_id.in_(withdrawn), said_before)))
    return len(session.execute(gone.returning(InboxEntry.message_id)).all())


def _misread(
    session: Session, since: datetime, last: tuple[datetime, int] | None, unsure: float
) -> list[tuple[int, datetime, Why]]:
    """Behind `last`, the oldest first, at most MOST of them."""
    unanswered = and_(MessageReading.label.in_(LABELS), func.coalesce(MessageReading.article_score, 0.0) < NEAR)
    badly = or_(MessageReading.label == FALLBACK, MessageReading.confidence < unsure, unanswered)
    query = (
        select(Message.id, Message.created_at, MessageReading)
        .join(MessageReading, MessageReading.message_id == Message.id)
        .where(
            Message.author == "customer",
            Message.is_payload.is_(False),
            Message.created_at >= since,
            true() if last is None else tuple_(Message.created_at, Message.id) > last,
            badly,
            Message.created_at >= agreed_since(Message.conversation_id),
            ~exists().where(InboxEntry.message_id == Message.id),
            ~_decided(Message.id),
        )
        .order_by(Message.created_at, Message.id)
        .limit(MOST)
    )
    return [
        (id_, at, why_of_reading(read.label, read.confidence, read.article_score, unsure))
        for id_, at, read in session.execute(query)
    ]


def _not_meant(session: Session, since: datetime, until: datetime | None) -> dict[int, Why]:
    """The messages before those in which customers say that the answer missed."""
    said, read = aliased(Message), aliased(MessageReading)
    query = (
        select(said.id, said.conversation_id, said.created_at, read.label, read.sub)
        .join(read, read.message_id == said.id)
        .where(
            said.author == "customer",
            said.created_at >= since,
            true() if until is None else said.created_at <= until,
            read.label.in_(("satisfaction", "deny", "correct")),
            said.created_at >= agreed_since(said.conversation_id),
        )
    )
    found: dict[int, Why] = {}
    for id_, conversation_id, at, label, sub in session.execute(query).all():
        before = session.execute(
            select(Message.id, Message.created_at, Message.is_payload)
            .where(Message.conversation_id == conversation_id, Message.id < id_, Message.author == "customer")
            .order_by(Message.id.desc())
            .limit(1)
        ).one_or_none()
        if before is None or before.is_payload or at - before.created_at > _NEXT:
            continue
        asked = exists().where(Message.in_reply_to == before.id, Message.buttons.is_not(None))
        if says_not_meant(label, sub, bool(session.scalar(select(asked)))):
            found[before.id] = Why.NOT_MEANT
    return found


def _pointed_at(session: Session, since: datetime, until: datetime | None) -> dict[int, Why]:
    """By agents, trainers and auditors."""
    steps = select(TrainingStep.message_id, TrainingStep.kind).where(
        TrainingStep.kind.in_(("correct", "audit")),
        TrainingStep.at >= since,
        true() if until is None else TrainingStep.at <= until,
    )
    found: dict[int, Why] = {}
    for message_id, kind in session.execute(steps):
        found[message_id] = found.get(message_id, Why(0)) | (Why.CORRECTED if kind == "correct" else Why.AUDIT)
    return found


def _take(session: Session, why: Mapping[int, Why], oldest: datetime) -> int:
    """Those that may be shown. What is there already gets the new reasons, and what it was corrected to."""
    if not why:
        return 0
    query = (
        select(Message, MessageReading)
        .join(MessageReading, MessageReading.message_id == Message.id, isouter=True)
        .where(
            Message.id.in_(why),
            Message.author == "customer",
            Message.is_payload.is_(False),
            Message.created_at >= oldest,
            Message.created_at >= agreed_since(Message.conversation_id),
            ~_decided(Message.id),
        )
    )
    corrected = _corrections(session, why)
    rows = []
    found: Sequence[tuple[Message, MessageReading | None]] = session.execute(query).all()
    for message, read in found:
        text = shown(message.text)
        if not is_worth_reading(text):
            continue
        meant = corrected.get(message.id) or ((read.label, read.sub) if read is not None else (None, None))
        rows.append(
            {
                "message_id": message.id,
                "conversation_id": message.conversation_id,
                "text": text,
                "at": message.created_at,
                "why": int(why[message.id]),
                "label": meant[0],
                "sub": meant[1],
                "confidence": read.confidence if read is not None else None,
            }
        )
    if not rows:
        return 0
    new = insert(InboxEntry)
    again = new.on_conflict_do_update(
        index_elements=[InboxEntry.message_id],
        set_={
            "why": InboxEntry.why.op("|")(new.excluded.why),
            "label": new.excluded.label,
            "sub": new.excluded.sub,
        },
        # Looked at again and again while the overlap lasts: only what is new is written.
        where=or_(
            InboxEntry.why.op("|")(new.excluded.why) != InboxEntry.why,
            InboxEntry.label.is_distinct_from(new.excluded.label),
            InboxEntry.sub.is_distinct_from(new.excluded.sub),
        ),
    )
    session.execute(again, rows)
    # What a trainer decided between the two statements was put in again by the second.
    ids = [row["message_id"] for row in rows]
    session.execute(delete(InboxEntry).where(InboxEntry.message_id.in_(ids), _decided(InboxEntry.message_id)))
    return len(rows)


def _corrections(session: Session, why: Mapping[int, Why]) -> dict[int, tuple[str | None, str | None]]:
    """The newest of each."""
    steps = select(TrainingStep).where(TrainingStep.message_id.in_(why), TrainingStep.kind == "correct")
    return {each.message_id: (each.label, each.sub) for each in session.scalars(steps.order_by(TrainingStep.id))}


def _decided(message_id: InstrumentedAttribute[int]) -> Exists:
    return exists().where(TrainingStep.message_id == message_id, TrainingStep.kind.in_(_DECIDED))
