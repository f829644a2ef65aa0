"""Opt-outs stay; what was agreed to, and what is over, goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.accounts.service import phone_index
from care.billing.reminder_switches import switch, switched_off
from care.billing.reminders import Kind
from care.db import transaction
from care.privacy.places.base import Held
from care.privacy.places.choices import Choices
from care.privacy.rules import Hold, Switch
from care.privacy.tables import Choice
from tests.care.privacy.places.talk import OTHER_PHONE, PHONE, erase, expire, subject_of
from tests.support.database import count
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Choices()
DAY = timedelta(days=1)
ONE, OTHER = Switch.PERSONALISATION, Switch.MARKETING_CALLS


def _chose(which: str, *is_on: bool, phone: str = PHONE, at: datetime = NOW) -> None:
    with transaction() as session:
        for each in is_on:
            session.add(Choice(phone_index=phone_index(phone), switch=which, is_on=each, channel="rest", at=at))
            session.flush()


def _left() -> list[tuple[str, bool]]:
    with transaction() as session:
        return [(row.switch, row.is_on) for row in session.scalars(select(Choice).order_by(Choice.id))]


#: choices in their order, what stays, why
CHOICES = [
    ([True], [], "agreed: the consent goes, and with it the use"),
    ([False], [False], "said no: kept, or they would be asked again"),
    ([True, False], [False], "the last word counts, and only that is kept"),
    ([False, True], [], "came round: nothing to keep"),
    ([False, True, False], [False], "one of two refusals is enough"),
]


@pytest.mark.parametrize(("chosen", "stays", "reason"), CHOICES)
def test_which_choices_stay(chosen: list[bool], stays: list[bool], reason: str) -> None:
    _chose(ONE, *chosen)
    _chose(OTHER, True, phone=OTHER_PHONE)
    counts = erase(PLACE, subject_of(phone=PHONE))
    assert counts.removed == len(chosen) - len(stays), reason
    assert counts.held == [Held(Hold.OPT_OUT, each) for each in [len(stays)] if each], reason
    assert _left() == [(ONE, each) for each in stays] + [(OTHER, True)], reason


def test_switches_count_one_by_one() -> None:
    _chose(ONE, False)
    _chose(OTHER, True)
    erase(PLACE, subject_of(phone=PHONE))
    assert _left() == [(ONE, False)]


def test_reminders_that_were_switched_off_stay_off() -> None:
    with transaction() as session:
        switch(session, PHONE, [Kind.USAGE_80], False, NOW)
        switch(session, PHONE, [Kind.ROAMING], True, NOW)
    counts = erase(PLACE, subject_of(phone=PHONE))
    assert (counts.removed, counts.held) == (1, [Held(Hold.OPT_OUT, 1)])
    with transaction() as session:
        assert switched_off(session, PHONE, NOW - DAY) == {Kind.USAGE_80}


def test_what_a_former_holder_chose_is_not_told() -> None:
    _chose(ONE, True, at=NOW - 9 * DAY)
    _chose(ONE, False)
    with transaction() as session:
        switch(session, PHONE, [Kind.USAGE_80], False, NOW - 9 * DAY)
        told = list(PLACE.records(session, subject_of(phone=PHONE, number_from=NOW - DAY)))
    assert [(each.table, each.values["is_on"]) for each in told] == [("privacy_choices", False)]
    assert "phone_index" not in told[0].values


def test_without_a_number_there_is_nothing() -> None:
    _chose(ONE, True)
    with transaction() as session:
        assert list(PLACE.records(session, subject_of("c1"))) == []
    assert erase(PLACE, subject_of("c1")).removed == 0


def test_history_grows_old_and_what_counts_does_not() -> None:
    _chose(ONE, True, False, at=NOW - 9 * DAY)
    _chose(OTHER, True, at=NOW - 9 * DAY)
    _chose(OTHER, False)
    with transaction() as session:
        switch(session, PHONE, [Kind.USAGE_80], False, NOW - 9 * DAY)
        switch(session, PHONE, [Kind.ROAMING], True, NOW - 9 * DAY)
    assert expire(PLACE, NOW - 5 * DAY).removed == 3, "two that were taken back, and a reminder that is on"
    assert _left() == [(ONE, False), (OTHER, False)]
    assert count("reminder_switches") == 1
    assert expire(PLACE, NOW - 5 * DAY).removed == 0
