"""Switches of a number: off until switched on, at once, with their history; a former holder's count for nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from care.billing.reminder_switches import switched_off
from care.billing.reminders import Kind as Reminder
from care.conversations.service import open_conversation
from care.privacy import choices
from care.privacy.choices import Change, is_on, switch, switch_reminders, was_chosen
from care.privacy.rules import Switch
from tests.support.times import NOW

PHONE, OTHER = "13800138000", "13800138001"
HOUR = timedelta(hours=1)
CALLS = Switch.MARKETING_CALLS


@pytest.mark.parametrize("which", Switch)
def test_nothing_said_is_no_consent(session: Session, which: Switch) -> None:
    """消费者权益保护法第二十九条."""
    assert not is_on(session, PHONE, which)
    assert not was_chosen(session, PHONE, which)


def test_it_counts_at_once_and_its_history_stays(session: Session) -> None:
    for hours, on in ((0, True), (1, False), (2, True)):
        switch(session, PHONE, CALLS, on, "socketio", NOW + hours * HOUR)
        assert is_on(session, PHONE, CALLS) is on
    assert not is_on(session, PHONE, Switch.PERSONALISATION), "each for itself"
    assert not is_on(session, OTHER, CALLS)
    assert choices.history(session, PHONE) == [
        Change("marketing_calls", True, "socketio", NOW + 2 * HOUR),
        Change("marketing_calls", False, "socketio", NOW + HOUR),
        Change("marketing_calls", True, "socketio", NOW),
    ]
    assert choices.history(session, OTHER) == []


def test_the_same_again_is_no_change(session: Session) -> None:
    for _ in range(2):
        switch(session, PHONE, CALLS, False, "rest", NOW)
    assert choices.history(session, PHONE) == [Change("marketing_calls", False, "rest", NOW)]
    assert was_chosen(session, PHONE, CALLS), "an off that was said is kept: nobody asks again"


#: since when the present holder has the number, what was chosen at NOW as the former holder: on?
HOLDERS = [
    (None, True),  # nobody knows since when
    (NOW - HOUR, True),
    (NOW, True),  # in the moment of taking it over
    (NOW + HOUR, False),  # it was somebody else who agreed
]


@pytest.mark.parametrize(("since", "on"), HOLDERS)
def test_a_former_holder_agreed_for_nobody_else(session: Session, since: datetime | None, on: bool) -> None:
    switch(session, PHONE, CALLS, True, "socketio", NOW)
    assert is_on(session, PHONE, CALLS, since) is on
    assert was_chosen(session, PHONE, CALLS, since) is on
    assert bool(choices.history(session, PHONE, since)) is on


def test_a_new_holder_may_agree_to_what_the_former_one_did(session: Session) -> None:
    switch(session, PHONE, CALLS, True, "socketio", NOW)
    switch(session, PHONE, CALLS, True, "socketio", NOW + 2 * HOUR, since=NOW + HOUR)
    assert is_on(session, PHONE, CALLS, NOW + HOUR)


def test_reminders_are_switched_and_remembered(session: Session) -> None:
    kinds = [Reminder.USAGE_80, Reminder.ROAMING]
    for _ in range(2):
        switch_reminders(session, PHONE, kinds, False, "wechat", NOW)
    assert switched_off(session, PHONE, NOW - HOUR) == set(kinds)
    switch_reminders(session, PHONE, [Reminder.ROAMING], True, "wechat", NOW + HOUR)
    assert switched_off(session, PHONE, NOW - HOUR) == {Reminder.USAGE_80}
    assert [(each.switch, each.is_on) for each in choices.history(session, PHONE)] == [
        ("reminder:roaming", True),
        ("reminder:usage_80", False),
        ("reminder:roaming", False),
    ]


def test_many_numbers_at_once(session: Session) -> None:
    switch(session, PHONE, CALLS, True, "socketio", NOW)
    switch(session, OTHER, CALLS, True, "socketio", NOW)
    switch(session, OTHER, CALLS, False, "socketio", NOW + HOUR)
    switch(session, OTHER, Switch.PERSONALISATION, True, "socketio", NOW + HOUR)
    switch_reminders(session, PHONE, [Reminder.ROAMING], True, "socketio", NOW)
    found = choices.consents(session, [PHONE, OTHER, "13800138002"])
    assert found == {
        PHONE: {CALLS: NOW, Switch.PERSONALISATION: None},
        OTHER: {CALLS: None, Switch.PERSONALISATION: NOW + HOUR},
        "13800138002": {CALLS: None, Switch.PERSONALISATION: None},
    }
    assert choices.consents(session, []) == {}


def test_where_it_was_said(session: Session) -> None:
    assert choices.channel_of(session, open_conversation(session, "wechat", "key", NOW)) == "wechat"
