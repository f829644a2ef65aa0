"""What may be done with a ticket after it was filed, and when. Pure functions."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from care.accounts.rules import is_mobile, normalise_phone
from care.errors import InvalidInput
from care.locks.rules import Limit
from care.plain import digits_of
from care.tickets.rules import Status

#: after the result, a customer who is not satisfied may have the ticket taken up again
REOPEN_WITHIN = timedelta(days=30)
#: every urge is recorded; the priority rises once in this time
RAISE_AT_MOST_EVERY = timedelta(hours=2)
#: wrong proofs of a ticket, and of a conversation
WRONG_PROOFS = Limit(3, timedelta(hours=1))
#: characters of an addition; as long as a message may be
MAX_WORDS = 12_000
PROOF_DIGITS = 4


def may_reopen(status: str, resolved_at: datetime | None, now: datetime) -> bool:
    return reopening_refused(status, resolved_at, now) is None


def reopening_refused(status: str, resolved_at: datetime | None, now: datetime) -> str | None:
    """Why a ticket cannot be reopened: `not_resolved`, `reopen_too_late`; None when it can."""
    if status not in (Status.RESOLVED, Status.CLOSED) or resolved_at is None:
        return "not_resolved"
    return "reopen_too_late" if now > resolved_at + REOPEN_WITHIN else None


def may_raise(last_raise: datetime | None, now: datetime) -> bool:
    return last_raise is None or now >= last_raise + RAISE_AT_MOST_EVERY


def proof_of(line: str | None, contact: str | None) -> str | None:
    """The last four digits of the number on a ticket: of the affected line, else of the contact; None where neither
    has that many."""
    digits = re.sub(r"\D", "", line or "")
    if len(digits) < PROOF_DIGITS:
        digits = mobile_in(contact or "") or ""
    return digits[-PROOF_DIGITS:] or None


_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def mobile_in(text: str) -> str | None:
    """The first mobile number in words such as 「13800138001 晚上打」, normalised."""
    for found in _MOBILE.findall(digits_of(text)):
        try:
            phone = normalise_phone(found)
        except InvalidInput:
            continue
        if is_mobile(phone):
            return phone
    return None


def added_words(words: str) -> str:
    """Raises InvalidInput (reason `field_empty`) where there are none; longer ones are cut at MAX_WORDS."""
    stripped = words.strip()
    if not any(sign.isalnum() for sign in stripped):
        raise InvalidInput("field_empty", "no words in it")
    return stripped[:MAX_WORDS]
