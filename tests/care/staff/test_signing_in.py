"""The two steps of signing in, and what may happen between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from care.errors import NotAllowed
from care.staff import accounts, sessions
from care.staff.accounts import Changes
from care.staff.signing_in import begin_try, end_right_try
from care.staff.tables import StaffSession
from tests.support.desk import PASSWORD, member, noted
from tests.support.times import NOW


def _leave(session: Session) -> None:
    accounts.change(session, "1001", Changes(left=True), [], NOW, by="staff:9")


def _reset(session: Session) -> None:
    accounts.reset_password(session, "1001", "another", NOW, by="staff:9")


@pytest.mark.parametrize("meanwhile", [_leave, _reset])
def test_an_account_that_changed_while_the_password_was_checked(
    session: Session, meanwhile: Callable[[Session], None]
) -> None:
    member(session, "agent", number="1001")
    tried = begin_try(session, "1001", None, NOW)
    meanwhile(session)
    with pytest.raises(NotAllowed) as refused:
        end_right_try(session, tried, None, None, NOW)
    assert refused.value.reason == "sign_in"
    assert session.query(StaffSession).count() == 0
    assert ("staff:1001", "sign_in", "staff:1001") not in noted(session)


def test_a_token_opens_its_session_only(session: Session) -> None:
    member(session, "agent", number="1001")
    staff, begun = end_right_try(session, begin_try(session, "1001", None, NOW), None, None, NOW)
    session.flush()
    signed = sessions.resume(session, begun.token, NOW)
    assert (signed.staff_id, signed.number, signed.csrf) == (staff.id, "1001", begun.csrf)
    for token in (None, "", begun.token[:-1], begun.token.swapcase(), begun.csrf, PASSWORD, "\ud83d"):
        with pytest.raises(NotAllowed) as refused:
            sessions.resume(session, token, NOW)
        assert refused.value.reason == "signed_out"


@pytest.mark.parametrize("number", ["", " ", "1001 ", "1001'", "staff:1001", "１００１", "1" * 17, "\x00"])
def test_only_the_number_itself_is_anybodys(session: Session, number: str) -> None:
    member(session, "agent", number="1001")
    tried = begin_try(session, number, None, NOW)
    assert (tried.number, tried.hashed, tried.is_locked) == (None, None, False)
    assert number.strip() == "" or number not in tried.subject
