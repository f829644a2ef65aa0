"""A wave from its plan to its answers: who is asked, when, how often, and what becomes of what they say."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.conversations.tables import Conversation
from care.errors import CareError
from care.notices.tables import Notice
from care.satisfaction import panel as members
from care.satisfaction.answering import Given, State, answer, decline, look
from care.satisfaction.index import index_of
from care.satisfaction.inviting import remind_due, send_due, token_of
from care.satisfaction.survey_tables import Invite, PanelMember, SurveyAnswer
from care.satisfaction.tables import RatingOptOut
from care.satisfaction.waves import answers_of, close_due, close_wave, open_wave, plan_wave, wave
from care.settings import settings
from tests.support.surveys import answers, panel, tokens_of, wave_of
from tests.support.times import NOW, china

DAY = timedelta(days=1)
GOOD = Given(9, {"call_quality": 9, "repair_speed": 8})


def _sms(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.text).where(Notice.kind == "survey").order_by(Notice.id)))


def test_a_wave_asks_each_stratum(session: Session) -> None:
    panel(session, 60, "北京", "public")
    panel(session, 30, "广东", "business", first=100)
    panel(session, 3, first=200)
    found = wave(session, wave_of(session, 31))

    assert (found.status, found.frame, found.invited, found.answered) == ("open", 93, 31, 0)
    assert {each.name: (each.frame, each.sample) for each in found.strata} == {
        "-/-": (3, 3),  # nothing is known of them, and they are heard all the same
        "北京/public": (60, 19),
        "广东/business": (30, 9),
    }
    assert len(_sms(session)) == 31
    assert all("/survey/" in each for each in _sms(session))


def test_planning_and_opening_twice_is_once(session: Session) -> None:
    panel(session, 10)
    first = plan_wave(session, "2026Q4", 5, "9", NOW)
    assert plan_wave(session, "2026Q4", 5, "8", NOW) == first
    open_wave(session, first.id, "9", NOW)
    open_wave(session, first.id, "9", NOW + DAY)
    assert len(tokens_of(session, first.id)) == 5
    assert wave(session, first.id).closes_at == NOW + 21 * DAY


REFUSED = [
    # quarter, sample, how many agreed; reason
    ("2026-4", 5, 9, "quarter"),
    ("2026Q5", 5, 9, "quarter"),
    ("2026Q4", 0, 9, "sample"),
    ("2026Q4", 5, 0, "panel_empty"),  # nobody is asked who has not agreed
]


@pytest.mark.parametrize(("quarter", "sample", "agreed", "reason"), REFUSED)
def test_no_wave(session: Session, quarter: str, sample: int, agreed: int, reason: str) -> None:
    panel(session, agreed)
    with pytest.raises(CareError) as refused:
        open_wave(session, plan_wave(session, quarter, sample, "9", NOW).id, "9", NOW)
    assert refused.value.reason == reason


HOURS = [
    # time in China, whether anybody is asked
    ("2026-11-21 08:59", False),
    ("2026-11-21 09:00", True),
    ("2026-11-21 19:59", True),
    ("2026-11-21 20:00", False),
]


@pytest.mark.parametrize(("at", "asks"), HOURS)
def test_nobody_is_asked_at_night(session: Session, at: str, asks: bool) -> None:
    panel(session, 3)
    open_wave(session, plan_wave(session, "2026Q4", 3, "9", NOW).id, "9", china("2026-11-20 23:00"))
    assert bool(send_due(session, china(at))) is asks


def test_one_reminder_and_never_a_second(session: Session) -> None:
    panel(session, 3)
    wave_id = wave_of(session, 3)
    answers(session, wave_id, [GOOD])
    decline(session, tokens_of(session, wave_id)[1], NOW)

    assert remind_due(session, NOW + 4 * DAY) == 0, "too early"
    assert remind_due(session, NOW + 5 * DAY) == 1, "only who has said nothing"
    assert remind_due(session, NOW + 6 * DAY) == 0
    assert len(_sms(session)) == 4


def test_who_left_meanwhile_is_not_asked(session: Session) -> None:
    panel(session, 2)
    open_wave(session, plan_wave(session, "2026Q4", 2, "9", NOW).id, "9", NOW)
    members.leave(session, phone_index("13800140000"), NOW)
    send_due(session, NOW)
    assert len(_sms(session)) == 1


def test_who_asked_in_a_conversation_to_be_left_alone(session: Session) -> None:
    """「别再让我评价」 counts for surveys too: neither drawn, nor written to where they were drawn before."""
    panel(session, 3)
    wave_id = plan_wave(session, "2026Q4", 3, "9", NOW).id
    _said_no(session, "13800140000")
    open_wave(session, wave_id, "9", NOW)
    assert len(tokens_of(session, wave_id)) == 2
    _said_no(session, "13800140001")
    send_due(session, NOW)
    assert len(_sms(session)) == 1


def _said_no(session: Session, phone: str) -> None:
    customer = Customer(phone=phone, phone_index=phone_index(phone), created_at=NOW)
    session.add_all([customer, Conversation(id=phone, channel="rest", created_at=NOW)])
    session.flush()
    session.add(RatingOptOut(conversation_id=phone, customer_id=customer.id, at=NOW))
    session.flush()


def test_without_sms_nobody_is_noted_as_asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    panel(session, 3)
    monkeypatch.setattr(settings(), "sms", "off")
    assert wave(session, wave_of(session, 3)).invited == 0


def test_what_is_left_of_a_wave_that_is_over(session: Session) -> None:
    """Numbers go; the blind index stays, so that the next waves leave them alone; who was not asked is as before."""
    panel(session, 5)
    wave_id = wave_of(session, 2)
    session.add(Invite(wave_id=wave_id, phone="13800138000", phone_index=b"later", stratum="-/-", drawn_at=NOW))
    session.flush()
    close_wave(session, wave_id, "9", NOW)
    session.expire_all()
    assert [(each.phone, each.phone_index is None) for each in session.scalars(select(Invite))] == [(None, False)] * 2


def test_who_was_asked_last_time_rests(session: Session) -> None:
    """Ten in the panel, five a quarter: the others; then all have been asked."""
    panel(session, 10)
    asked: list[set[bytes | None]] = []
    for number, quarter in enumerate(("2026Q4", "2027Q1", "2027Q2")):
        wave_id = wave_of(session, 5, quarter, NOW + 90 * number * DAY)
        asked.append(set(session.scalars(select(Invite.phone_index).where(Invite.wave_id == wave_id))))
    assert not asked[0] & asked[1]
    assert len(asked[2]) == 5, "where nobody is rested, they are asked all the same"


def test_an_answer_is_saved_once(session: Session) -> None:
    panel(session, 1)
    (token,) = tokens_of(session, wave_of(session, 1))
    told = Given(9, {"call_quality": 8}, " 修得快 ", "30_44", may_ask_again=True)

    assert answer(session, token, told, NOW).state == State.ANSWERED
    assert answer(session, token, Given(1, {}), NOW + DAY).overall == 9, "what was said first stays"
    saved = session.scalars(select(SurveyAnswer)).one()
    assert (saved.overall, saved.factors, saved.words, saved.age_band) == (9, {"call_quality": 8}, "修得快", "30_44")


WRONG: list[tuple[Given, str]] = [
    (Given(0, {}), "score"),
    (Given(11, {}), "score"),
    (Given(5, {"call_quality": 12}), "score"),
    (Given(5, {"sex": 5}), "factor"),  # is never asked
    (Given(5, {}, age_band="old"), "age_band"),
]


@pytest.mark.parametrize(("given", "reason"), WRONG)
def test_what_is_no_answer(session: Session, given: Given, reason: str) -> None:
    panel(session, 1)
    (token,) = tokens_of(session, wave_of(session, 1))
    with pytest.raises(CareError) as refused:
        answer(session, token, given, NOW)
    assert refused.value.reason == reason


ADDRESSES = ["", "1", "1-", "x-1", "1-" + "0" * 30, "9" * 30, "１-" + "0" * 30, "-1-" + "0" * 30]


@pytest.mark.parametrize("token", ADDRESSES)
def test_an_address_that_nobody_was_given(session: Session, token: str) -> None:
    panel(session, 1)
    wave_of(session, 1)
    assert look(session, token, NOW) is None


def test_one_address_opens_no_other(session: Session) -> None:
    panel(session, 2)
    first, second = tokens_of(session, wave_of(session, 2))
    answer(session, first, GOOD, NOW)
    seen = look(session, second, NOW)
    assert seen is not None
    assert seen.state == State.OPEN
    assert token_of(1) != token_of(2)


def test_declining_is_for_good(session: Session) -> None:
    panel(session, 1)
    (token,) = tokens_of(session, wave_of(session, 1))
    assert decline(session, token, NOW).state == State.DECLINED
    panel(session, 1)  # the operator's list brings nobody back
    assert session.scalars(select(PanelMember.ended_at)).one() == NOW
    members.agree(session, "13800140000", NOW)
    assert session.scalars(select(PanelMember.ended_at)).one() is None, "they themselves do"


ENDED = [
    # how it ended
    ("its time is over", NOW + 22 * DAY),
    ("staff ended it", NOW + DAY),
]


@pytest.mark.parametrize(("how", "at"), ENDED, ids=[how for how, _ in ENDED])
def test_what_comes_too_late(session: Session, how: str, at: datetime) -> None:
    panel(session, 1)
    wave_id = wave_of(session, 1)
    if how == "staff ended it":
        close_wave(session, wave_id, "9", NOW + DAY / 2)
    (token,) = tokens_of(session, wave_id)
    with pytest.raises(CareError) as refused:
        answer(session, token, GOOD, at)
    assert refused.value.reason == "survey_over"
    seen = look(session, token, at)
    assert seen is not None
    assert seen.state == State.OVER


def test_a_wave_ends_by_itself(session: Session) -> None:
    panel(session, 1)
    wave_id = wave_of(session, 1)
    assert close_due(session, NOW + 21 * DAY - timedelta(seconds=1)) == 0
    assert close_due(session, NOW + 21 * DAY) == 1
    assert wave(session, wave_id).status == "closed"


def test_answers_stand_for_their_stratum(session: Session) -> None:
    panel(session, 30, "北京")
    panel(session, 10, "广东", first=100)
    wave_id = wave_of(session, 20)
    answers(session, wave_id, [Given(9, {"call_quality": 7})] * 20)
    found = answers_of(session, wave_id)

    assert Counter(round(each.weight, 3) for each in found) == {2.0: 20}, "15 of 30 and 5 of 10 have answered"
    assert found[0].scores == {"call_quality": 7}
    index = index_of(session, "2026Q4")
    assert index is not None
    assert (round(index.value, 1), index.answers) == (88.9, 20)
