"""Which numbers a conversation may ask about: proved here, or bound to the user whom the channel knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from care.accounts.proofs import OpenLine, close_line, end_proofs, forget_user, know_user, open_lines, prove
from care.accounts.rules import Level, Purpose
from care.db import transaction
from care.errors import Conflict
from tests.support.database import count, raw_bytes, scalar
from tests.support.plans import read_whole
from tests.support.times import NOW
from tests.support.waiting import at_once

ONE, OTHER = "13800138000", "13800138001"
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
FAR = NOW + 1000 * DAY

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Talk:
    """One conversation; every call is a transaction of its own, time goes by hand."""

    conversation: str = "c1"
    now: datetime = NOW

    def at(self, later: timedelta) -> Talk:
        return Talk(self.conversation, NOW + later)

    def prove(self, phone: str = ONE, **how: object) -> OpenLine:
        with transaction() as session:
            return prove(session, self.conversation, phone, self.now, **how)  # type: ignore[arg-type]

    def is_known_as(self, user: str = "u1", until: datetime = FAR, channel: str = "page") -> None:
        with transaction() as session:
            know_user(session, self.conversation, channel, user, until, self.now)

    def lines(self, least: Level = Level.KNOWN, purpose: Purpose = Purpose.ACCOUNT) -> list[OpenLine]:
        with transaction() as session:
            return open_lines(session, self.conversation, self.now, least, purpose)

    def levels(self, least: Level = Level.KNOWN) -> list[tuple[str, int]]:
        return [(line.phone, line.level) for line in self.lines(least)]

    def end(self) -> None:
        with transaction() as session:
            end_proofs(session, self.conversation, self.now)

    def close(self, line: OpenLine) -> None:
        with transaction() as session:
            close_line(session, self.conversation, line, self.now)

    def forget(self) -> None:
        with transaction() as session:
            forget_user(session, self.conversation, self.now)


def test_nothing_is_open_at_first() -> None:
    assert Talk().lines(Level.ANONYMOUS) == []


def test_what_a_proof_opens() -> None:
    line = Talk().prove()
    assert line == OpenLine("p1", ONE, Level.PROVED, NOW, NOW + 15 * MINUTE)
    assert Talk().lines(Level.PROVED) == [line]


LIFETIMES = [
    # purpose          age                      open   why
    (Purpose.ACCOUNT, timedelta(0), True),
    (Purpose.ACCOUNT, 15 * MINUTE - SECOND, True),
    (Purpose.ACCOUNT, 15 * MINUTE, False),  # fifteen minutes are over
    (Purpose.IDENTITY, 5 * MINUTE - SECOND, True),
    (Purpose.IDENTITY, 5 * MINUTE, False),  # shorter, because what it allows cannot be undone
]


@pytest.mark.parametrize(("purpose", "age", "is_open"), LIFETIMES)
def test_how_long_a_proof_is_good(purpose: Purpose, age: timedelta, is_open: bool) -> None:
    Talk().prove(purpose=purpose)
    assert bool(Talk().at(age).lines(purpose=purpose)) is is_open


def test_a_look_does_not_prolong_it() -> None:
    Talk().prove()
    for minutes in range(0, 15, 5):
        assert Talk().at(minutes * MINUTE).lines()
    assert Talk().at(15 * MINUTE).lines() == []


def test_a_new_proof_begins_anew() -> None:
    Talk().prove()
    second = Talk().at(10 * MINUTE).prove()
    assert Talk().at(20 * MINUTE).lines() == [second], "and the number is there once"


ELSEWHERE = [
    (Talk("c2"), Purpose.ACCOUNT),  # another conversation: a code is for whoever gave it back
    (Talk("c1"), Purpose.IDENTITY),  # another purpose: the SMS did not name it
]


@pytest.mark.parametrize(("elsewhere", "purpose"), ELSEWHERE)
def test_a_proof_is_good_for_one_thing_in_one_place(elsewhere: Talk, purpose: Purpose) -> None:
    Talk().prove()
    assert elsewhere.lines(Level.ANONYMOUS, purpose) == []


def test_two_numbers_the_newest_first() -> None:
    Talk().prove(ONE)
    Talk().at(MINUTE).prove(OTHER)
    assert Talk().at(2 * MINUTE).levels() == [(OTHER, Level.PROVED), (ONE, Level.PROVED)]


# Level 1: a number bound to a user of the channel


def _bound(conversation: str = "before") -> OpenLine:
    """The user `u1` proved ONE a day ago, in another conversation."""
    before = Talk(conversation, NOW - DAY)
    before.is_known_as()
    return before.prove()


def test_a_known_user_proves_once_and_is_known_in_later_conversations() -> None:
    _bound()
    talk = Talk()
    assert talk.lines() == [], "not before the channel says who it is"
    talk.is_known_as()
    assert talk.lines() == [OpenLine("b1", ONE, Level.KNOWN, NOW - DAY, NOW + 179 * DAY)]
    assert talk.lines(Level.PROVED) == [], "and for more than that a code is needed"


def test_a_number_that_is_proved_now_is_there_once_at_its_highest_level() -> None:
    _bound()
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
    _bound()
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
    _bound()
    Talk().is_known_as(user, channel=channel)
    assert Talk().lines() == []


@pytest.mark.parametrize("later", [MINUTE, 2000 * DAY])
def test_a_conversation_cannot_become_anothers(later: timedelta) -> None:
    _bound("c1")
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
    _bound("c1")
    Talk().forget()
    assert Talk().lines() == []
    with pytest.raises(Conflict):
        Talk().is_known_as("u2")
    Talk().is_known_as("u1")
    assert Talk().levels() == [(ONE, Level.KNOWN)]


def test_nobody_to_forget() -> None:
    Talk().forget()
    assert count("known_conversations") == 0


# The end


def test_the_customer_ends_what_was_proved_here() -> None:
    _bound("c2")
    Talk("c2").prove(OTHER)
    Talk().prove(ONE)
    Talk().end()
    assert Talk().lines() == []
    assert Talk("c2").levels()[0] == (OTHER, Level.PROVED), "not in another conversation"


def test_after_the_end_a_known_user_is_still_known() -> None:
    Talk().is_known_as()
    Talk().prove()
    Talk().end()
    assert Talk().levels() == [(ONE, Level.KNOWN)], "that ends with the login"


def test_an_ended_proof_keeps_its_first_end() -> None:
    Talk().prove()
    Talk().at(MINUTE).end()
    Talk().at(2 * MINUTE).end()
    assert scalar("SELECT ended_at FROM proofs") == NOW + MINUTE


def test_a_number_that_changed_hands() -> None:
    """The operator gave it to somebody else an hour ago; the user had proved it yesterday."""
    bound = _bound()
    Talk().is_known_as()
    Talk().prove(OTHER)
    (known,) = [line for line in Talk().lines() if line.phone == ONE]
    Talk().close(known)
    assert Talk().levels() == [(OTHER, Level.PROVED)], "the other number is not touched"
    assert bound.since == known.since
    Talk().at(MINUTE).prove(ONE)
    assert (ONE, Level.PROVED) in Talk().at(MINUTE).levels(), "the new holder can prove it"
    assert (ONE, Level.KNOWN) in Talk().at(16 * MINUTE).levels()


def test_a_proof_of_a_number_that_changed_hands() -> None:
    Talk().is_known_as()
    line = Talk().prove()
    Talk().at(MINUTE).close(line)
    assert Talk().at(MINUTE).lines() == [], "and what it bound"


def test_what_was_proved_after_the_closed_line_stays() -> None:
    _bound("c1")
    (old,) = Talk().lines()
    new = Talk().prove()
    Talk().close(old)
    assert Talk().lines() == [new]
    assert Talk().at(16 * MINUTE).levels() == [(ONE, Level.KNOWN)]


def test_closing_touches_no_stranger() -> None:
    _bound("c1")
    Talk("c2").is_known_as("u2")
    Talk("c2").prove()
    (old,) = Talk().lines()
    Talk().close(old)
    assert Talk("c2").levels() == [(ONE, Level.PROVED)]
    assert Talk("c2").at(16 * MINUTE).levels() == [(ONE, Level.KNOWN)]


# What is stored


def test_nothing_stored_tells_number_or_user() -> None:
    Talk().is_known_as("zhang.san@example.cn")
    Talk().prove()
    stored = raw_bytes()
    assert ONE.encode() not in stored
    assert b"zhang.san" not in stored


def test_a_proof_says_how_and_by_whom() -> None:
    Talk().prove(method="agent", staff="1007")
    with transaction() as session:
        row = session.execute(text("SELECT purpose, method, staff, conversation_id FROM proofs")).one()
    assert tuple(row) == ("account", "agent", "1007", "c1")


def test_the_cost_does_not_grow_with_history() -> None:
    _bound("c1")
    line = Talk().prove()
    proofs = "INSERT INTO proofs (conversation_id, phone, phone_index, purpose, method, proved_at, expires_at)"
    rows, long_ago = "FROM generate_series(1, 20000) AS n", "timestamptz '2020-01-01'"
    users = "FROM channel_users WHERE id > 1"
    bindings = "INSERT INTO bindings (channel_user_id, phone_index, phone, bound_at, expires_at)"
    fill = [
        f"{proofs} SELECT 'x' || n, '', '', 'account', 'sms', now(), now() {rows}",
        f"{proofs} SELECT 'c1', '', '', 'account', 'sms', {long_ago}, {long_ago} {rows}",
        f"INSERT INTO channel_users (channel, user_index, created_at) SELECT 'x', sha256(n::text::bytea), now() {rows}",
        f"{bindings} SELECT id, '', '', now(), now() {users}",
        f"INSERT INTO known_conversations SELECT 'x' || id, id, now(), now() {users}",
    ]
    with transaction() as session:
        for statement in fill:
            session.execute(text(statement))
    for table in ("proofs", "bindings", "known_conversations"):
        assert read_whole(table, lambda s: open_lines(s, "c1", NOW, Level.KNOWN)) == []
        assert read_whole(table, lambda s: close_line(s, "c1", line, NOW)) == []
    assert read_whole("proofs", lambda s: end_proofs(s, "c1", NOW)) == []
    assert read_whole("channel_users", lambda s: know_user(s, "c1", "page", "u1", FAR, NOW)) == []
    assert read_whole("known_conversations", lambda s: forget_user(s, "c1", NOW)) == []
