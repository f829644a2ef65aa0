"""Encryption of personal data at rest: AES-256-GCM with a ring of keys, and a blind index for look-ups.

A sealed value is `0x01 · len(key id) · key id · 12-byte nonce · ciphertext with tag`. The context (table and column)
is authenticated with it, so a value copied into another column does not open (NIST SP 800-38D, section 5.2.1).
Rotation: put the new key first in `QUANYI_KEYS`, keep the old one behind it until `quanyi keys rotate` has run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from care.errors import InvalidInput
from care.settings import settings

_VERSION = 1
_NONCE = 12
_MAX_KEY_ID = 32
#: So much of a sealed value's beginning tells which key sealed it.
HEAD_BYTES = 2 + _MAX_KEY_ID


class Keyring:
    """`id:base64,id:base64`: the first key seals, all open. Raises InvalidInput (reason `keys`) when malformed."""

    def __init__(self, text: str) -> None:
        self._keys: dict[bytes, AESGCM] = {}
        for part in filter(None, (p.strip() for p in text.split(","))):
            name, _, encoded = part.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:  # not base64, or not even ASCII
                key = b""
            if not name.isascii() or not 0 < len(name) <= _MAX_KEY_ID or len(key) != 32:
                raise InvalidInput(
                    "keys",
                    "QUANYI_KEYS must be `id:base64` of 32 random bytes each, comma separated; see docs/operate",
                )
            if name.encode() in self._keys:
                raise InvalidInput("keys", f"QUANYI_KEYS has two keys with the id {name}; give each one of its own")
            self._keys[name.encode()] = AESGCM(key)
        if not self._keys:
            raise InvalidInput("keys", "QUANYI_KEYS is empty; `quanyi keys new` prints one")
        self.primary = next(iter(self._keys))

    def seal(self, plain: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self.primary].encrypt(nonce, plain, context.encode())
        return bytes([_VERSION, len(self.primary)]) + self.primary + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises InvalidInput (reason `sealed`) for a foreign, damaged or moved value or a key that is gone."""
        name = key_id(sealed)
        cipher = self._keys.get(name)
        if cipher is None:
            raise InvalidInput("sealed", f"a value needs key {name!r}, which QUANYI_KEYS does not have; add it back")
        start = 2 + len(name)
        try:
            return cipher.decrypt(sealed[start : start + _NONCE], sealed[start + _NONCE :], context.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: cut off within the nonce
            raise InvalidInput("sealed", f"a value of {context} is damaged or belongs elsewhere") from error


def key_id(sealed: bytes) -> bytes:
    """The id of the key that sealed a value. Raises InvalidInput when it is not a sealed value."""
    if len(sealed) < 2 + _NONCE or sealed[0] != _VERSION:
        raise InvalidInput("sealed", "not a sealed value")
    return bytes(sealed[2 : 2 + sealed[1]])


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    return Keyring(settings().keys.get_secret_value())


@lru_cache(maxsize=1)
def _index_key() -> bytes:
    return base64.b64decode(settings().index_key.get_secret_value())


def blind_index(value: str, context: str) -> bytes:
    """32 bytes: equal values of one context have equal indexes, and nobody without the key can try out numbers."""
    return hmac.new(_index_key(), f"{context}\x00{value}".encode(), hashlib.sha256).digest()
