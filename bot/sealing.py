"""Sealing of what the tracker store writes: AES-256-GCM with named keys, so that keys can be rotated.

A sealed value is ``len(key id) | key id | nonce (12 bytes) | ciphertext and tag``. The key id in front says which
key opens it, so old rows stay readable after a new key was put first. The caller binds a value to its place
(conversation, session, turn) through ``bound_to``: a row copied elsewhere in the table does not open.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS_VARIABLE = "QUANYI_TRACKER_KEYS"
KEY_BYTES = 32
NONCE_BYTES = 12


class SealingError(Exception):
    """Root of this module's errors: ``BadKeys`` (configuration) and ``Unreadable`` (a stored value)."""


class BadKeys(SealingError):
    """The configured keys cannot be used. The message never contains key material."""


class Unreadable(SealingError):
    """A stored value cannot be opened: unknown key id, changed bytes, or a value from another place."""


class Sealer:
    """Seals with the first key, opens with any.

    Args:
        keys: key id (1 to 32 ASCII characters) to 32 key bytes; the first one seals.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise BadKeys(f"{KEYS_VARIABLE} names no key; set it to id:base64 of {KEY_BYTES} random bytes")
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(self._ciphers))

    @property
    def head(self) -> bytes:
        """How every value begins that the current key sealed."""
        return bytes([len(self._current)]) + self._current

    @classmethod
    def from_text(cls, text: str) -> "Sealer":
        """Read ``id:base64,id:base64``.

        Raises:
            BadKeys: an entry is malformed, an id appears twice, or a key is not 32 bytes long.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
            key_id, colon, encoded = entry.partition(":")
            if not colon or not key_id.isascii() or not 1 <= len(key_id) <= 32 or key_id in keys:
                raise BadKeys(f"entry {position} of {KEYS_VARIABLE} is not id:base64 with an id of its own")
            try:
                key = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise BadKeys(f"the key of entry {position} of {KEYS_VARIABLE} is not base64") from None
            if len(key) != KEY_BYTES:
                raise BadKeys(f"the key of entry {position} of {KEYS_VARIABLE} has {len(key)} bytes, not {KEY_BYTES}")
            keys[key_id] = key
        return cls(keys)

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt ``plain`` with the current key, bound to its place."""
        nonce = os.urandom(NONCE_BYTES)
        return self.head + nonce + self._ciphers[self._current].encrypt(nonce, plain, self.head + bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt what ``seal`` returned for the same place.

        Raises:
            Unreadable: see there.
        """
        end = 1 + sealed[0] if sealed else 0
        cipher = self._ciphers.get(sealed[1:end])
        if cipher is None:
            raise Unreadable(
                f"sealed with a key that is not in {KEYS_VARIABLE}; put the old key back behind the new one"
            )
        nonce, body = sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, sealed[:end] + bound_to)
        except (InvalidTag, ValueError):
            raise Unreadable("the stored bytes were changed or belong to another place") from None
