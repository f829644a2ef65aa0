"""The same matter again within seven days: there is an open ticket to urge on."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from care.complaints.repeats import OpenMatter, open_matter
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.once import OnceKey
from care.sla.policy import DEFAULT, load_policy
from care.tickets.rules import OPEN, Level, Status
from care.tickets.service import grant_level, ticket_by_number
from care.tickets.tables import Ticket
from tests.support.times import NOW

POLICY = load_policy(DEFAULT)
MINE, OTHER = "13800138000", "13900139000"
_MESSAGES = itertools.count(1)
FAULT = Draft("complaint_broadband", "断网三天了", line=MINE)


@pytest.fixture(autouse=True)
def conversations(session: Session) -> None:
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()


def _file(session: Session, draft: Draft = FAULT, conversation_id: str = "c1", now: datetime = NOW) -> str:
    return file_complaint(session, draft, OnceKey(conversation_id, next(_MESSAGES), "file"), POLICY, now).number


LINES = [
    # the line of the open ticket, of the new one, and whether it is the same matter when it is told in the same
    # conversation, and in another one
    (MINE, MINE, True, True),
    (MINE, OTHER, False, False),  # the same trouble with another line is another matter
    (MINE, None, True, False),  # which line is not said: here it is the one that we speak of
    (None, MINE, True, False),
    (None, None, True, False),
    ("ad12345678", "ad12345678", True, True),  # a broadband account
]


@pytest.mark.parametrize(("before", "after", "here", "elsewhere"), LINES)
def test_the_line(session: Session, before: str | None, after: str | None, here: bool, elsewhere: bool) -> None:
    number = _file(session, replace(FAULT, line=before))
    own, others = OpenMatter(number, True, NOW), OpenMatter(number, False, NOW)
    assert open_matter(session, "c1", after, "complaint_broadband", NOW) == (own if here else None)
    assert open_matter(session, "c2", after, "complaint_broadband", NOW) == (others if elsewhere else None)


AGES = [
    (timedelta(0), True),
    (timedelta(days=6, hours=23), True),
    (timedelta(days=7), True),
    (timedelta(days=7, seconds=1), False),
]


@pytest.mark.parametrize(("age", "same"), AGES)
def test_its_age(session: Session, age: timedelta, same: bool) -> None:
    _file(session)
    assert (open_matter(session, "c1", MINE, "complaint_broadband", NOW + age) is not None) is same


@pytest.mark.parametrize("status", Status)
def test_only_an_open_one_can_be_urged(session: Session, status: Status) -> None:
    _file(session)
    session.execute(update(Ticket).values(status=status))
    found = open_matter(session, "c1", MINE, "complaint_broadband", NOW)
    assert (found is not None) is (status in OPEN)


def test_another_category_is_another_matter(session: Session) -> None:
    _file(session)
    assert open_matter(session, "c1", MINE, "complaint_billing", NOW) is None


def test_no_ticket_that_is_no_complaint(session: Session) -> None:
    _file(session)
    session.execute(update(Ticket).values(kind="privacy"))
    assert open_matter(session, "c1", MINE, "complaint_broadband", NOW) is None


def test_ones_own_before_a_newer_one_of_others(session: Session) -> None:
    mine = _file(session)
    _file(session, conversation_id="c2")
    found = open_matter(session, "c1", MINE, "complaint_broadband", NOW)
    assert found == OpenMatter(mine, True, NOW)


def test_the_newest_of_ones_own(session: Session) -> None:
    _file(session)
    newest = _file(session, now=NOW + timedelta(hours=1))
    found = open_matter(session, "c1", MINE, "complaint_broadband", NOW + timedelta(hours=2))
    assert found == OpenMatter(newest, True, NOW + timedelta(hours=1))


@pytest.mark.parametrize(("level", "is_own"), [(Level.DIGITS, False), (Level.CODE, True)])
def test_one_that_was_proved_by_a_code_is_ones_own(session: Session, level: Level, is_own: bool) -> None:
    number = _file(session)
    ticket = ticket_by_number(session, number)
    assert ticket is not None
    grant_level(session, "c2", ticket, level, NOW)
    found = open_matter(session, "c2", MINE, "complaint_broadband", NOW)
    assert found == OpenMatter(number, is_own, NOW)
