"""Passwords: hashed with argon2id (RFC 9106), and what a new one must be (after NIST SP 800-63B-4, section 3.1.1.2).

Long, and not one of those that are tried first; no rules of composition and no expiry, which only make people count
them up or write them down (the same section). NIST wants 15 characters where a password is all that is asked for; here
it is 12, because an attacker gets 20 tries in an hour for each account, and no copy of the hashes.
"""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from care.errors import InvalidInput

SHORTEST = 12
#: a phrase fits; a book would only keep the server busy
LONGEST = 128
#: characters that are left when one's own number, name and the product's are taken out
_SHORTEST_REST = 8
_FEWEST_DIFFERENT = 5
#: one a line; only those that are long enough to be chosen here
_COMMON = Path(__file__).with_name("common_passwords.txt")
_OURS = ("quanyi", "权益通", "小益")
# Without what is taken for something else when it is read out or typed off a screen.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

#: 64 MiB, three passes, four lanes: the second recommended choice of RFC 9106, section 4; about 0.1 s here
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hash_password(password: str) -> str:
    """At most 160 ASCII characters, with parameters and salt. Takes 0.1 s and 64 MiB: never within a transaction."""
    return _HASHER.hash(_normal(password))


def is_right(hashed: str | None, password: str) -> bool:
    """Takes as long for nobody's (None) as for somebody's."""
    try:
        _HASHER.verify(_nobodys() if hashed is None else hashed, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Hashed with other parameters than today's: hash it again while the password is at hand."""
    return _HASHER.check_needs_rehash(hashed)


def check_new(password: str, number: str, name: str) -> None:
    """Raises InvalidInput (reason `password_weak`), naming what is wrong and never the password."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise InvalidInput("password_weak", f"a password has {SHORTEST} to {LONGEST} characters")
    folded = normal.casefold()
    if folded in _common() or _is_regular(folded):
        raise InvalidInput("password_weak", "this is one of those that are tried first; take some words of your own")
    rest = folded
    for word in (number, name, *_OURS):
        rest = rest.replace(_normal(word).casefold(), "")
    if len(rest) < _SHORTEST_REST:
        raise InvalidInput("password_weak", "it is mostly your number, your name or ours; take other words")


def random_password() -> str:
    """80 bits in four groups, for somebody to type once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def _is_regular(folded: str) -> bool:
    """aaaa…, abab…, 1234…, 9876…"""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    is_repeated = re.fullmatch(r"(.{1,6}?)\1+", folded) is not None
    return len(set(folded)) < _FEWEST_DIFFERENT or is_repeated or len(steps) == 1


def _normal(password: str) -> str:
    """The same however it was typed: an input method gives ａ１ for a1. Half a surrogate pair cannot be encoded."""
    return normalize("NFKC", password).encode("utf-8", "replace").decode()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password(random_password())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())
