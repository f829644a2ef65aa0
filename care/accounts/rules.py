"""Telephone numbers of mainland China: checking, normalising, masking. Pure functions."""

from __future__ import annotations

import re

import phonenumbers

from care.errors import InvalidInput

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
        number = phonenumbers.parse(text, _REGION)
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
    compact = re.sub(r"\s+", "", text)
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
