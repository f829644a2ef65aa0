"""Which numbers a conversation may ask about: proved here, or bound to the user whom the channel knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from care.accounts.codes import issue_code
from care.accounts.proofs import (
    OpenLine,
    close_line,
    end_proofs,
    forget_user,
    keep_known,
    know_user,
    open_lines,
    phone_of_line,
    prove,
)
from care.accounts.rules import Level, Purpose
from care.db import transaction
from care.errors import Conflict
from tests.care.accounts.talk import DAY, FAR, MINUTE, ONE, OTHER, SECOND, Talk, bound
from tests.support.database import raw_bytes, scalar
from tests.support.plans import read_whole
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")


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


# What a button meant


def test_the_number_of_a_line() -> None:
    bound("c2")  # p1, b1
    Talk().is_known_as()
    for phone in (ONE, OTHER):
        Talk().prove(phone)  # p2, p3, b1, b2
    Talk("c3").is_known_as("u2")
    Talk("c3").prove("13800138002")  # p4 and another user's binding
    theirs = scalar("SELECT max(id) FROM bindings")
    lines = [
        # line           its number     why
        ("p2", ONE),
        ("p3", OTHER),
        ("b1", ONE),  # the same number as p2, which took its place
        ("p1", None),  # of another conversation, though the same user's
        ("p4", None),  # a stranger's
        (f"b{theirs}", None),
        ("p99", None),
        ("b99", None),
        ("x1", None),
        ("p", None),
        ("p-1", None),
        ("p1 OR 1=1", None),
        ("p" + "9" * 18, None),
        ("p" + "9" * 40, None),  # more than the column holds
        ("p２", None),
        ("", None),
    ]
    for line, number in lines:
        assert Talk().phone_of(line) == number, line


OVER = [
    # after                                  why
    ("expired", "p1", ONE),
    ("ended", "p1", ONE),
    ("closed", "p1", ONE),  # the number changed hands
    ("closed", "b1", ONE),
    ("old", "b1", ONE),  # half a year is over
    ("logged out", "p1", ONE),
    ("logged out", "b1", None),  # a user's bindings are nobody's here then
]


@pytest.mark.parametrize(("how", "line_id", "phone"), OVER)
def test_the_number_of_a_line_that_is_over(how: str, line_id: str, phone: str | None) -> None:
    Talk().is_known_as()
    line = Talk().prove()
    talk = Talk().at({"expired": 16 * MINUTE, "old": 181 * DAY}.get(how, MINUTE))
    if how == "ended":
        talk.end()
    elif how == "closed":
        talk.close(line)
    elif how == "logged out":
        talk.forget()
    assert line_id not in [each.id for each in talk.lines()]
    assert talk.phone_of(line_id) == phone


# The end


def test_the_customer_ends_what_was_proved_here() -> None:
    bound("c2")
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
    yesterday = bound()
    Talk().is_known_as()
    Talk().prove(OTHER)
    (known,) = [line for line in Talk().lines() if line.phone == ONE]
    Talk().close(known)
    assert Talk().levels() == [(OTHER, Level.PROVED)], "the other number is not touched"
    assert yesterday.since == known.since
    Talk().at(MINUTE).prove(ONE)
    assert (ONE, Level.PROVED) in Talk().at(MINUTE).levels(), "the new holder can prove it"
    assert (ONE, Level.KNOWN) in Talk().at(16 * MINUTE).levels()


def test_a_proof_of_a_number_that_changed_hands() -> None:
    Talk().is_known_as()
    line = Talk().prove()
    Talk().at(MINUTE).close(line)
    assert Talk().at(MINUTE).lines() == [], "and what it bound"


def test_what_was_proved_after_the_closed_line_stays() -> None:
    bound("c1")
    (old,) = Talk().lines()
    new = Talk().prove()
    Talk().close(old)
    assert Talk().lines() == [new]
    assert Talk().at(16 * MINUTE).levels() == [(ONE, Level.KNOWN)]


def test_closing_touches_no_stranger() -> None:
    bound("c1")
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
    bound("c1")
    line = Talk().prove()
    proofs = "INSERT INTO proofs (conversation_id, phone, phone_index, purpose, method, binds, proved_at, expires_at)"
    rows, long_ago = "FROM generate_series(1, 20000) AS n", "timestamptz '2020-01-01'"
    users = "FROM channel_users WHERE id > 1"
    bindings = "INSERT INTO bindings (channel_user_id, phone_index, phone, bound_at, expires_at)"
    fill = [
        f"{proofs} SELECT 'x' || n, '', '', 'account', 'sms', true, now(), now() {rows}",
        f"{proofs} SELECT 'c1', '', '', 'account', 'sms', true, {long_ago}, {long_ago} {rows}",
        f"INSERT INTO channel_users (channel, user_index, created_at) SELECT 'x', sha256(n::text::bytea), now() {rows}",
        f"{bindings} SELECT id, '', '', now(), now() {users}",
        f"INSERT INTO known_conversations SELECT 'x' || id, id, now(), now() {users}",
    ]
    with transaction() as session:
        for statement in fill:
            session.execute(text(statement))
    for table in ("channel_users", "known_conversations"):
        assert read_whole(table, lambda s: keep_known(s, "c1", "page", "u1", DAY, NOW)) == []
    for table in ("proofs", "bindings", "known_conversations"):
        assert read_whole(table, lambda s: open_lines(s, "c1", NOW, Level.KNOWN)) == []
        assert read_whole(table, lambda s: close_line(s, "c1", line, NOW)) == []
    assert read_whole("proofs", lambda s: phone_of_line(s, "c1", "p1", NOW)) == []
    assert read_whole("proofs", lambda s: prove(s, "c1", OTHER, NOW)) == []
    for table in ("bindings", "known_conversations"):
        assert read_whole(table, lambda s: phone_of_line(s, "c1", "b1", NOW)) == []
        assert read_whole(table, lambda s: issue_code(s, ONE, "account", "c1", 1, NOW)) == []
    assert read_whole("proofs", lambda s: end_proofs(s, "c1", NOW)) == []
    assert read_whole("channel_users", lambda s: know_user(s, "c1", "page", "u1", FAR, NOW)) == []
    assert read_whole("known_conversations", lambda s: forget_user(s, "c1", NOW)) == []


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        pytest.param(0, 24, id="just said"),
        pytest.param(12, 24, id="half of it is left"),
        pytest.param(13, 37, id="less than half is left"),
        pytest.param(30, 54, id="it is over"),
    ],
)
def test_a_channel_that_says_it_with_every_message_is_noted_now_and_then(hours: int, until: int) -> None:
    for later in (timedelta(0), timedelta(hours=hours)):
        with transaction() as session:
            keep_known(session, "c1", "wechat", "o-1", DAY, NOW + later)
    assert scalar("SELECT until FROM known_conversations") == NOW + timedelta(hours=until)


def test_who_was_forgotten_is_known_again_with_the_next_message() -> None:
    with transaction() as session:
        keep_known(session, "c1", "wechat", "o-1", DAY, NOW)
        forget_user(session, "c1", NOW + MINUTE)
        keep_known(session, "c1", "wechat", "o-1", DAY, NOW + 2 * MINUTE)
    assert scalar("SELECT until FROM known_conversations") == NOW + 2 * MINUTE + DAY


def test_a_conversation_of_another_user_is_not_given_away() -> None:
    with transaction() as session:
        keep_known(session, "c1", "wechat", "o-1", DAY, NOW)
    with pytest.raises(Conflict) as error, transaction() as session:
        keep_known(session, "c1", "wechat", "o-2", DAY, NOW)
    assert error.value.reason == "identity_other"
