"""Level 1: a number bound to a user whom the channel knows by a signed name."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from care.accounts.proofs import OpenLine
from care.accounts.rules import Level, Purpose
from care.errors import Conflict
from tests.care.accounts.talk import DAY, FAR, MINUTE, ONE, OTHER, SECOND, Talk, bound
from tests.support.database import count, scalar
from tests.support.times import NOW
from tests.support.waiting import at_once

pytestmark = pytest.mark.usefixtures("database")


def test_a_known_user_proves_once_and_is_known_in_later_conversations() -> None:
    bound()
    talk = Talk()
    assert talk.lines() == [], "not before the channel says who it is"
    talk.is_known_as()
    assert talk.lines() == [OpenLine("b1", ONE, Level.KNOWN, NOW - DAY, NOW + 179 * DAY)]
    assert talk.lines(Level.PROVED) == [], "and for more than that a code is needed"


def test_a_number_that_is_proved_now_is_there_once_at_its_highest_level() -> None:
    bound()
    Talk().is_known_as()
    Talk().prove(ONE)
    assert Talk().levels() == [(ONE, Level.PROVED)]
    Talk().prove(OTHER)
    later = Talk().at(16 * MINUTE)
    assert sorted(later.levels()) == [(ONE, Level.KNOWN), (OTHER, Level.KNOWN)], "both fall back to level 1"


NOT_BOUND = [
    # how it was proved                             why
    ({"binds": False}),  # a helper's question about somebody else's number
    ({"method": "agent", "staff": "7"}),  # an agent's word was given for one talk
    ({"method": "holder", "staff": "7"}),
    ({"purpose": Purpose.IDENTITY}),  # the SMS did not say so
]


@pytest.mark.parametrize("how", NOT_BOUND)
def test_what_binds_nothing(how: dict[str, object]) -> None:
    Talk().is_known_as()
    Talk().prove(**how)
    assert Talk().at(15 * MINUTE).lines() == []


@pytest.mark.parametrize("later", [MINUTE, 16 * MINUTE, 30 * DAY])
def test_what_was_somebody_elses_number_once_is_never_bound_from_here(later: timedelta) -> None:
    """The helper presses a button, which says no more whose number it is."""
    Talk().is_known_as()
    Talk().prove(OTHER, binds=False)
    Talk().at(later).prove(OTHER)
    Talk().at(2 * later).prove(OTHER)
    assert Talk().at(2 * later + 15 * MINUTE).lines() == []
    Talk().at(later).prove(ONE)
    assert Talk().at(later + 15 * MINUTE).levels(Level.KNOWN)[-1] == (ONE, Level.KNOWN), "one's own number is"
    Talk("c2").is_known_as("u2")
    Talk("c2").prove(OTHER)
    assert Talk("c2").at(15 * MINUTE).levels() == [(OTHER, Level.KNOWN)], "and its holder's own talk binds it"


def test_an_anonymous_proof_binds_nobody_later() -> None:
    Talk().prove()
    Talk().is_known_as()
    assert Talk().at(15 * MINUTE).lines() == []


BINDINGS = [
    # since the proof          open
    (180 * DAY - SECOND, True),
    (180 * DAY, False),  # half a year: a code again
]


@pytest.mark.parametrize(("age", "is_open"), BINDINGS)
def test_how_long_a_binding_is_good(age: timedelta, is_open: bool) -> None:
    Talk().is_known_as()
    Talk().prove()
    assert bool(Talk().at(age).lines()) is is_open


def test_a_new_code_binds_for_another_half_year() -> None:
    Talk().is_known_as()
    Talk().prove()
    Talk().at(170 * DAY).prove()
    assert Talk().at(300 * DAY).levels() == [(ONE, Level.KNOWN)]
    assert count("bindings") == 1


def test_a_line_is_open_no_longer_than_the_channel_vouches() -> None:
    bound()
    Talk().is_known_as(until=NOW + MINUTE)
    assert [line.until for line in Talk().lines()] == [NOW + MINUTE]
    assert Talk().at(MINUTE).lines() == []
    Talk().at(MINUTE).is_known_as()
    assert Talk().at(MINUTE).levels() == [(ONE, Level.KNOWN)], "until it does so again"


STRANGERS = [
    ("u2", "page"),  # another login
    ("u1", "wechat"),  # the same word in another channel is another person
    ("U1", "page"),
]


@pytest.mark.parametrize(("user", "channel"), STRANGERS)
def test_a_binding_is_nobody_elses(user: str, channel: str) -> None:
    bound()
    Talk().is_known_as(user, channel=channel)
    assert Talk().lines() == []


@pytest.mark.parametrize("later", [MINUTE, 2000 * DAY])
def test_a_conversation_cannot_become_anothers(later: timedelta) -> None:
    bound("c1")
    with pytest.raises(Conflict) as refused:
        Talk().at(later).is_known_as("u2")
    assert refused.value.reason == "identity_other"
    assert "u2" not in str(refused.value)
    assert Talk().levels() == [(ONE, Level.KNOWN)], "and it stays its user's"


def test_who_is_known_at_the_same_moment_from_two_tabs() -> None:
    assert at_once(*[lambda: Talk().is_known_as("u1")] * 4) == [None] * 4
    assert (count("channel_users"), count("known_conversations")) == (1, 1)


def test_two_users_at_the_same_moment_and_one_is_first() -> None:
    answers = at_once(*[lambda user=user: Talk().is_known_as(user) for user in ("u1", "u2", "u3")])
    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True, True]


def test_without_the_login_the_level_is_gone_and_comes_back_with_it() -> None:
    bound("c1")
    Talk().forget()
    assert Talk().lines() == []
    with pytest.raises(Conflict):
        Talk().is_known_as("u2")
    Talk().is_known_as("u1")
    assert Talk().levels() == [(ONE, Level.KNOWN)]


def test_nobody_to_forget() -> None:
    Talk().forget()
    assert count("known_conversations") == 0


FORGOTTEN = [
    # known until (None: never)      open after it      why
    (FAR, []),  # whoever sits there next sees nothing
    (NOW, [(ONE, Level.PROVED)]),  # the login was over before: nobody logs out
    (None, [(ONE, Level.PROVED)]),  # a page that signs nothing says so with every message
]


@pytest.mark.parametrize(("known_until", "levels"), FORGOTTEN)
def test_logging_out_ends_what_was_proved(known_until: datetime | None, levels: list[tuple[str, int]]) -> None:
    if known_until is not None:
        Talk().is_known_as(until=known_until)
    Talk().prove()
    Talk("c2").is_known_as()
    Talk("c2").prove(OTHER)
    Talk().forget()
    assert Talk().levels() == levels
    assert Talk("c2").levels()[0] == (OTHER, Level.PROVED), "not in the user's other conversation"
    assert scalar("SELECT count(*) FROM proofs WHERE ended_at IS NULL") == 1 + len(levels)
