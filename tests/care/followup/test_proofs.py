"""A ticket number and four digits show where a ticket stands; three wrong ones lock the look-up for an hour."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import engine, transaction
from care.followup import service
from care.followup.rules import WRONG_PROOFS
from care.followup.service import Refused, Standing, prove_by_digits
from care.locks.service import count_try, forget_tries, give_back_try
from care.locks.tables import LookupLock
from care.once import OnceKey
from care.sla.policy import Policy
from care.tickets.rules import Level
from care.tickets.service import level_of, ticket_by_number
from tests.care.followup.conftest import DRAFT, File
from tests.support.database import count, somebody_waits_for_a_lock
from tests.support.times import NOW, china
from tests.support.waiting import at_once, until

WRONG, LOCKED = Refused("proof_wrong"), Refused("lookup_locked")
NOBODYS = "TS261121-000000"
MINUTE = timedelta(minutes=1)
_MESSAGES = itertools.count(1)


def _try(
    session: Session, number: str, digits: str = "0000", who: str = "c2", now: datetime = NOW
) -> Standing | Refused:
    return prove_by_digits(session, who, number, digits, OnceKey(who, next(_MESSAGES), "prove"), now)


@pytest.mark.parametrize("digits", ["8000", " 8000。", "尾号8000", "八零零零", "８０００", "后四位是 8 0 0 0"])
def test_a_right_proof_shows_stage_and_due_times_only(session: Session, file: File, digits: str) -> None:
    ticket = file()
    standing = _try(session, ticket.number.lower(), digits)
    assert standing == Standing(
        number=ticket.number,
        category="",
        department="",
        stage="accepted",
        status="acknowledged",
        kind="complaint",
        is_open=True,
        promises_feedback=True,
        feedback_due=china("2026-11-22 15:20"),
        solution_due=china("2026-11-22 15:20"),
        first_feedback_at=None,
        outcome=None,
        may_reopen=False,
    )
    assert level_of(session, "c2", ticket) is Level.DIGITS
    assert service.own_tickets(session, "c2", NOW) == []


@pytest.mark.parametrize("digits", ["0000", "800", "38000", "13800138000", "", "不知道", "9000"])
def test_a_wrong_proof_shows_nothing(session: Session, file: File, digits: str) -> None:
    """Neither the whole number nor the contact's, where there is a line, is the proof."""
    ticket = file()
    assert _try(session, ticket.number, digits) == WRONG
    assert level_of(session, "c2", ticket) is Level.NONE


def test_a_ticket_without_any_number_cannot_be_proved(session: Session, file: File) -> None:
    ticket = file(line=None, contact=None)
    assert _try(session, ticket.number, "none") == WRONG


def test_three_wrong_proofs_of_one_conversation_lock_it(session: Session, file: File) -> None:
    """However many tickets they were for, and even for the right proof."""
    first, second = file(), file()
    assert [_try(session, number) for number in (first.number, second.number, NOBODYS)] == [WRONG, WRONG, LOCKED]
    assert _try(session, first.number, "8000") == LOCKED
    assert _try(session, first.number, "8000", who="c1") != LOCKED, "another conversation may"


@pytest.mark.parametrize("exists", [True, False])
def test_three_wrong_proofs_for_one_number_lock_it(session: Session, file: File, exists: bool) -> None:
    """From wherever they came, and whether the ticket exists or not: the answers do not tell."""
    number = file().number if exists else NOBODYS
    assert [_try(session, number, who=f"d{each}") for each in range(4)] == [WRONG, WRONG, LOCKED, LOCKED]
    assert _try(session, number, "8000", who="d9") == LOCKED


def test_the_lock_is_over_after_an_hour(session: Session, file: File) -> None:
    ticket = file()
    for minutes in (0, 10, 20):
        _try(session, ticket.number, now=NOW + minutes * MINUTE)
    assert _try(session, ticket.number, "8000", now=NOW + 79 * MINUTE) == LOCKED
    assert isinstance(_try(session, ticket.number, "8000", now=NOW + 80 * MINUTE), Standing)


def test_a_try_while_it_is_locked_makes_it_no_longer(session: Session, file: File) -> None:
    ticket = file()
    for _ in range(3):
        _try(session, ticket.number)
    for minutes in (10, 30, 59):
        assert _try(session, ticket.number, now=NOW + minutes * MINUTE) == LOCKED
    assert [_try(session, ticket.number, now=NOW + 60 * MINUTE) for _ in range(3)] == [WRONG, WRONG, LOCKED]


def test_wrong_proofs_of_long_ago_do_not_count(session: Session, file: File) -> None:
    ticket = file()
    times = [NOW, NOW + 30 * MINUTE, NOW + 60 * MINUTE, NOW + 61 * MINUTE]
    assert [_try(session, ticket.number, now=now) for now in times] == [WRONG] * 4
    assert _try(session, ticket.number, now=NOW + 62 * MINUTE) == LOCKED


def test_a_right_proof_forgives_no_wrong_one(session: Session, file: File) -> None:
    """Who knows one ticket could else guess another's digits for ever."""
    known, guessed = file(), file(line="13900139000")
    assert _try(session, guessed.number) == WRONG
    assert _try(session, guessed.number) == WRONG
    for _ in range(5):
        assert isinstance(_try(session, known.number, "8000"), Standing)
    assert _try(session, guessed.number) == LOCKED


def test_a_turn_that_runs_again_counts_once(session: Session, file: File) -> None:
    ticket = file()
    key = OnceKey("c2", 1, "prove")
    assert [prove_by_digits(session, "c2", ticket.number, "0000", key, NOW) for _ in range(5)] == [WRONG] * 5
    assert set(session.scalars(select(LookupLock.failures))) == {1}
    key = OnceKey("c2", 2, "prove")
    proved = [prove_by_digits(session, "c2", ticket.number, "8000", key, NOW) for _ in range(2)]
    assert isinstance(proved[0], Standing)
    assert proved[0] == proved[1]


def test_what_is_no_number_counts_for_the_conversation_only(session: Session, file: File) -> None:
    file()
    assert [_try(session, text) for text in ("我的工单", "12345", "")] == [WRONG, WRONG, LOCKED]
    assert session.scalars(select(LookupLock.subject)).all() == ["conversation:c2"]


def test_an_unknown_ticket_takes_the_same_statements(session: Session, file: File) -> None:
    """What the answer does not tell, its work does not either."""
    ticket = file()
    ran: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        ran.append(statement)

    event.listen(engine(), "before_cursor_execute", keep)
    try:
        _try(session, ticket.number, who="d1")
        for_one, ran[:] = ran[:], []
        _try(session, NOBODYS, who="d2")
    finally:
        event.remove(engine(), "before_cursor_execute", keep)
    assert for_one == ran
    assert len(ran) == 5


def test_old_tries_are_forgotten(session: Session, file: File) -> None:
    ticket = file()
    for _ in range(3):
        _try(session, ticket.number, who="d1")
    _try(session, NOBODYS, who="d2", now=NOW + 30 * MINUTE)
    assert forget_tries(session, NOW + 59 * MINUTE) == 0
    assert forget_tries(session, NOW + 60 * MINUTE) == 2, "the lock is over"
    assert forget_tries(session, NOW + 90 * MINUTE) == 2
    assert session.scalars(select(LookupLock.subject)).all() == []


# With real concurrency


@pytest.fixture
def number(database: object, shipped: Policy) -> str:
    with transaction() as session:
        session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", *_MANY)])
        session.flush()
        return file_complaint(session, DRAFT, OnceKey("c1", 1, "file"), shipped, NOW).number


_MANY = [f"d{each}" for each in range(8)]


def _committed(number: str, digits: str, who: str) -> Standing | Refused:
    with transaction() as session:
        return _try(session, number, digits, who)


@pytest.mark.parametrize("exists", [True, False])
def test_tries_at_once_are_counted_one_by_one(number: str, exists: bool) -> None:
    tried = number if exists else NOBODYS
    results = at_once(*[lambda who=who: _committed(tried, "0000", who) for who in _MANY])
    assert sorted(results, key=repr) == [LOCKED] * 6 + [WRONG] * 2


def test_the_right_digits_among_many_are_not_found_by_haste(number: str) -> None:
    """Eight guesses at the same moment are no more than three."""
    with transaction() as session:
        assert _try(session, number, "0000", "c1") == WRONG
        assert _try(session, number, "0000", "c1") == WRONG
    results = at_once(*[lambda who=who: _committed(number, "0000", who) for who in _MANY])
    assert results == [LOCKED] * 8
    assert _committed(number, "8000", "d0") == LOCKED


def test_a_try_waits_for_the_one_before_it(number: str) -> None:
    counted = Event()

    def first() -> Standing | Refused:
        with transaction() as session:
            result = _try(session, number, "0000", "d0")
            counted.set()
            until(somebody_waits_for_a_lock, "the second try to wait")
            return result

    def second() -> Standing | Refused:
        counted.wait(10)
        return _committed(number, "0000", "d1")

    assert at_once(first, second) == [WRONG, WRONG]
    with transaction() as session:
        failures = {lock.subject: lock.failures for lock in session.scalars(select(LookupLock))}
    assert failures == {f"ticket:{number}": 2, "conversation:d0": 1, "conversation:d1": 1}


def test_one_that_is_being_tried_is_not_forgotten(number: str) -> None:
    _committed(number, "0000", "d0")
    later = NOW + timedelta(hours=2)
    with transaction() as session:
        assert count_try(session, [f"ticket:{number}"], WRONG_PROOFS, later)
        with transaction() as other:
            assert forget_tries(other, later) == 1, "the conversation's; it did not wait for the ticket's"
        give_back_try(session, [f"ticket:{number}"])
    assert count("lookup_locks") == 1


def test_a_proof_that_was_given_lasts(number: str) -> None:
    _committed(number, "8000", "d0")
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        assert level_of(session, "d0", ticket) is Level.DIGITS
        assert set(session.scalars(select(LookupLock.failures))) == {0}
