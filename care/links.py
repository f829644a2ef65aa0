"""Secret parts of addresses: whoever has one may open what it leads to, and only its blind index is stored."""

from __future__ import annotations

import secrets

from care.crypto import blind_index

_BYTES = 32


def new_token() -> str:
    """256 bits, of letters that an address may hold as they are."""
    return secrets.token_urlsafe(_BYTES)


def token_index(token: str, context: str) -> bytes:
    """What is stored of it. `context`: table and column, so that a token of one place opens nothing in another."""
    return blind_index(token, context)
