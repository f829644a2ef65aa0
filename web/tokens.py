"""The token that lets a client go on with its conversation: signed, and valid for that one conversation only."""

from __future__ import annotations

from functools import lru_cache

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from care.errors import NotAllowed
from care.settings import settings

VALID_SECONDS = 30 * 24 * 3600


@lru_cache(maxsize=1)
def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().token_key.get_secret_value(), salt="conversation")


def issue(conversation_id: str) -> str:
    return str(_serializer().dumps(conversation_id))


def check(token: str | None, conversation_id: str) -> None:
    """Raises NotAllowed (reason `token`) for a missing, forged, expired or foreign token."""
    if not token:
        raise NotAllowed("token", "a conversation goes on with its token; it came with every answer")
    if not token.isascii():  # half an emoji could not even be encoded
        raise NotAllowed("token", "the token is not one of ours")
    try:
        owner = _serializer().loads(token, max_age=VALID_SECONDS)
    except SignatureExpired as error:
        raise NotAllowed("token", "the token is older than 30 days; begin a new conversation") from error
    except BadSignature as error:
        raise NotAllowed("token", "the token is not one of ours") from error
    if owner != conversation_id:
        raise NotAllowed("token", "the token belongs to another conversation")
