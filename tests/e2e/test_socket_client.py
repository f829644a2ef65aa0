"""Another Rasa widget: python-socketio, speaking the events that Rasa documents and no other, files a complaint."""

from __future__ import annotations

import pytest

from tests.e2e.socket_client import SocketClient, connected
from tests.e2e.stack import Stack
from tests.e2e.wording import TICKET, question_in, says

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

_MOST_BUBBLES = 40


async def _file(client: SocketClient, answers: dict[str, str], story: str) -> tuple[str, list[str]]:
    """The ticket number, and every bubble on the way. Quick replies are chosen as a stock widget does: by payload."""
    heard: list[str] = []
    await client.utter(story)
    while len(heard) < _MOST_BUBBLES:
        bubble = await client.bubble()
        heard.append(str(bubble["text"]))
        if found := TICKET.search(heard[-1]):
            return found[0], heard
        asked = question_in(heard[-1:])
        if asked == "confirmed":
            payloads = {each["title"]: each["payload"] for each in bubble["quick_replies"]}
            await client.utter(payloads["确认登记"])
        elif asked is not None:
            await client.utter(answers[asked])
    raise AssertionError(f"no ticket after {_MOST_BUBBLES} bubbles: {heard}")


@pytest.mark.parametrize("transports", [(), ("websocket",), ("polling",)], ids=["upgraded", "websocket", "polling"])
async def test_a_stock_client_files_a_complaint(stack: Stack, transports: tuple[str, ...]) -> None:
    stack.wait_until_healthy(90)
    line = stack.new_number()
    answers = {"line": line, "since": "昨天", "wish": "把钱退给我", "contact": "就用上面的号码"}
    async with connected(stack.url, *transports) as client:
        session_id = await client.open_session()
        number, heard = await _file(client, answers, "莫名其妙多扣了我五十块钱")

    assert says(heard[0], "utter_introduction"), "the first bubble says that this is a robot, and how to get a person"
    assert len(heard) == len(set(heard)), "nothing is said twice"
    ((conversation_id,),) = stack.rows("SELECT conversation_id FROM tickets WHERE number = %s", number)
    (ticket,) = stack.records.tickets(conversation_id)
    assert (ticket["line"], ticket["since"], ticket["wish"], ticket["contact"]) == (line, "昨天", "把钱退给我", line)

    async with connected(stack.url, *transports) as client:  # the page was reloaded
        assert await client.open_session(session_id) == session_id, "the session goes on with its token"
        await client.utter("我的投诉到哪了")
        assert number in (await client.bubble())["text"]


async def test_quick_replies_have_the_shape_that_rasa_gives_them(stack: Stack) -> None:
    async with connected(stack.url) as client:
        await client.open_session()
        await client.utter("你好")
        bubble = await client.bubble()
        while not bubble.get("quick_replies"):
            bubble = await client.bubble()
    for reply in bubble["quick_replies"]:
        assert reply == {"content_type": "text", "title": reply["title"], "payload": reply["payload"]}
        assert reply["title"]
        assert reply["payload"].startswith("/")


async def test_two_clients_of_one_session_hear_the_same(stack: Stack) -> None:
    async with connected(stack.url) as one, connected(stack.url) as other:
        session_id = await one.open_session()
        await other.open_session(session_id)
        await one.utter("你好")
        heard = [await one.bubble(), await one.bubble()]
        assert [await other.bubble(), await other.bubble()] == heard


async def test_an_answer_goes_to_its_own_session_only(stack: Stack) -> None:
    async with connected(stack.url) as one, connected(stack.url) as stranger:
        await one.open_session()
        await stranger.open_session()
        await one.utter("你好")
        first = await one.bubble()
        await stranger.utter("我要投诉")
        heard = [await stranger.bubble(), await stranger.bubble()]
    assert says(first["text"], "utter_introduction")
    assert says(heard[0]["text"], "utter_introduction"), "the stranger's first bubble is the first of its own talk"
    assert question_in([bubble["text"] for bubble in heard]) == "description"
