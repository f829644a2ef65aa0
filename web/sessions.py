"""A widget's session: a token signed by us over a random key that opens, and finds again, one conversation.

Nobody can make one, so nobody can join the session of somebody else; and it is there before the conversation, whose row
is only made when something is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import uuid4

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy.orm import Session as Database

from care.conversations.rules import id_from
from care.conversations.service import exists, open_conversation
from care.errors import NotAllowed
from care.settings import settings

#: `conversations.channel` of everything that is said through a session
CHANNEL = "socketio"
VALID = timedelta(days=30)
#: An older token is replaced when it is shown: who comes back now and then keeps the session.
_RENEWED_AFTER = timedelta(days=15)


@dataclass(frozen=True)
class Session:
    token: str
    opening_key: str

    @property
    def conversation_id(self) -> str:
        """Also of the conversation that is not there yet."""
        return id_from(self.opening_key)


@lru_cache(maxsize=1)
def _serializer() -> URLSafeTimedSerializer:
    # A salt of its own: the token of a REST conversation is no session, and the other way round.
    return URLSafeTimedSerializer(settings().token_key.get_secret_value(), salt="widget-session")


def begin() -> Session:
    """A new one, without a conversation yet."""
    return _issue(uuid4().hex)


def of_user(opening_key: str) -> Session:
    """That of somebody whom the channel knows: always the same conversation. `opening_key`: a keyed hash of them."""
    return _issue(opening_key)


def resume(token: str) -> Session:
    """The session of a token. Raises NotAllowed (reason `session`) when it is expired or not one of ours."""
    if not token.isascii():  # half an emoji could not even be encoded
        raise NotAllowed("session", "the session is not one of ours; begin a new one")
    try:
        opening_key, issued = _serializer().loads(token, max_age=int(VALID.total_seconds()), return_timestamp=True)
    except SignatureExpired as error:
        raise NotAllowed("session", f"the session is older than {VALID.days} days; begin a new one") from error
    except BadSignature as error:
        raise NotAllowed("session", "the session is not one of ours; begin a new one") from error
    if datetime.now(UTC) - issued > _RENEWED_AFTER:
        return _issue(opening_key)
    return Session(token, opening_key)


def conversation_of(database: Database, token: str | None, now: datetime, *, opens: bool = False) -> str | None:
    """The conversation of a session; None when nothing was said in it yet, unless this `opens` it: a file may be first.

    Raises NotAllowed (reason `session`) for a token that is missing, expired or not one of ours.
    """
    if not token:
        raise NotAllowed("session", "send the session_id of session_confirm along")
    session = resume(token)
    if opens:
        return open_conversation(database, CHANNEL, session.opening_key, now)
    return session.conversation_id if exists(database, session.conversation_id) else None


def _issue(opening_key: str) -> Session:
    return Session(str(_serializer().dumps(opening_key)), opening_key)
