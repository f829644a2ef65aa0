"""Sealed values: what opens, what does not, and how keys are changed."""

from __future__ import annotations

import pytest

from care.crypto import Keyring, key_id
from care.errors import InvalidInput
from tests.support.environment import key

OLD, NEW = f"k2025:{key('o')}", f"k2026:{key('n')}"
PLAIN = "我的号码是13800138000".encode()


@pytest.mark.parametrize(
    "plain",
    [
        PLAIN,  # Chinese and digits
        b"",  # nothing is a value as well
        b"\x00\xff" * 50_000,  # 100,000 bytes of anything
    ],
)
def test_what_was_sealed_opens(plain: bytes) -> None:
    ring = Keyring(OLD)
    sealed = ring.seal(plain, "tickets.line")
    assert ring.open(sealed, "tickets.line") == plain


def test_a_sealed_value_tells_its_key_and_nothing_else() -> None:
    sealed = Keyring(OLD).seal(PLAIN, "tickets.line")
    assert key_id(sealed) == b"k2025"
    assert PLAIN not in sealed
    # version, length of the key id, key id, nonce, the text itself, tag
    assert len(sealed) == 1 + 1 + 5 + 12 + len(PLAIN) + 16


def test_sealing_twice_gives_different_bytes() -> None:
    ring = Keyring(OLD)
    assert ring.seal(PLAIN, "a.b") != ring.seal(PLAIN, "a.b")


def test_a_value_that_was_moved_does_not_open() -> None:
    """Who can write to the database must not make the desk show one column's secret in another."""
    sealed = Keyring(OLD).seal(PLAIN, "customers.phone")
    with pytest.raises(InvalidInput) as refused:
        Keyring(OLD).open(sealed, "tickets.description")
    assert refused.value.reason == "sealed"


SEALED = Keyring(OLD).seal(PLAIN, "a.b")


@pytest.mark.parametrize("place", range(len(SEALED)))
def test_a_changed_byte_is_noticed(place: int) -> None:
    damaged = bytearray(SEALED)
    damaged[place] ^= 1
    with pytest.raises(InvalidInput) as refused:
        Keyring(OLD).open(bytes(damaged), "a.b")
    assert refused.value.reason == "sealed"


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_value_that_was_cut_is_noticed(length: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        Keyring(OLD).open(SEALED[:length], "a.b")
    assert refused.value.reason == "sealed"


def test_plain_bytes_are_no_sealed_value() -> None:
    with pytest.raises(InvalidInput, match="not a sealed value"):
        key_id("13800138000 是我的号码".encode())


def test_rotation() -> None:
    """New key in front: it seals, the old one still opens; when the old one is gone, the message says which."""
    before = Keyring(OLD)
    sealed = before.seal(PLAIN, "a.b")
    between = Keyring(f"{NEW}, {OLD}")
    assert between.open(sealed, "a.b") == PLAIN
    again = between.seal(PLAIN, "a.b")
    assert key_id(again) == b"k2026"
    after = Keyring(NEW)
    assert after.open(again, "a.b") == PLAIN
    with pytest.raises(InvalidInput, match=r"k2025.*add it back"):
        after.open(sealed, "a.b")


MALFORMED = [
    "",  # nothing at all
    " , ,",  # only separators
    "k1",  # no key
    f":{key('a')}",  # no id
    "k1:",  # an empty key
    "k1:YWJj",  # three bytes
    f"k1:{key('a')[:-4]}",  # 30 bytes: cut when it was copied
    "k1:äöü",  # not base64
    f"k1:{key('a')}, k2:short",  # the second one is wrong
    f"{'k' * 33}:{key('a')}",  # an id longer than 32
    f"k1:{key('a')},k1:{key('b')}",  # one id for two keys: what the first one sealed could not be opened
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_keyring_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Keyring(text)
    assert refused.value.reason == "keys"
    assert "QUANYI_KEYS" in str(refused.value)
    assert key("a") not in str(refused.value)
