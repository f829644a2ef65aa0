"""Telephone numbers of mainland China (checking, normalising, masking), and the limits of codes and proofs. Pure."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

import phonenumbers

from care.errors import InvalidInput
from care.plain import digits_of

_REGION = "CN"
# A broadband account is the operator's own string; what they have in common is letters, digits and, between them, a few
# signs. A full stop behind it ends the sentence.
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z@._-])[0-9A-Za-z][0-9A-Za-z@._-]{3,30}[0-9A-Za-z](?!\.?[0-9A-Za-z@_-])")


def normalise_phone(text: str) -> str:
    """A mobile number as 11 digits, a fixed line as area code and number, from any usual way of writing it.

    Raises InvalidInput (reason `phone`) when it is neither.
    Source: 工信部《电信网编号计划（2017年版）》, as kept current in `phonenumbers`.
    """
    if re.search("[A-Za-z]", text):  # the library would read them as the keys of an old telephone
        raise InvalidInput("phone", "a telephone number has no letters")
    try:
        number = phonenumbers.parse(digits_of(text), _REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput("phone", "not a telephone number") from error
    if number.country_code != 86 or not phonenumbers.is_valid_number(number):
        raise InvalidInput("phone", "not a valid number of mainland China; 11 digits, or area code and number")
    national = phonenumbers.national_significant_number(number)
    if is_mobile(national):
        return national
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.FIXED_LINE:
        raise InvalidInput("phone", "neither a mobile number nor a fixed line; 400 and 800 numbers are nobody's line")
    return f"0{national}"


def normalise_line(text: str) -> str:
    """A telephone number, or the account of a broadband line (needs a letter, so that a mistyped number is not taken).

    Raises InvalidInput (reason `phone`).
    """
    compact = re.sub(r"\s+", "", digits_of(text))
    for found in _ACCOUNT.findall(compact):
        if re.search("[A-Za-z]", found) and re.search("[0-9]", found):
            return str(found)
    return normalise_phone(compact)


def is_mobile(national: str) -> bool:
    return len(national) == 11 and national.startswith("1")


# A telephone number, also in its usual groups, or any other long number (an identity number may end in X). Not a date.
_NUMBER_IN_TEXT = re.compile(r"(?<![\d-])(?:1\d{2}[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8}|\d{6,}[\dXx])(?!\d)")


def mask_numbers(text: str) -> str:
    """Every telephone or identity number within a sentence masked, for showing it back."""
    return _NUMBER_IN_TEXT.sub(lambda found: mask_phone(re.sub(r"[ -]", "", found[0])), text)


def mask_phone(phone: str) -> str:
    """`13800138000` → `138****8000`; what a customer may be shown of a number (never the whole)."""
    if len(phone) < 8:
        return "*" * len(phone)
    return f"{phone[:3]}****{phone[-4:]}"


class Level(IntEnum):
    """How surely a conversation speaks for a number."""

    ANONYMOUS = 0
    #: the channel knows the user by a signed name, who proved the number some time ago
    KNOWN = 1
    #: a code sent to the number was given back here, or an agent saw the papers; a few minutes ago
    PROVED = 2


class Purpose(StrEnum):
    """What a proof is good for; one for something else opens nothing."""

    #: what the billing system says about the number
    ACCOUNT = "account"
    #: personal data copied, corrected, deleted: what is done with them cannot be undone
    IDENTITY = "identity"


#: Counted from the proof, not from its last use: whoever finds the page open later finds nothing.
PROOF_LIFETIME = {Purpose.ACCOUNT: timedelta(minutes=15), Purpose.IDENTITY: timedelta(minutes=5)}
#: A number that a channel user proved once. One that is given to somebody else meanwhile is closed at its next use
#: (`care.accounts.proofs.close_line`).
BINDING_LIFETIME = timedelta(days=180)


CODE_LIFETIME = timedelta(minutes=5)
#: Wrong tries of one code. With the cap below strangers have 50 tries a number and day at a million codes: one in
#: 20,000.
CODE_TRIES = 5
#: Between two codes to one number for the same purpose.
CODE_PAUSE = timedelta(seconds=60)
#: The caps count the last 24 hours. One number, whoever asks: nobody's telephone is flooded. For a user to whom the
#: number is bound only what this user asked for is counted: strangers lock nobody out of their own number.
CODE_DAY = timedelta(hours=24)
CODES_PER_NUMBER = 10
#: One number in one conversation: no single one uses up what the number may get.
CODES_PER_NUMBER_HERE = 8
#: One conversation, whatever the numbers: nobody floods other people's.
CODES_PER_CONVERSATION = 10
#: After the last wrong try no code is sent to that number or taken for it in that conversation.
CODE_LOCK = timedelta(minutes=15)
#: The same, when another code was used up in the 24 hours before.
CODE_LOCK_AGAIN = timedelta(hours=24)

# Six signs, also in groups as some telephones show them; not a part of a longer number.
_CODE = re.compile(r"(?<![0-9A-Za-z])(?:\d{6}|\d{3}[ -]\d{3}|\d{2}[ -]\d{2}[ -]\d{2})(?![0-9A-Za-z])")


def new_code(choose: Callable[[int], int] = secrets.randbelow) -> str:
    """Six digits, each code as likely as any other."""
    return f"{choose(1_000_000):06d}"


def code_in(text: str) -> str | None:
    """The code in what a customer wrote (`验证码是 123 456`, full-width, read out); None when there is none, or two."""
    found = {re.sub("[ -]", "", code) for code in _CODE.findall(digits_of(text))}
    return found.pop() if len(found) == 1 else None


class CodeRefused(InvalidInput):
    """No code is sent: `code_too_soon`, `code_wait`, `code_daily_cap`, `code_locked`."""

    def __init__(self, reason: str, message: str, until: datetime) -> None:
        super().__init__(reason, message)
        #: from then on one would be sent
        self.until = until


@dataclass(frozen=True)
class Sent:
    """A code that was sent."""

    at: datetime
    purpose: str
    #: in this conversation
    is_here: bool = False
    #: in a conversation of the user to whom the number is bound, and who asks now
    is_users: bool = False


def check_may_send_code(
    to_number: Sequence[Sent],
    by_conversation: Sequence[datetime],
    purpose: str,
    now: datetime,
    *,
    is_bound: bool = False,
) -> None:
    """`to_number`: codes that were sent to the number in the last 24 hours, whoever asked; `by_conversation`: when this
    one asked for some in that time, whatever the numbers. `is_bound`: the number, to the user who asks.

    Raises CodeRefused: `code_too_soon`, `code_daily_cap`.
    """
    caps = (
        ([each.at for each in to_number if each.is_users or not is_bound], CODES_PER_NUMBER),
        ([each.at for each in to_number if each.is_here], CODES_PER_NUMBER_HERE),
        (by_conversation, CODES_PER_CONVERSATION),
    )
    full = [_room_from(sent, most) for sent, most in caps if len(sent) >= most]
    if full:
        raise CodeRefused("code_daily_cap", "too many codes in 24 hours; ask for a person meanwhile", max(full))
    before = [each.at for each in to_number if each.purpose == purpose]
    if before and now - max(before) < CODE_PAUSE:
        message = f"wait {CODE_PAUSE.seconds} seconds between two codes for one purpose"
        raise CodeRefused("code_too_soon", message, max(before) + CODE_PAUSE)


def _room_from(sent: Sequence[datetime], most: int) -> datetime:
    """When so many of them are a day old that another one may go."""
    return sorted(sent)[-most] + CODE_DAY


def locked_until(used_up: Sequence[datetime], now: datetime) -> datetime | None:
    """`used_up`: when codes for a number were used up in a conversation, as far back as both times together reach."""
    if not used_up:
        return None
    last = max(used_up)
    is_again = sum(last - each < CODE_DAY for each in used_up) > 1
    until = last + (CODE_LOCK_AGAIN if is_again else CODE_LOCK)
    return until if now < until else None
