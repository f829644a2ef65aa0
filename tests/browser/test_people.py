"""The customer's window while people are about: the queue, who answers, typing, files, the mark; in a real browser.

The bot is a fake one, so no model is needed: what people do is done to the database, as the desk does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, text, update

from care import db
from care.attachments.tables import Attachment, MessageAttachment
from care.conversations.rules import Reply
from care.conversations.service import announce, set_owner, store_replies
from care.conversations.tables import Conversation, Message
from care.handoff.rules import Reason, Status
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.staff.announcing import tell_desk
from care.turns.runner import Runner
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.window import Window
from tests.browser.wire import wired
from tests.support.desk_socket import joins
from tests.support.dialogue import FakeBot
from tests.support.serving import served
from web.app import create_app

pytestmark = pytest.mark.slow

_MARKS = [{"title": str(mark), "payload": f'/rate{{"score": "{mark}"}}'} for mark in range(1, 11)]
_EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def app(database: object, logging_restored: None) -> FastAPI:
    return create_app()


@pytest.fixture
def url(app: FastAPI) -> Iterator[str]:
    with served(app) as url:
        app.state.runner = Runner(FakeBot())
        yield url


class Story:
    """One customer's conversation, from the other side."""

    def __init__(self) -> None:
        with db.transaction() as session:
            self.id = session.scalars(select(Conversation.id)).one()
        self.staff = joins()[0]

    def asks(self) -> None:
        """In a queue that is open day and night."""
        with db.transaction() as session:
            request_handoff(session, self.id, Reason.ELDERLY, db.utcnow())
            tell_desk(session, "queue")

    def taken(self) -> None:
        with db.transaction() as session:
            picked = {"status": Status.PICKED, "staff_id": self.staff.id, "picked_at": db.utcnow()}
            session.execute(update(Handoff).where(Handoff.conversation_id == self.id).values(picked))
            set_owner(session, self.id, "agent")

    def ended(self) -> None:
        with db.transaction() as session:
            session.execute(update(Handoff).where(Handoff.conversation_id == self.id).values(status=Status.CLOSED))
            set_owner(session, self.id, "bot")
            store_replies(session, 1, self.id, [Reply("您打几分？", _MARKS)], "system", db.utcnow())

    def types(self, on: bool) -> None:
        with db.transaction() as session:
            tell_desk(session, f"typing:{self.id}:staff:{on:d}")

    def writes(self, words: str, file: str | None = None) -> None:
        now = db.utcnow()
        with db.transaction() as session:
            message = Message(
                conversation_id=self.id, author="agent", text=words, staff=self.staff.number, created_at=now
            )
            session.add(message)
            session.flush()
            if file is not None:
                kept = Attachment(
                    id=uuid4().hex,
                    conversation_id=self.id,
                    waiting=False,
                    name=file,
                    media_type="application/pdf",
                    size=1234,
                    sha256=b"\0" * 32,
                    staff=self.staff.number,
                    created_at=now,
                )
                session.add(kept)
                session.flush()
                session.add(MessageAttachment(message_id=message.id, attachment_id=kept.id))
            announce(session, self.id)


def _begun(window: Window) -> Story:
    window.open()
    window.say("你好")
    window.wait_for("听到了：你好")
    return Story()


def _queue(page: Page) -> str:
    return page.locator("quanyi-chat .wait").inner_text()


def test_from_the_queue_to_the_mark(browser: Browser, url: str) -> None:
    with opened(browser, url) as window:
        page = window.page
        story = _begun(window)
        story.asks()
        expect(page.locator("quanyi-chat .wait")).to_contain_text("第 1 位")
        for name in ("不等了", "安排回电"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()

        story.taken()
        expect(page.locator("quanyi-chat .wait")).to_have_count(0)
        expect(page.locator("quanyi-chat .head")).to_contain_text(f"人工客服 {story.staff.number}")

        story.types(True)
        expect(page.locator("quanyi-chat .entry.agent .dots")).to_be_visible()
        story.writes("您好，我来处理")
        window.wait(lambda: window.entries[-1].text == "您好，我来处理", "the agent's words")
        assert window.entries[-1].author == "agent"
        expect(page.locator("quanyi-chat .dots")).to_have_count(0)

        story.writes("受理单.pdf", "受理单.pdf")
        expect(page.locator("quanyi-chat .entry.agent quanyi-chat-file")).to_be_visible()

        story.ended()
        expect(page.locator("quanyi-chat .head")).to_contain_text("智能客服")
        marks = page.get_by_role("group", name="为这次服务打分").get_by_role("button")
        expect(marks).to_have_count(10)
        window.press("9")
        window.wait_for("听到了：/rate")
        expect(marks).to_have_count(0)


def test_who_does_not_want_to_wait(browser: Browser, url: str) -> None:
    with opened(browser, url) as window:
        story = _begun(window)
        story.asks()
        button = window.page.get_by_role("button", name="不等了", exact=True)
        button.focus()
        window.page.keyboard.press("Enter")
        expect(window.page.locator("quanyi-chat .wait")).to_have_count(0)
        expect(window.page.locator("quanyi-chat .head")).to_contain_text("智能客服，可转人工")


def test_the_agent_sees_that_the_customer_writes(browser: Browser, url: str, app: FastAPI) -> None:
    """While there is one, and what is written is not told."""
    heard: list[str] = []

    class Listener:
        def announced(self, conversation_id: str) -> None: ...

        def told(self, word: str) -> None:
            heard.append(word)

        def all_may_be_stale(self) -> None: ...

    app.state.sockets.announcements.listeners.append(Listener())
    with opened(browser, url) as window:
        story = _begun(window)
        window.field.press_sequentially("给机器人的")
        window.field.press("Enter")
        window.wait_for("听到了：给机器人的")
        story.asks()
        story.taken()
        expect(window.page.locator("quanyi-chat .head")).to_contain_text("人工客服")
        assert [word for word in heard if word.startswith("typing")] == []
        window.field.press_sequentially("请问", delay=20)
        window.wait(lambda: f"typing:{story.id}:customer:1" in heard, "the sign")
        window.field.press("Enter")
        window.wait(lambda: f"typing:{story.id}:customer:0" in heard, "its end")


def test_ten_seconds_without_a_network(browser: Browser, url: str) -> None:
    """Everything that the agent wrote meanwhile comes once and in order, and so does what the customer wrote."""
    with wired(url) as wire, opened(browser, wire.url) as window:
        story = _begun(window)
        story.asks()
        story.taken()
        story.writes("第一句")
        window.wait_for("第一句")
        wire.cut()
        window.page.get_by_text("连接断开").wait_for()
        window.say("断网时写的")
        for words in ("第二句", "第三句"):
            story.writes(words)
        window.page.wait_for_timeout(10_000)
        wire.mend()
        window.wait(lambda: "断网时写的" in [e.text for e in window.entries if "已送达" in e.state], "the delivery")
        story.writes("第四句")
        window.wait(lambda: window.entries[-1].text == "第四句", "the last words")
        agents = [entry.text for entry in window.entries if entry.author == "agent"]
        assert agents == ["第一句", "第二句", "第三句", "第四句"]
        assert [entry.text for entry in window.entries].count("断网时写的") == 1
        with db.transaction() as session:
            assert list(session.scalars(select(Message.text))).count("断网时写的") == 1


def test_what_an_agent_writes_is_only_words(browser: Browser, url: str) -> None:
    with opened(browser, url) as window:
        story = _begun(window)
        story.asks()
        with db.transaction() as session:
            session.execute(text("UPDATE staff SET number = '<b>1</b>' WHERE id = :id"), {"id": story.staff.id})
        story.taken()
        story.staff.number = "<b>1</b>"
        story.writes(_EVIL)
        story.writes(_EVIL, f"{_EVIL}.pdf")
        window.wait(lambda: _EVIL in [entry.text for entry in window.entries], "the words")
        expect(window.page.locator("quanyi-chat .head")).to_contain_text("人工客服 <b>1</b>")
        expect(window.page.locator("quanyi-chat quanyi-chat-file")).to_be_visible()
        assert window.page.locator("quanyi-chat .log img").count() == 0


@pytest.mark.parametrize("width", [DESK["width"], PHONE["width"]])
@pytest.mark.parametrize("mode", ["light", "dark", "elder", "elder, dark"])
def test_axe_finds_no_violation(browser: Browser, url: str, mode: str, width: int) -> None:
    options = {
        "viewport": DESK if width == DESK["width"] else PHONE,
        "color_scheme": "dark" if "dark" in mode else "light",
        "reduced_motion": "reduce",
    }
    with opened(browser, url, **options) as window:
        story = _begun(window)
        if "elder" in mode:
            window.page.get_by_role("button", name="大字版").click()
        story.asks()
        expect(window.page.locator("quanyi-chat .wait")).to_contain_text("第 1 位")
        assert violations(window.page) == [], "in the queue"
        story.taken()
        expect(window.page.locator("quanyi-chat .head")).to_contain_text("人工客服")
        story.types(True)
        expect(window.page.locator("quanyi-chat .dots")).to_be_visible()
        story.writes("您好，我来处理", None)
        story.writes("受理单.pdf", "受理单.pdf")
        window.wait(lambda: len([e for e in window.entries if e.author == "agent"]) == 2, "the agent")
        story.ended()
        window.wait(lambda: len(window.entries[-1].choices) == 10, "the marks")
        assert violations(window.page) == [], "with an agent's words, and the marks"
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_other_languages(browser: Browser, url: str) -> None:
    with opened(browser, url) as window:
        story = _begun(window)
        story.asks()
        expect(window.page.locator("quanyi-chat .wait")).to_contain_text("第 1 位")
        window.page.evaluate("document.querySelector('quanyi-chat').choose({ language: 'en' })")
        assert "You are number 1 in line" in _queue(window.page)
        assert "Stop waiting" in _queue(window.page)
