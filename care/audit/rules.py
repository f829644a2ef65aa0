"""How entries are bound together. Pure functions.

The hash of an entry is SHA-256 (FIPS 180-4) over the JSON of all its columns and the hash of the entry before it. The
reason is represented by a salted hash of its own, so that the words can be forgotten while the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: what the first entry of all names as the one before it
BEGINNING = bytes(32)
SALT_BYTES = 16
#: the action of an entry that says how far the beginning was removed: {"through": id, "hash": of that one, in hex}
EXPIRED = "audit_expired"
#: lengths of the columns
MOST_ACTOR, MOST_ACTION, MOST_SUBJECT = 24, 32, 64
#: bytes of an entry's detail as JSON: words and numbers, not texts
MOST_DETAIL = 4096


@dataclass(frozen=True)
class Hashed:
    """What an entry's hash is made of."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    salt: bytes
    reason_hash: bytes


def chain_hash(previous: bytes, entry: Hashed) -> bytes:
    """32 bytes."""
    parts = [
        previous.hex(),
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        _plain(entry.detail),
        entry.salt.hex(),
        entry.reason_hash.hex(),
    ]
    return hashlib.sha256(canonical(parts)).digest()


def hash_reason(salt: bytes, reason: str | None) -> bytes:
    """32 bytes; no reason is another thing than an empty one."""
    said = b"\x00" if reason is None else b"\x01" + reason.encode()
    return hashlib.sha256(salt + said).digest()


def canonical(value: Any) -> bytes:
    """One text for equal values, whatever way they took through jsonb. Raises ValueError for NaN and infinity,
    TypeError for what is no JSON."""
    return json.dumps(
        _plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    ).encode()


def _plain(value: Any) -> Any:
    """jsonb gives 1e22 back as a whole number, and 1.0 as it came: whole numbers are all written in one way."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
