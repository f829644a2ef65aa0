"""Customers are found by a number that nobody can read in the table."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accounts.rules import normalise_phone
from care.accounts.service import customer_of_phone, find_by_phone, phone_index
from care.crypto import blind_index
from care.db import transaction
from tests.support.database import count, raw_bytes
from tests.support.times import NOW
from tests.support.waiting import at_once

PHONE = "13800138000"


def test_a_number_names_one_customer(session: Session) -> None:
    first = customer_of_phone(session, PHONE, NOW)
    again = customer_of_phone(session, PHONE, NOW)
    other = customer_of_phone(session, "13800138001", NOW)
    assert first.id == again.id
    assert other.id != first.id


def test_the_way_of_writing_does_not_matter(session: Session) -> None:
    customer = customer_of_phone(session, normalise_phone("+86 138 0013 8000"), NOW)
    found = find_by_phone(session, normalise_phone("138-0013-8000"))
    assert found is not None
    assert (found.id, found.phone, found.created_at) == (customer.id, PHONE, NOW)


def test_an_unknown_number_is_nobody(session: Session) -> None:
    assert find_by_phone(session, PHONE) is None


@pytest.mark.usefixtures("database")
def test_two_at_once_make_one_customer() -> None:
    def look_up() -> int:
        with transaction() as session:
            return customer_of_phone(session, PHONE, NOW).id

    assert len(set(at_once(*[look_up] * 4))) == 1
    assert count("customers") == 1


@pytest.mark.usefixtures("database")
def test_the_table_holds_no_readable_number() -> None:
    with transaction() as session:
        customer_of_phone(session, PHONE, NOW).name = "王小明"
    stored = raw_bytes()
    assert PHONE.encode() not in stored
    assert "王小明".encode() not in stored
    # Without the key eleven digits are tried out in minutes.
    assert hashlib.sha256(PHONE.encode()).digest() not in stored


@pytest.mark.usefixtures("database")
def test_two_seals_of_one_number_differ() -> None:
    """Equal bytes would tell who has the same number; only the blind index may."""
    with transaction() as session:
        customer = customer_of_phone(session, PHONE, NOW)
        customer.name = PHONE
        session.flush()
        phone, name = session.execute(text("SELECT phone, name FROM customers")).one()
    assert bytes(phone) != bytes(name)


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("value", "context", "same"),
    [
        (PHONE, "phone", True),  # the same number in the same context: found again
        ("13800138001", "phone", False),  # another number
        (PHONE, "mail", False),  # the same value in another context must not be joined
        ("\x00" + PHONE, "phone", False),  # the border between context and value cannot be moved …
        (PHONE, "phone\x00", False),  # … from either side
    ],
)
def test_blind_index(value: str, context: str, same: bool) -> None:
    index = phone_index(PHONE)
    assert len(index) == 32
    assert (blind_index(value, context) == index) is same
