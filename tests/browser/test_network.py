"""The network is cut for ten seconds in the middle of a filing: nothing is lost and nothing is doubled."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import opened
from tests.browser.window import Window
from tests.browser.wire import Wire
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

CUT_MILLISECONDS = 10_000


@pytest.mark.parametrize("moment", ["before it is written", "right after it is sent"])
def test_ten_seconds_without_a_network(browser: Browser, stack: Stack, wire: Wire, moment: str) -> None:
    line = stack.new_number()
    with opened(browser, wire.url) as window:
        window.open()
        window.tell("家里宽带断了三天，打了好几次电话都没人来修", line, until="since")
        if moment == "before it is written":
            wire.cut()
            window.page.get_by_text("连接断开").wait_for()
            window.say("上周三")
            window.wait(lambda: "未发送" in window.entries[-1].state, "the message, kept and marked as not sent")
        else:
            window.say("上周三")
            wire.cut()
        window.page.wait_for_timeout(CUT_MILLISECONDS)
        wire.mend()
        window.go_on(line)
        _compare(stack, window)


def _compare(stack: Stack, window: Window) -> None:
    """The window and the database tell the same conversation, and there is one ticket."""
    conversation_id = stack.records.ticket(window.ticket)["conversation_id"]
    assert len(stack.records.tickets(conversation_id)) == 1
    stored = stack.records.messages(conversation_id)
    own = [message for message in stored if message["author"] == "customer"]
    assert len(own) == len({message["channel_message_id"] for message in own})
    assert [message["text"] for message in own].count("上周三") == 1
    assert all(message["status"] == "answered" for message in own)

    seen = window.entries
    assert [entry.author for entry in seen] == [message["author"] for message in stored]
    said = [message["text"].strip() for message in stored if message["author"] != "customer" and not message["card"]]
    assert [entry.text for entry in seen if entry.author != "customer" and not entry.card] == said
    assert all("未" not in entry.state for entry in seen), "everything is delivered"


def test_what_was_written_offline_is_sent_after_a_reload(browser: Browser, stack: Stack, wire: Wire) -> None:
    """Closing and opening the page again loses nothing that was not sent yet."""
    with opened(browser, wire.url) as window:
        window.open()
        window.ask("你好", "小益")
        wire.cut()
        window.page.get_by_text("连接断开").wait_for()
        window.say("我要投诉")
        window.wait(lambda: "未发送" in window.entries[-1].state, "the message, kept")
        wire.mend()
        window.page.reload()
        if not window.field.is_visible():
            window.open()
        window.wait(lambda: window.asked == "description", "the answer to what was written offline")
        assert [entry.text for entry in window.entries].count("我要投诉") == 1
