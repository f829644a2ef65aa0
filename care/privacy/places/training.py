"""Who agreed that trainers read their words, what trainers did with them, and what came of it in the training data.

The sentence that a trainer wrote for a deleted message goes too: its keyed hash is kept, and it is taken out of the
files of this checkout at once, of others with `quanyi nlu forget`. A model that learnt from it is replaced by the next
training.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Select, and_, delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from care.conversations.tables import Message
from care.dataset.current import ROOT
from care.dataset.forgetting import forget, written_for
from care.dataset.tables import ExampleChange
from care.errors import CareError
from care.inbox.tables import InboxEntry, InboxOpinion
from care.logs import get_logger
from care.privacy.places.base import Counts, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.subject import Subject
from care.privacy.tables import ForgottenExample
from care.training.forgetting import index_of_words, remove_examples
from care.training.tables import TrainingConsent, TrainingStep

_log = get_logger("care.privacy.training")
_other = aliased(TrainingConsent)


class Training:
    name = "training"

    def __init__(self, root: Path = ROOT) -> None:
        #: the checkout whose data/nlu trainers write into
        self._root = root

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        consents = select(TrainingConsent).where(_consents_of(subject)).order_by(TrainingConsent.id)
        for consent in session.scalars(consents):
            yield record(consent)
        for table in (TrainingStep, InboxEntry, InboxOpinion, ExampleChange):
            rows = select(table).where(table.message_id.in_(_messages_of(subject))).order_by(table.message_id)
            for row in session.scalars(rows):
                yield record(row)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        messages = _messages_of(subject)
        # Examples are trainers' own sentences, and stay where another message gave them too: not counted.
        tables = (TrainingStep, InboxEntry, InboxOpinion)
        rows = sum(count(session, table, table.message_id.in_(messages)) for table in tables)
        return Counts(count(session, TrainingConsent, _consents_of(subject)) + rows)

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        messages = _messages_of(subject)
        theirs = TrainingStep.message_id.in_(messages)
        accepted = session.scalars(select(TrainingStep).where(theirs, TrainingStep.kind == "accept")).all()
        learnt = {(str(step.label), step.sub, index_of_words(step.words or "")) for step in accepted}
        learnt |= {(each.label, each.sub, index_of_words(each.words)) for each in written_for(session, messages)}
        for label, sub, index in sorted(learnt, key=str):
            session.add(ForgottenExample(label=label, sub=sub, text_index=index, at=now))
        session.flush()
        removed = len(session.execute(delete(TrainingStep).where(theirs).returning(TrainingStep.id)).all())
        kept = _kept(session, {label for label, *_ in learnt})
        forget(session, messages, lambda each: (each.label, each.sub, index_of_words(each.words)) in kept)
        for table in (InboxEntry, InboxOpinion):
            gone = delete(table).where(table.message_id.in_(messages)).returning(table.message_id)
            removed += len(session.execute(gone).all())
        consents = delete(TrainingConsent).where(_consents_of(subject)).returning(TrainingConsent.id)
        removed += len(session.execute(consents).all())
        if learnt:
            self._forget(session, now)
        return Counts(removed)

    def _forget(self, session: Session, now: datetime) -> None:
        try:
            forget_examples(session, self._root, now)
        except (CareError, OSError) as error:  # at fault, or not for writing here: the command does it then
            _log.warning("examples_not_forgotten", error=type(error).__name__)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        """A consent that stands does not grow old while something is said under it; the words of trainers stay."""
        of_same = _other.conversation_id == TrainingConsent.conversation_id
        superseded = exists().where(of_same, _other.id > TrainingConsent.id)
        is_first = ~exists().where(of_same, _other.id < TrainingConsent.id)
        is_empty = ~exists().where(Message.conversation_id == TrainingConsent.conversation_id)
        # A withdrawal goes after what it withdrew, never before.
        is_over = or_(superseded, and_(is_first, or_(is_empty, not_(TrainingConsent.agreed))))
        old = is_old(session, TrainingConsent.id, TrainingConsent.at, before)
        consents = oldest(session, TrainingConsent.id, limit, old, is_over)
        session.execute(delete(TrainingConsent).where(TrainingConsent.id.in_(consents)))
        steps = oldest(session, TrainingStep.id, limit, is_old(session, TrainingStep.id, TrainingStep.at, before))
        session.execute(delete(TrainingStep).where(TrainingStep.id.in_(steps)))
        return Counts(len(consents) + len(steps))


def forget_examples(session: Session, root: Path, now: datetime) -> list[str]:
    """Take all that is to be forgotten out of the files of a checkout; where it stood. Safe to repeat.

    A sentence that was accepted for somebody else's message too stays. Raises Conflict where a file is at fault.
    """
    rows = session.scalars(select(ForgottenExample)).all()
    if not rows or not root.joinpath("data", "nlu").is_dir():
        return []
    others = _kept(session, {row.label for row in rows})
    forgotten = [(row.id, (row.label, row.sub, bytes(row.text_index))) for row in rows]
    places = list(remove_examples(root, {key for _, key in forgotten} - others))
    done = [id for id, key in forgotten if key not in others]
    session.execute(
        update(ForgottenExample)
        .where(ForgottenExample.id.in_(done), ForgottenExample.removed_at.is_(None))
        .values(removed_at=now)
    )
    return places


def _consents_of(subject: Subject) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = TrainingConsent.conversation_id.in_(subject.conversations)
    return theirs if subject.said_since is None else and_(theirs, TrainingConsent.at >= subject.said_since)


def _kept(session: Session, labels: set[str]) -> set[tuple[str, str | None, bytes]]:
    """What was accepted for a message that is still there."""
    steps = select(TrainingStep.label, TrainingStep.sub, TrainingStep.words).where(
        TrainingStep.kind == "accept", TrainingStep.label.in_(labels)
    )
    return {(str(label), sub, index_of_words(words or "")) for label, sub, words in session.execute(steps)}


def _messages_of(subject: Subject) -> Select[int]:
    """Of a message that stays for an open complaint too: nothing is learnt from it any more."""
    messages = select(Message.id).where(Message.conversation_id.in_(subject.conversations))
    if subject.until is not None:
        messages = messages.where(Message.id <= subject.until)
    if subject.said_since is not None:
        messages = messages.where(Message.created_at >= subject.said_since)
    return messages
