"""Surveys: who agreed to be asked, who was asked, what was answered; visits to a counter; which segment a number is of.

What was answered stays as a mark in a sum, without whoever gave it and without their words. That somebody does not want
to be asked stays when all else goes, by the number's blind index alone: without it they would be asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.accounts.service import phone_index
from care.accounts.tables import Segment
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, is_old, oldest
from care.privacy.places.exported import record
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.satisfaction.survey_tables import CounterVisit, Invite, PanelMember, SurveyAnswer

#: table, its blind index, and since when it tells of a number
_TABLES: tuple[tuple[Any, InstrumentedAttribute[Any], InstrumentedAttribute[datetime]], ...] = (
    (PanelMember, PanelMember.phone_index, PanelMember.agreed_at),
    (CounterVisit, CounterVisit.phone_index, CounterVisit.visited_at),
    (Invite, Invite.phone_index, Invite.drawn_at),
    (Segment, Segment.phone_index, Segment.told_at),
)
_OPT_OUT = PanelMember.ended_at.is_not(None)
_NOBODYS = {"phone": None, "phone_index": None}


class Surveys:
    name = "surveys"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        since = subject.number_from
        if since is None:
            return
        for table, index, at in _TABLES:
            for row in session.scalars(select(table).where(_of(subject, index), at >= since).order_by(at)):
                yield record(row)
        asked = select(Invite.id).where(_of(subject, Invite.phone_index), Invite.drawn_at >= since)
        answers = select(SurveyAnswer).where(SurveyAnswer.invite_id.in_(asked)).order_by(SurveyAnswer.invite_id)
        for answer in session.scalars(answers):
            yield record(answer)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        removed = count(session, PanelMember, _of(subject, PanelMember.phone_index), ~_OPT_OUT)
        removed += count(session, Segment, _of(subject, Segment.phone_index))
        anonymised = count(session, Invite, _of(subject, Invite.phone_index))
        anonymised += count(session, CounterVisit, _of(subject, CounterVisit.phone_index))
        return Counts(removed, anonymised, _held(session, subject))

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        gone = delete(PanelMember).where(_of(subject, PanelMember.phone_index), ~_OPT_OUT)
        removed = len(session.execute(gone.returning(PanelMember.id)).all())
        told = delete(Segment).where(_of(subject, Segment.phone_index))
        removed += len(session.execute(told.returning(Segment.phone_index)).all())
        anonymised = _let_go(session, _of(subject, Invite.phone_index), now)
        visits = update(CounterVisit).where(_of(subject, CounterVisit.phone_index)).values(_NOBODYS)
        anonymised += len(session.execute(visits.returning(CounterVisit.id)).all())
        return Counts(removed, anonymised, _held(session, subject))

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        old = is_old(session, Invite.id, Invite.drawn_at, before)
        words = SurveyAnswer.words.is_not(None)
        told = Invite.id.in_(select(SurveyAnswer.invite_id).where(words))
        ids = oldest(session, Invite.id, limit, old, or_(Invite.phone_index.is_not(None), told))
        anonymised = _let_go(session, Invite.id.in_(ids), now)
        came = is_old(session, CounterVisit.id, CounterVisit.visited_at, before)
        visits = oldest(session, CounterVisit.id, limit, came, CounterVisit.phone_index.is_not(None))
        session.execute(update(CounterVisit).where(CounterVisit.id.in_(visits)).values(_NOBODYS))
        # What the operator has not told again for so long is not known any more.
        told_long_ago = oldest(session, Segment.phone_index, limit, Segment.told_at < before)
        session.execute(delete(Segment).where(Segment.phone_index.in_(told_long_ago)))
        kept = count(session, PanelMember, _OPT_OUT, PanelMember.ended_at < before)
        return Counts(len(told_long_ago), anonymised + len(visits), [Held(Hold.OPT_OUT, kept)] if kept else [])


def _let_go(session: Session, invites: ColumnElement[bool], now: datetime) -> int:
    """Their marks stay; nobody is asked any more who was not asked yet."""
    ids = session.scalars(select(Invite.id).where(invites)).all()
    session.execute(update(SurveyAnswer).where(SurveyAnswer.invite_id.in_(ids)).values(words=None))
    waiting = Invite.answered_at.is_(None) & Invite.declined_at.is_(None)
    session.execute(update(Invite).where(Invite.id.in_(ids), waiting).values(declined_at=now))
    session.execute(update(Invite).where(Invite.id.in_(ids)).values(_NOBODYS))
    return len(ids)


def _of(subject: Subject, index: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return index == phone_index(subject.phone) if subject.phone else false()


def _held(session: Session, subject: Subject) -> list[Held]:
    kept = count(session, PanelMember, _of(subject, PanelMember.phone_index), _OPT_OUT)
    return [Held(Hold.OPT_OUT, kept)] if kept else []
