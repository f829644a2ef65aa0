"""What somebody answered in the lessons about rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from care.privacy.places.base import Counts, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.subject import Subject
from care.rights.tables import LessonAnswer

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Lessons:
    name = "lessons"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        for answer in session.scalars(select(LessonAnswer).where(_of(subject)).order_by(LessonAnswer.id)):
            yield record(answer)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        return Counts(count(session, LessonAnswer, _of(subject)))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        gone = session.execute(delete(LessonAnswer).where(_of(subject)).returning(LessonAnswer.id)).all()
        return Counts(len(gone))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        ids = oldest(
            session, LessonAnswer.id, limit, is_old(session, LessonAnswer.id, LessonAnswer.answered_at, before)
        )
        session.execute(delete(LessonAnswer).where(LessonAnswer.id.in_(ids)))
        return Counts(len(ids))


def _of(subject: Subject) -> ColumnElement[bool]:
    theirs = and_(
        LessonAnswer.conversation_id.in_(subject.conversations),
        LessonAnswer.answered_at >= (subject.said_since or _EVER),
    )
    return theirs if subject.until is None else theirs & (LessonAnswer.message_id <= subject.until)
