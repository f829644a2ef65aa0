"""What was said, what the bot took it for, what the words let fear, who was asked for, and what agents noted of it.

Notes are for staff only and still about somebody: they are in the copy that the customer gets
(个人信息保护法第四十五条).

A conversation stays as an empty row: orders and requests point at it, and the one that asks goes on. What was said
after the request is another matter. Hand-offs that are over go too: their reason (beside themselves, elderly) says
something of somebody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from care.accuracy.tables import AuditAnswer, AuditVerdict
from care.attachments.tables import MessageAttachment
from care.callbacks.tables import Callback
from care.conversations.tables import Conversation, Message
from care.desk.tables import ConversationNote
from care.handoff.rules import OPEN
from care.handoff.tables import Concern, Handoff, HandoffEvent
from care.once import Receipt
from care.privacy.holds import APPEAL_EVIDENCE, EVIDENCE
from care.privacy.places import promises
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.satisfaction.tables import Rating, RatingOptOut
from care.turns.tables import MessageReading

#: messages that are deleted in one statement
_AT_ONCE = 1000
_END = 2**63 - 1
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_IS_OVER = Handoff.status.not_in(OPEN)
#: of ratings; those of a hand-off go with it
_rated_at = func.coalesce(Rating.answered_at, Rating.asked_at, Rating.over_at, _EVER)
_OF_NO_HANDOFF = Rating.handoff_id.is_(None)


class Conversations:
    name = "conversations"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        here, messages = subject.conversations, _messages_of(subject)
        read = MessageReading.message_id.in_(select(Message.id).where(messages))
        tables: list[tuple[Any, ColumnElement[bool], Any]] = [
            (Conversation, Conversation.id.in_(here), Conversation.created_at),
            (Message, messages, Message.id),
            (MessageReading, read, MessageReading.message_id),
            (Concern, Concern.conversation_id.in_(here), Concern.raised_at),
            (Handoff, Handoff.conversation_id.in_(here), Handoff.id),
            (HandoffEvent, HandoffEvent.handoff_id.in_(_handoffs_of(here)), HandoffEvent.id),
            (Rating, Rating.conversation_id.in_(here), Rating.id),
            (RatingOptOut, RatingOptOut.conversation_id.in_(here), RatingOptOut.at),
            (AuditAnswer, _audited(messages), AuditAnswer.id),
            (
                AuditVerdict,
                AuditVerdict.answer_id.in_(select(AuditAnswer.id).where(_audited(messages))),
                AuditVerdict.id,
            ),
            (ConversationNote, ConversationNote.conversation_id.in_(here), ConversationNote.id),
            (Receipt, _receipts_of(subject), Receipt.created_at),
        ]
        for table, theirs, order in tables:
            for row in session.scalars(select(table).where(theirs).order_by(order)):
                yield record(row)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        removed = count(session, Message, *_going(subject))
        removed += sum(count(session, table, theirs) for table, theirs in _marks_of(subject))
        return Counts(removed, count(session, Conversation, *_full(subject)), _held(session, subject))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        held = _held(session, subject)
        ids = session.scalars(select(Message.id).where(*_going(subject)).order_by(Message.id)).all()
        removed = sum(_delete_messages(session, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE))
        # What stays as evidence is shown to no judge.
        session.execute(
            update(AuditAnswer).where(_audited(_messages_of(subject))).values(question_id=None, reply_id=None)
        )
        _let_go(session, _gone_handoffs(subject))
        removed += sum(_delete(session, table, theirs) for table, theirs in _marks_of(subject))
        _delete(session, Receipt, _receipts_of(subject))
        return Counts(removed, _empty(session, subject), held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """By the day of each message: a conversation in a messenger never ends."""
        old = is_old(session, Message.id, Message.created_at, before)
        ids = oldest(session, Message.id, limit, old, ~EVIDENCE, ~APPEAL_EVIDENCE)
        here = _conversations_of(session, ids)
        removed = _delete_messages(session, ids)
        removed += _delete_marks(session, before, limit)
        held = count(session, Message, old, or_(EVIDENCE, APPEAL_EVIDENCE))
        return Counts(removed, _empty_shells(session, here), [Held(Hold.OPEN_TICKET, held)] if held else [])


def _handoffs_of(conversations: Collection[str]) -> Select[int]:
    return select(Handoff.id).where(Handoff.conversation_id.in_(conversations))


def _until(subject: Subject) -> int:
    return _END if subject.until is None else subject.until


def _since(subject: Subject) -> datetime:
    return subject.said_since or _EVER


def _messages_of(subject: Subject) -> ColumnElement[bool]:
    return and_(
        Message.conversation_id.in_(subject.conversations),
        Message.id <= _until(subject),
        Message.created_at >= _since(subject),
    )


def _going(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    return _messages_of(subject), ~EVIDENCE


def _receipts_of(subject: Subject) -> ColumnElement[bool]:
    """That something was done once for a message: worth nothing when that is answered."""
    return and_(
        Receipt.conversation_id.in_(subject.conversations),
        Receipt.message_id <= _until(subject),
        Receipt.created_at >= _since(subject),
    )


def _marks_of(subject: Subject) -> list[tuple[Any, ColumnElement[bool]]]:
    """What was concluded of them, and that a person was asked for."""
    here, since = subject.conversations, _since(subject)
    return [
        (
            Concern,
            and_(
                Concern.conversation_id.in_(here),
                Concern.message_id <= _until(subject),
                Concern.raised_at >= since,
            ),
        ),
        (Handoff, _gone_handoffs(subject)),
        *_notes_of(subject),
    ]


def _audited(messages: ColumnElement[bool]) -> ColumnElement[bool]:
    """Answers of the weekly audit to these messages, or that are these."""
    ids = select(Message.id).where(messages)
    return or_(AuditAnswer.question_id.in_(ids), AuditAnswer.reply_id.in_(ids))


def _notes_of(subject: Subject) -> list[tuple[Any, ColumnElement[bool]]]:
    """What agents noted, and marks that were given for tickets, are of whoever proved the number: who only sits down at
    the browser does not take them away."""
    if subject.is_words_only and subject.said_since is None:
        return []
    here, since = subject.conversations, _since(subject)
    return [
        (ConversationNote, and_(ConversationNote.conversation_id.in_(here), ConversationNote.created_at >= since)),
        (Rating, and_(Rating.conversation_id.in_(here), since <= _rated_at, _OF_NO_HANDOFF)),
        (RatingOptOut, and_(RatingOptOut.conversation_id.in_(here), RatingOptOut.at >= since)),
    ]


def _gone_handoffs(subject: Subject) -> ColumnElement[bool]:
    return and_(Handoff.conversation_id.in_(subject.conversations), Handoff.changed_at >= _since(subject), _IS_OVER)


def _let_go(session: Session, handoffs: ColumnElement[bool]) -> None:
    """What points at them: the mark that was given for one goes, a call-back stays with its ticket."""
    ids = select(Handoff.id).where(handoffs)
    _delete(session, Rating, Rating.handoff_id.in_(ids))
    session.execute(update(Callback).where(Callback.handoff_id.in_(ids)).values(handoff_id=None))


def _goes_on(subject: Subject) -> ColumnElement[bool]:
    return exists().where(Message.conversation_id == Conversation.id, Message.id > _until(subject))


def _full(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    """Conversations that still tell something themselves. A matter that was closed since the request is another one,
    and a child's conversation stays one while it goes on."""
    return Conversation.id.in_(subject.conversations), or_(
        Conversation.opening_key.is_not(None),
        Conversation.closed_by <= _until(subject),
        and_(Conversation.minor_at.is_not(None), ~_goes_on(subject)),
    )


def _empty(session: Session, subject: Subject) -> int:
    emptied = (
        update(Conversation)
        .where(*_full(subject))
        .values(
            opening_key=None,
            closed_by=case((Conversation.closed_by > _until(subject), Conversation.closed_by), else_=None),
            minor_at=case((_goes_on(subject), Conversation.minor_at), else_=None),
        )
    )
    return int(session.execute(emptied).rowcount)  # type: ignore[attr-defined]


def _delete(session: Session, table: Any, *which: ColumnElement[bool]) -> int:
    return int(session.execute(delete(table).where(*which)).rowcount)  # type: ignore[attr-defined]


def _held(session: Session, subject: Subject) -> list[Held]:
    kept = count(session, Message, _messages_of(subject), EVIDENCE)
    return [Held(Hold.OPEN_TICKET, kept)] if kept else []


def _delete_messages(session: Session, ids: Collection[int]) -> int:
    """With their readings and what trainers did with them (ON DELETE CASCADE)."""
    session.execute(update(Message).where(Message.in_reply_to.in_(ids)).values(in_reply_to=None))
    _delete(session, MessageAttachment, MessageAttachment.message_id.in_(ids))
    promises.let_messages_go(session, ids)
    done = select(Message.conversation_id, Message.id).where(Message.id.in_(ids))
    _delete(session, Receipt, tuple_(Receipt.conversation_id, Receipt.message_id).in_(done))
    return _delete(session, Message, Message.id.in_(ids))


def _conversations_of(session: Session, message_ids: Collection[int]) -> list[str]:
    return list(session.scalars(select(Message.conversation_id).where(Message.id.in_(message_ids)).distinct()))


def _delete_marks(session: Session, before: datetime, limit: int) -> int:
    """By their own day: a hand-off may have ended long after the last message."""
    key = tuple_(Concern.conversation_id, Concern.reason)
    raised = select(Concern.conversation_id, Concern.reason).where(Concern.raised_at < before).limit(limit)
    concerns = session.execute(raised.with_for_update(skip_locked=True)).all()
    handoffs = oldest(session, Handoff.id, limit, Handoff.changed_at < before, _IS_OVER)
    removed = _delete(session, Concern, key.in_([tuple(each) for each in concerns]))
    _let_go(session, Handoff.id.in_(handoffs))
    removed += _delete(session, Handoff, Handoff.id.in_(handoffs))
    ratings = oldest(session, Rating.id, limit, _rated_at < before, _OF_NO_HANDOFF)
    removed += _delete(session, Rating, Rating.id.in_(ratings))
    opted_out = oldest(session, RatingOptOut.conversation_id, limit, RatingOptOut.at < before)
    removed += _delete(session, RatingOptOut, RatingOptOut.conversation_id.in_(opted_out))
    notes = oldest(session, ConversationNote.id, limit, ConversationNote.created_at < before)
    return removed + _delete(session, ConversationNote, ConversationNote.id.in_(notes))


def _empty_shells(session: Session, conversations: Collection[str]) -> int:
    """Those of them in which nothing is left."""
    is_empty = ~exists().where(Message.conversation_id == Conversation.id)
    emptied = update(Conversation).where(Conversation.id.in_(conversations), is_empty)
    nothing = {"opening_key": None, "closed_by": None, "minor_at": None}
    return int(session.execute(emptied.values(nothing)).rowcount)  # type: ignore[attr-defined]
