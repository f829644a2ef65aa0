"""Surveys: marks stay in the sums, whoever gave them does not; that somebody does not want to be asked stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from care.accounts.segments import segment_of
from care.accounts.service import phone_index
from care.db import transaction
from care.privacy.places.base import Counts, Held
from care.privacy.places.surveys import Surveys
from care.privacy.rules import Hold
from care.privacy.subject import Subject, find_subject
from care.satisfaction.panel import leave
from care.satisfaction.survey_tables import CounterVisit, Invite, PanelMember, SurveyAnswer
from tests.support.privacy import PHONE, Planted, plant
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Surveys()
LATER = NOW + timedelta(minutes=1)
YEAR = timedelta(days=366)


def _subject(planted: Planted) -> Subject:
    with transaction() as session:
        return find_subject(session, planted.conversation, planted.phone, None, LATER)


def _erase(planted: Planted) -> Counts:
    subject = _subject(planted)
    with transaction() as session:
        planned = PLACE.plan(session, subject, LATER)
    with transaction() as session:
        done = PLACE.erase(session, subject, LATER)
    assert (planned.removed, planned.anonymised) == (done.removed, done.anonymised)
    return done


def _marks() -> list[tuple[int, str | None]]:
    with transaction() as session:
        rows = session.scalars(select(SurveyAnswer).order_by(SurveyAnswer.invite_id))
        return [(row.overall, row.words) for row in rows]


def test_the_marks_stay_and_nobody_gave_them() -> None:
    planted = plant(NOW)
    done = _erase(planted)
    assert (done.removed, done.anonymised, done.held) == (2, 3, []), "panel and segment; two invitations and a visit"
    assert _marks() == [(7, None), (7, None)]
    with transaction() as session:
        assert set(session.scalars(select(Invite.phone_index))) == {None}
        assert session.scalars(select(CounterVisit.phone)).one() is None
        assert session.scalars(select(PanelMember)).all() == []
        assert segment_of(session, phone_index(PHONE)) is None


def test_a_wish_not_to_be_asked_outlives_a_deletion() -> None:
    planted = plant(NOW)
    with transaction() as session:
        leave(session, phone_index(PHONE), NOW)
    assert _erase(planted).held == [Held(Hold.OPT_OUT, 1)]
    with transaction() as session:
        kept = session.scalars(select(PanelMember)).one()
        assert (kept.phone, kept.region, kept.ended_at) == (None, None, NOW)


def test_who_was_to_be_asked_is_not_any_more() -> None:
    planted = plant(NOW)
    with transaction() as session:
        session.execute(text("DELETE FROM survey_answers"))
        session.execute(text("UPDATE survey_invites SET sent_at = NULL, answered_at = NULL"))
    _erase(planted)
    with transaction() as session:
        assert all(session.scalars(select(Invite.declined_at)))


def test_after_a_year_nobody_knows_who_said_what() -> None:
    plant(NOW)
    with transaction() as session:
        assert PLACE.expire(session, NOW - YEAR, NOW, 100) == Counts()
    with transaction() as session:
        assert PLACE.expire(session, NOW + YEAR, NOW + 2 * YEAR, 100) == Counts(removed=1, anonymised=3)
    with transaction() as session:
        assert PLACE.expire(session, NOW + YEAR, NOW + 2 * YEAR, 100) == Counts(), "once"
    assert _marks() == [(7, None), (7, None)]
    with transaction() as session:
        assert session.scalars(select(PanelMember.phone)).one() == PHONE, "who agreed stays until they leave"


def test_a_former_holder_of_the_number_is_told_nothing() -> None:
    planted = plant(NOW)
    with transaction() as session:
        later = find_subject(session, planted.conversation, planted.phone, NOW + YEAR, NOW + YEAR)
        assert list(PLACE.records(session, later)) == []
