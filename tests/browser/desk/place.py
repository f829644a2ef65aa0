"""The whole web app in a thread with a bot of ours behind it, and the people at both ends: real pages and database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect
from sqlalchemy import select

from care import db
from care.conversations.tables import Conversation
from care.handoff.policy import handoff_policy
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.handoff.waiting import place_of
from care.staff import sessions
from care.staff.rules import Presence, Role
from tests.browser.window import Window
from tests.support.desk import member
from tests.support.dialogue import FakeBot
from tests.support.sockets import web_process
from web.desk.access import COOKIE, PREFIX

DESK = {"width": 1280, "height": 800}
# milliseconds; a password takes a tenth of a second to check, and much more where other tests run
expect.set_options(timeout=15_000)
#: what the browser says of a cut network and of an answer that is a refusal: a test's own doing
_EXPECTED = re.compile(r"net::ERR_|WebSocket connection|Failed to load resource")


@dataclass
class Agent:
    """Somebody's browser with the desk in it."""

    page: Page
    number: str
    staff_id: int
    #: errors of scripts and broken policies
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _EXPECTED.search(message.text):
            self.complaints.append(message.text)

    def go(self, url: str, path: str = "/chats") -> None:
        self.page.goto(f"{url}/desk{path}")
        self.page.get_by_role("heading", level=1).first.wait_for(state="attached")

    @property
    def offer(self) -> Locator:
        return self.page.get_by_role("region", name="有客户等您接待")

    @property
    def field(self) -> Locator:
        return self.page.locator(".composer textarea")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("region", name="会话内容")

    def accept(self) -> None:
        self.offer.get_by_role("button", name="接待").click()
        self.field.wait_for()

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, text: str, author: str = "customer", timeout: float = 10_000) -> None:
        expect(self.log.locator(f".entry-{author}").filter(has_text=text)).to_have_count(1, timeout=timeout)

    def texts(self, author: str) -> list[str]:
        return self.log.locator(f".entry-{author}:not(.entry-pending) .bubble").all_inner_texts()


@dataclass
class Place:
    """The site, its bot, and everybody who has a browser open."""

    url: str
    bot: FakeBot
    _contexts: list[BrowserContext] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)

    def agent(
        self, browser: Browser, role: Role = Role.AGENT, *, url: str = "", path: str = "/chats", **options: Any
    ) -> Agent:
        """Somebody new with every skill, ready, signed in. `options`: of Playwright's `new_context`."""
        skills = list(handoff_policy().skills)
        with db.transaction() as session:
            staff = member(session, role, skills=skills, presence=Presence.READY)
            begun = sessions.begin(session, staff.id, db.utcnow())
            number, staff_id = staff.number, staff.id
        address = url or self.url
        context = self._context(browser, **({"viewport": DESK} | options))
        context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": begun.token,
                    # As the server sets it: with an address Chromium would cut its path, and keep two of one name.
                    "domain": urlsplit(address).hostname or "",
                    "path": PREFIX,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
        agent = Agent(context.new_page(), number, staff_id)
        self.agents.append(agent)
        agent.go(address, path)
        return agent

    def again(self, browser: Browser, agent: Agent, **options: Any) -> Agent:
        """Another browser of somebody who is signed in, with nothing open. `options`: of Playwright's `new_context`."""
        context = self._context(browser, **({"storage_state": agent.page.context.storage_state()} | options))
        other = Agent(context.new_page(), agent.number, agent.staff_id)
        self.agents.append(other)
        return other

    def nobody(self, browser: Browser, path: str = "/tickets", **options: Any) -> Agent:
        """A browser in which nobody is signed in."""
        visitor = Agent(self._context(browser, **({"viewport": DESK} | options)).new_page(), "", 0)
        self.agents.append(visitor)
        visitor.go(self.url, path)
        return visitor

    def customer(
        self, browser: Browser, url: str = "", *, words: str = "家里宽带断了三天", answer: str = "听到了"
    ) -> Window:
        """A visitor who has said something to the bot, and has its answer."""
        window = Window(self._context(browser).new_page())
        self.windows.append(window)
        window.go(url or self.url)
        window.open()
        window.ask(words, answer)
        return window

    def _context(self, browser: Browser, **options: Any) -> BrowserContext:
        defaults: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
        context = browser.new_context(**defaults | options)
        self._contexts.append(context)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert [each.complaints for each in (*self.agents, *self.windows) if each.complaints] == []


def newest_conversation() -> str:
    with db.transaction() as session:
        found = session.scalar(select(Conversation.id).order_by(Conversation.created_at.desc()).limit(1))
    assert found is not None
    return found


def ask_for_a_person(conversation: str, reason: Reason = Reason.ASKED) -> None:
    """As the bot does it when the customer asks."""
    with db.transaction() as session:
        request_handoff(session, conversation, reason, db.utcnow(), trigger={"confidence": 0.31})


def waits(conversation: str) -> bool:
    with db.transaction() as session:
        return place_of(session, conversation, db.utcnow()) is not None


@contextmanager
def web_in_thread(bot: FakeBot) -> Iterator[str]:
    """Playwright keeps an event loop in its thread; the site needs another one."""
    ready, address = Event(), [""]
    stop: list[Any] = []

    async def serve() -> None:
        ending = asyncio.Event()
        stop.append((asyncio.get_running_loop(), ending))
        async with web_process(bot) as (url, _):
            address[0] = url
            ready.set()
            await ending.wait()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30), "the site did not start"
    try:
        yield address[0]
    finally:
        loop, ending = stop[0]
        loop.call_soon_threadsafe(ending.set)
        thread.join(20)
        assert not thread.is_alive(), "the site did not stop"


#: of a picture for README or docs
_MOST_BYTES = 200_000


def take(agent: Agent, path: Path) -> None:
    """A picture of the page at rest, small enough for the README."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = agent.page
    page.mouse.move(0, 0)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(path, optimize=True)
    assert path.stat().st_size < _MOST_BYTES, f"{path.name} is too large for the README"
