"""Sessions of widgets: only tokens that we signed, only while they are valid, each for its own conversation."""

from __future__ import annotations

import time

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from care.conversations.rules import Inbound
from care.conversations.service import receive
from care.conversations.tables import Conversation
from care.errors import NotAllowed
from tests.support.environment import VARIABLES
from tests.support.times import NOW
from web import sessions, tokens

pytestmark = pytest.mark.usefixtures("postgres")

DAY = 24 * 3600


def _say(session: Session, opening_key: str, text: str = "没信号") -> str:
    return receive(session, Inbound(sessions.CHANNEL, "1", text, opening_key=opening_key), NOW).conversation_id


def test_a_session_is_there_before_its_conversation(session: Session) -> None:
    new = sessions.begin()
    assert sessions.conversation_of(session, new.token, NOW) is None
    assert session.query(Conversation).count() == 0
    assert _say(session, new.opening_key) == new.conversation_id
    assert sessions.conversation_of(session, new.token, NOW) == new.conversation_id


def test_a_file_may_open_the_conversation(session: Session) -> None:
    new = sessions.begin()
    opened = sessions.conversation_of(session, new.token, NOW, opens=True)
    assert opened == new.conversation_id
    assert sessions.conversation_of(session, new.token, NOW, opens=True) == opened
    assert _say(session, new.opening_key) == opened, "what is said then belongs to it"


def test_sessions_are_nobody_elses(session: Session) -> None:
    one, other = sessions.begin(), sessions.begin()
    _say(session, one.opening_key)
    assert sessions.conversation_of(session, other.token, NOW) is None
    assert one.conversation_id != other.conversation_id
    assert one.opening_key not in one.conversation_id, "who sees an id does not know what opens it"


def _at(age: float, text: str) -> str:
    """A token of ours, made `age` seconds ago."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - age)

    key = VARIABLES["QUANYI_TOKEN_KEY"]
    return str(URLSafeTimedSerializer(key, salt="widget-session", signer=Then).dumps(text))


def test_how_long_a_session_lasts() -> None:
    assert sessions.resume(_at(14 * DAY, "k")).opening_key == "k"
    with pytest.raises(NotAllowed, match="older than 30 days"):
        sessions.resume(_at(30 * DAY + 60, "k"))


def test_who_comes_back_keeps_the_session() -> None:
    """Under a token of today: the next 30 days begin."""
    old = _at(20 * DAY, "k")
    renewed = sessions.resume(old)
    assert renewed.opening_key == "k"
    assert renewed.token != old
    assert sessions.resume(renewed.token) == renewed


def _refused() -> list[tuple[str, str]]:
    good = sessions.begin().token
    body, stamp, signature = good.split(".")
    key = VARIABLES["QUANYI_TOKEN_KEY"]
    return [
        (f"{body}.{stamp}.{signature[:-1]}", "a signature that was cut"),
        (f"{sessions.begin().token.split('.')[0]}.{stamp}.{signature}", "another key under the signature of this one"),
        (str(URLSafeTimedSerializer("guessed-key", salt="widget-session").dumps("k")), "signed with another key"),
        (str(URLSafeTimedSerializer(key, salt="conversation").dumps("k")), "a token of a REST conversation"),
        ("0b0f3a52c4d146bfa2a7d0f2c0a1f6d0", "a session_id as Rasa makes them"),
        ("x", "nonsense"),
        ("网" * 40, "not ASCII"),
        ("\ud83d", "half an emoji"),
        ("x" * 100_000, "very long"),
    ]


def test_tokens_that_are_not_ours(session: Session) -> None:
    for token, why in _refused():
        with pytest.raises(NotAllowed) as refused:
            sessions.conversation_of(session, token, NOW, opens=True)
        assert refused.value.reason == "session", why
        assert token not in str(refused.value)
    for missing in (None, ""):
        with pytest.raises(NotAllowed):
            sessions.conversation_of(session, missing, NOW, opens=True)
    assert session.query(Conversation).count() == 0


def test_a_session_is_no_token_of_a_conversation() -> None:
    """Neither gets into the other's door."""
    new = sessions.begin()
    with pytest.raises(NotAllowed):
        tokens.check(new.token, new.opening_key)
    with pytest.raises(NotAllowed):
        sessions.resume(tokens.issue(new.opening_key))
