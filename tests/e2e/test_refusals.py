"""What must not get in: it is refused with a clear error, the refusal is in the log, and nothing has changed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest
import socketio
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.e2e.client import Conversation
from tests.e2e.pictures import executable, screenshot
from tests.e2e.socket_client import connected
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

_COUNTED = ("conversations", "messages", "tickets", "ticket_events", "attachments", "attachment_contents", "sms_codes")
_MONTH = 31 * 24 * 3600
#: of tokens, by kind (web/tokens.py, web/sessions.py): a good one of the one kind is not one of the other
_REST, _WIDGET = "conversation", "widget-session"
BAD = ["forged", "signed with another key", "of another kind", "tampered with", "expired"]


@contextmanager
def refused_by(stack: Stack, reason: str) -> Iterator[None]:
    """What happens inside changes no row, and the web process logs why it was refused."""
    before, logged = _counts(stack), len(stack.log("web"))
    yield
    assert _counts(stack) == before
    assert f'"{reason}"' in stack.log("web")[logged:], "the refusal is in the log"


def _counts(stack: Stack) -> dict[str, int]:
    return {table: stack.rows(f"SELECT count(*) FROM {table}")[0][0] for table in _COUNTED}


class _LongAgo(TimestampSigner):
    """Signs as the server did a month ago."""

    def get_timestamp(self) -> int:
        return int(time.time()) - _MONTH


def _bad_token(stack: Stack, kind: str, carries: str, how: str) -> str:
    """`carries`: what a good one would carry."""

    def signed(key: str, salt: str, signer: type[TimestampSigner] = TimestampSigner) -> str:
        return str(URLSafeTimedSerializer(key, salt=salt, signer=signer).dumps(carries))

    key = stack.environment["QUANYI_TOKEN_KEY"]
    other_kind = _REST if kind == _WIDGET else _WIDGET
    good = signed(key, kind)
    return {
        "forged": "eyJhbGciOiJub25lIn0.e30.",
        "signed with another key": signed("a-key-of-somebody-else", kind),
        "of another kind": signed(key, other_kind),
        # the last sign of base64 carries few bits: the one in the middle of the signature changes it for sure
        "tampered with": good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:],
        "expired": signed(key, kind, _LongAgo),
    }[how]


@pytest.mark.parametrize("how", BAD)
def test_a_conversation_is_closed_to_a_bad_token(stack: Stack, conversation: Conversation, how: str) -> None:
    conversation.say("你好")
    token = _bad_token(stack, _REST, conversation.conversation_id, how)
    intruder = Conversation(stack.http, state={"conversation_id": conversation.conversation_id, "token": token})
    with refused_by(stack, "token"):
        answer = intruder.post("我的投诉到哪了", str(uuid.uuid4()))
        assert (answer.status_code, answer.json()["reason"]) == (403, "token")
        assert answer.json()["detail"]


def test_a_conversation_is_closed_to_the_token_of_another(stack: Stack, conversation: Conversation) -> None:
    conversation.say("你好")
    other = Conversation(stack.http)
    other.say("你好")
    other.state["conversation_id"] = conversation.conversation_id
    with refused_by(stack, "token"):
        assert other.post("我的投诉到哪了", str(uuid.uuid4())).status_code == 403


@pytest.mark.parametrize("how", BAD)
async def test_a_session_is_closed_to_a_bad_token(stack: Stack, how: str) -> None:
    """The widget is told, and gets a session of its own, in which nothing of the other one is."""
    async with connected(stack.url) as client:
        token = _bad_token(stack, _WIDGET, uuid.uuid4().hex, how)
        with refused_by(stack, "session"):
            own = await client.open_session(token)
            refusal = await client.refusal()
            assert refusal["reason"] == "session"
            assert refusal["detail"]
            assert own != token


async def test_a_session_of_another_connection_cannot_be_spoken_for(stack: Stack) -> None:
    """Its token has to be confirmed on this connection first; naming it beside a message is not enough."""
    async with connected(stack.url) as owner, connected(stack.url) as intruder:
        foreign = await owner.open_session()
        await intruder.open_session()
        with refused_by(stack, "session"):
            intruder.session_id = foreign
            answer = await intruder.io.call(
                "user_uttered", {"message": "你好", "session_id": foreign, "message_id": str(uuid.uuid4())}
            )
            assert (answer["ok"], answer["reason"]) == (False, "session")


def _png_of(size: int) -> bytes:
    """A PNG that is fine but for its size: what follows the picture's end is not looked at by viewers."""
    return screenshot() + bytes(size)


FILES = [
    ("huge.png", lambda: _png_of(11 * 1024 * 1024), 413, "evidence_large", "11 MB"),
    ("无信号.png", executable, 422, "evidence_type", "a Windows program that calls itself a picture"),
    ("发票.pdf", executable, 422, "evidence_type", "a Windows program that calls itself a PDF"),
    ("账单.exe", screenshot, 422, "evidence_type", "a picture that would be opened as a program"),
    ("page.png", lambda: b"<html><script>alert(1)</script></html>", 422, "evidence_type", "a page"),
    ("logo.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 422, "evidence_type", "SVG"),
    ("half.png", lambda: screenshot()[:2000], 422, "evidence_broken", "a picture that was cut off"),
    ("empty.png", lambda: b"", 422, "evidence_empty", "nothing"),
]


@pytest.mark.parametrize(("name", "content", "status", "reason", "why"), FILES, ids=[file[-1] for file in FILES])
def test_a_bad_file_is_refused(
    stack: Stack, conversation: Conversation, name: str, content: object, status: int, reason: str, why: str
) -> None:
    conversation.say("家里宽带断了三天没人管")
    assert callable(content)
    with refused_by(stack, reason):
        answer = conversation.send_file(name, content())
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
        assert answer.json()["detail"]
    assert conversation.say("转人工"), "the conversation goes on"


def test_a_file_goes_to_nobody_elses_conversation_and_is_seen_by_nobody_else(
    stack: Stack, conversation: Conversation
) -> None:
    conversation.say("家里宽带断了三天没人管")
    stored = conversation.upload("路由器.png", screenshot())
    address = f"/api/evidence/{stored['id']}"
    own = stack.http.get(address, headers=_credentials(conversation))
    assert own.content == screenshot(), "byte by byte what was sent"

    other = Conversation(stack.http)
    other.say("你好")
    with refused_by(stack, "evidence"):
        assert stack.http.get(address, headers=_credentials(other)).json()["reason"] == "evidence"
    other.state["conversation_id"] = conversation.conversation_id
    with refused_by(stack, "token"):
        assert stack.http.get(address, headers=_credentials(other)).status_code == 403
    with refused_by(stack, "token"):
        assert other.send_file("x.png", screenshot()).status_code == 403


def _credentials(conversation: Conversation) -> dict[str, str]:
    state = conversation.state
    return {"X-Quanyi-Conversation": state["conversation_id"], "X-Quanyi-Token": state["token"]}


async def test_a_hundred_sockets_from_one_address(stack: Stack) -> None:
    """More than the limit are refused with a reason; those that were there go on, and room that is freed is given."""
    with refused_by(stack, "too_many_sockets"):
        async with AsyncExitStack() as open_ones:
            clients, refusals = [], []
            for _ in range(100):
                try:
                    clients.append(await open_ones.enter_async_context(connected(stack.url, "websocket")))
                except socketio.exceptions.ConnectionError as error:
                    refusals.append(str(error))
            assert clients
            assert len(clients) < 100
            assert len(refusals) == 100 - len(clients)
            assert await clients[0].open_session()
    async with connected(stack.url) as client:
        assert await client.open_session()


async def test_a_message_that_is_too_long_is_refused_by_the_socket(stack: Stack) -> None:
    async with connected(stack.url) as client:
        await client.open_session()
        with refused_by(stack, "too_long"):
            answer = await client.io.call("user_uttered", {"message": "长" * 12_001, "message_id": str(uuid.uuid4())})
            assert (answer["ok"], answer["reason"], answer["retry"]) == (False, "too_long", False)
