"""One-time codes by SMS: that somebody who names a mobile number can also read what is sent to it.

A code is six digits, good for five minutes, five tries and one use, for one purpose, in the conversation that asked
for it. Only the newest of a number in a conversation is good. What is kept of it is an HMAC.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accounts import statements
from care.accounts.rules import (
    CODE_DAY,
    CODE_LIFETIME,
    CODE_LOCK_AGAIN,
    CODE_TRIES,
    CodeRefused,
    Sent,
    check_may_send_code,
    is_mobile,
    locked_until,
    new_code,
)
from care.accounts.service import phone_index
from care.accounts.tables import SmsCode
from care.crypto import blind_index
from care.errors import InvalidInput
from care.once import OnceKey, once

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


class CodeCheck(StrEnum):
    RIGHT = "code_right"
    WRONG = "code_wrong"
    EXPIRED = "code_expired"
    #: the fifth wrong try was this one, or was before: the number is locked here
    USED_UP = "code_used_up"
    #: none was sent here for this number and purpose, or it was used already
    MISSING = "code_missing"


@dataclass(frozen=True)
class Checked:
    answer: CodeCheck
    #: for WRONG
    tries_left: int | None = None
    #: for USED_UP: from then on a new code can be asked for
    until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        until = self.until.isoformat() if self.until else None
        return {"answer": self.answer, "tries_left": self.tries_left, "until": until}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Checked:
        until = stored.get("until")
        at = datetime.fromisoformat(until) if until else None
        return cls(CodeCheck(stored["answer"]), stored.get("tries_left"), at)


def issue_code(
    session: Session, phone: str, purpose: str, conversation_id: str, message_id: int, now: datetime
) -> str | None:
    """The code to send to a normalised mobile number, after the commit. `message_id`: the message that asked for it.

    The same message again (its turn is run again) gets a new code in the place of its first one, which is not counted
    as another; None when that one was used (up) meanwhile or a newer one was sent, so that there is nothing to send.
    Raises InvalidInput (`code_not_mobile`) and CodeRefused: `code_locked` (too many wrong tries), `code_too_soon` (60 s
    since the last one for this purpose, which is still good here), `code_wait` (the same, and it is not),
    `code_daily_cap`.
    """
    if not is_mobile(phone):
        raise InvalidInput("code_not_mobile", "a code can only be sent to a mobile number")
    number = phone_index(phone)
    # Two at once would both find room below a cap. Always number first, then conversation: no two block each other.
    _lock(session, number)
    _lock(session, blind_index(conversation_id, "sms_codes.conversation_id"))
    if until := _locked_until(session, number, conversation_id, now):
        raise CodeRefused("code_locked", "too many wrong codes for this number in this conversation", until)
    code = new_code()
    newest = _newest(session, number, conversation_id, now)
    if newest is not None and newest.message_id >= message_id:
        if newest.message_id > message_id or newest.used_at is not None or newest.failures >= CODE_TRIES:
            return None
        row = newest  # its failures stay: running a turn again buys no tries
    else:
        here = {"number": number, "conversation": conversation_id, "since": now - CODE_DAY}
        user = session.scalar(statements.USER_WITH_NUMBER, here | {"now": now})
        to_number = [Sent(*row) for row in session.execute(statements.SENT_TO_NUMBER, here | {"user": user})]
        by_conversation = session.scalars(statements.SENT_BY_CONVERSATION, here).all()
        try:
            check_may_send_code(to_number, by_conversation, purpose, now, is_bound=user is not None)
        except CodeRefused as error:
            if error.reason == "code_too_soon" and not _is_good(newest, purpose, now):
                why = "the last code was sent to another conversation, or is spent; wait for the next"
                raise CodeRefused("code_wait", why, error.until) from error
            raise
        row = SmsCode(phone_index=number, conversation_id=conversation_id, message_id=message_id)
        session.add(row)
    row.purpose = purpose
    row.code_hash = _hash(row, code)
    row.sent_at, row.expires_at = now, now + CODE_LIFETIME
    session.flush()
    return code


def _is_good(row: SmsCode | None, purpose: str, now: datetime) -> bool:
    """Can it still be given back here?"""
    return row is not None and row.purpose == purpose and row.used_at is None and now < row.expires_at


def check_code(
    session: Session,
    phone: str,
    purpose: str,
    conversation_id: str,
    message_id: int,
    code: str | None,
    now: datetime,
    proved: Callable[[], object] = lambda: None,
) -> Checked:
    """Whether `code` (from `rules.code_in`; None is a wrong one that costs no try) proves the number. RIGHT uses it up.

    `proved`: what a right one allows, done in this transaction. It answers and does not raise, because a wrong try must
    be committed, and an exception would undo it. The same message again gets the same answer, costs nothing, and does
    nothing again.
    """
    key = OnceKey(conversation_id, message_id, f"check_code:{purpose}")

    def check() -> dict[str, Any]:
        checked = _check(session, phone, purpose, conversation_id, code, now)
        if checked.answer is CodeCheck.RIGHT:
            proved()
        return checked.as_json()

    return Checked.from_json(once(session, key, now, check))


def _check(
    session: Session, phone: str, purpose: str, conversation_id: str, code: str | None, now: datetime
) -> Checked:
    number = phone_index(phone)
    _lock(session, number)  # two at once are two tries, and a code that is just being replaced is over
    if until := _locked_until(session, number, conversation_id, now):
        return Checked(CodeCheck.USED_UP, until=until)
    row = _newest(session, number, conversation_id, now)
    if row is None or row.purpose != purpose or row.used_at is not None:
        return Checked(CodeCheck.MISSING)
    if now >= row.expires_at:
        return Checked(CodeCheck.EXPIRED)
    if code is not None:
        if hmac.compare_digest(bytes(row.code_hash), _hash(row, code)):
            row.used_at = now
            return Checked(CodeCheck.RIGHT)
        row.failures += 1
        if row.failures >= CODE_TRIES:
            row.expires_at = now  # from now on the number is locked here
            session.flush()
            return Checked(CodeCheck.USED_UP, until=_locked_until(session, number, conversation_id, now))
    return Checked(CodeCheck.WRONG, tries_left=CODE_TRIES - row.failures)


def _locked_until(session: Session, number: bytes, conversation_id: str, now: datetime) -> datetime | None:
    # The last lock may have begun that long ago, and it is as long as the one before it was near.
    since = now - CODE_LOCK_AGAIN - CODE_DAY - CODE_LIFETIME
    here = {"number": number, "conversation": conversation_id, "since": since}
    return locked_until(session.scalars(statements.USED_UP, here).all(), now)


def _newest(session: Session, number: bytes, conversation_id: str, now: datetime) -> SmsCode | None:
    return session.scalar(
        statements.NEWEST, {"number": number, "conversation": conversation_id, "since": now - CODE_DAY}
    )


def _lock(session: Session, subject: bytes) -> None:
    """Until the end of the transaction. A row to lock may not be there yet."""
    session.execute(_LOCK, {"key": int.from_bytes(subject[:8], signed=True)})


def _hash(row: SmsCode, code: str) -> bytes:
    """HMAC with the key of the blind index: without it a million codes are tried out in a second. The row's identity is
    in it, so that a hash is worth nothing in another row."""
    identity = (row.phone_index.hex(), row.conversation_id, str(row.message_id), row.purpose, code)
    return blind_index("\x00".join(identity), "sms_codes.code_hash")
