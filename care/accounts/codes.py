"""One-time codes by SMS: that somebody who names a mobile number can also read what is sent to it.

A code is six digits, good for five minutes, five tries and one use, for one purpose, in the conversation that asked
for it. Only the newest of a number in a conversation is good. What is kept of it is an HMAC.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accounts import statements
from care.accounts.rules import CODE_DAY, CODE_LIFETIME, CODE_TRIES, check_may_send_code, is_mobile, new_code
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
    #: the fifth wrong try was this one, or was before
    USED_UP = "code_used_up"
    #: none was sent here for this number and purpose, or it was used already
    MISSING = "code_missing"


def issue_code(
    session: Session, phone: str, purpose: str, conversation_id: str, message_id: int, now: datetime
) -> str | None:
    """The code to send to a normalised mobile number, after the commit. `message_id`: the message that asked for it.

    The same message again (its turn is run again) gets a new code in the place of its first one, which is not counted
    as another; None when that one was used meanwhile or a newer one was sent, so that there is nothing to send.
    Raises InvalidInput: `code_not_mobile`, `code_too_soon` (60 s), `code_daily_cap`.
    """
    if not is_mobile(phone):
        raise InvalidInput("code_not_mobile", "a code can only be sent to a mobile number")
    number = phone_index(phone)
    # Two at once would both find room below a cap. Always number first, then conversation: no two block each other.
    _lock(session, number)
    _lock(session, blind_index(conversation_id, "sms_codes.conversation_id"))
    code = new_code()
    newest = _newest(session, number, conversation_id, now)
    if newest is not None and newest.message_id >= message_id:
        if newest.message_id > message_id or newest.used_at is not None:
            return None
        row = newest  # its failures stay: running a turn again buys no tries
    else:
        since = {"since": now - CODE_DAY}
        to_number = session.scalars(statements.SENT_TO_NUMBER, {"number": number, **since}).all()
        by_conversation = session.scalar(statements.SENT_BY_CONVERSATION, {"conversation": conversation_id, **since})
        check_may_send_code(to_number, by_conversation or 0, now)
        row = SmsCode(phone_index=number, conversation_id=conversation_id, message_id=message_id)
        session.add(row)
    row.purpose = purpose
    row.code_hash = _hash(row, code)
    row.sent_at, row.expires_at = now, now + CODE_LIFETIME
    session.flush()
    return code


def check_code(
    session: Session, phone: str, purpose: str, conversation_id: str, message_id: int, code: str | None, now: datetime
) -> CodeCheck:
    """Whether `code` (from `rules.code_in`; None is a wrong one that costs no try) proves the number. RIGHT uses it up.

    It answers and does not raise, because a wrong try must be committed, and an exception would undo it. What a right
    code proves belongs into the same transaction. The same message again gets the same answer and costs nothing.
    """
    key = OnceKey(conversation_id, message_id, f"check_code:{purpose}")

    def check() -> dict[str, str]:
        return {"answer": _check(session, phone, purpose, conversation_id, code, now)}

    return CodeCheck(once(session, key, now, check)["answer"])


def _check(
    session: Session, phone: str, purpose: str, conversation_id: str, code: str | None, now: datetime
) -> CodeCheck:
    number = phone_index(phone)
    _lock(session, number)  # two at once are two tries, and a code that is just being replaced is over
    row = _newest(session, number, conversation_id, now)
    if row is None or row.purpose != purpose or row.used_at is not None:
        return CodeCheck.MISSING
    if row.failures >= CODE_TRIES:
        return CodeCheck.USED_UP
    if now >= row.expires_at:
        return CodeCheck.EXPIRED
    if code is None:
        return CodeCheck.WRONG
    if hmac.compare_digest(bytes(row.code_hash), _hash(row, code)):
        row.used_at = now
        return CodeCheck.RIGHT
    row.failures += 1
    return CodeCheck.USED_UP if row.failures >= CODE_TRIES else CodeCheck.WRONG


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
