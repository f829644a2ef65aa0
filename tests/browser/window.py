"""The demo page with the chat window, as a customer sees and uses it: by what stands on the buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playwright.sync_api import ConsoleMessage, Locator, Page

from tests.e2e.customer import ANSWERS
from tests.e2e.wording import TICKET, question_in

T = TypeVar("T")

#: seconds that an answer may take, on a machine where other tests run
PATIENCE = 20.0
#: what the browser says of a cut network; that is a test's own doing
_NETWORK = re.compile(r"net::ERR_|WebSocket connection")
_ENTRIES = """entries => entries.map(entry => ({
    author: ["customer", "bot", "system", "agent"].find(each => entry.classList.contains(each)),
    text: (entry.querySelector(".bubble")?.innerText ?? "").trim(),
    card: (entry.querySelector(".card")?.innerText ?? "").trim(),
    state: (entry.querySelector(".state")?.innerText ?? "").trim(),
    choices: [...entry.querySelectorAll(".choice")].map(each => each.innerText.trim()),
    pictures: entry.querySelectorAll("img").length,
}))"""


@dataclass
class Entry:
    """One message in the window."""

    author: str
    text: str
    card: str
    state: str
    choices: list[str]
    pictures: int


@dataclass
class Window:
    page: Page
    #: errors of scripts and broken policies
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _NETWORK.search(message.text):
            self.complaints.append(message.text)

    # The page and the window

    def go(self, address: str) -> None:
        self.page.goto(address)

    def open(self) -> None:
        self.page.get_by_role("button", name="在线客服").click()
        self.field.wait_for()

    def close(self) -> None:
        self.page.get_by_role("button", name="收起对话窗口").click()
        self.page.get_by_role("button", name="在线客服").wait_for()

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="请输入您的问题")

    @property
    def entries(self) -> list[Entry]:
        """Every message, in the order of the window. The sign that somebody is typing is none."""
        found: list[dict[str, Any]] = self.page.locator("quanyi-chat .log .entry:not([aria-hidden])").evaluate_all(
            _ENTRIES
        )
        return [Entry(**each) for each in found]

    @property
    def answers(self) -> list[Entry]:
        """What came after the customer's last message."""
        entries = self.entries
        last = max((index for index, entry in enumerate(entries) if entry.author == "customer"), default=-1)
        return entries[last + 1 :]

    @property
    def ticket(self) -> str:
        """The last ticket number that was told."""
        return str(TICKET.findall(self.transcript)[-1])

    @property
    def asked(self) -> str | None:
        """The question that is open."""
        return question_in([entry.text for entry in self.answers])

    # What a customer does

    def say(self, text: str) -> None:
        """Write and send; the answer is another matter."""
        self.field.fill(text)
        self.field.press("Enter")

    def press(self, title: str) -> None:
        self.page.locator("quanyi-chat .log").get_by_role("button", name=title, exact=True).last.click()

    def send_file(self, name: str, content: bytes, media_type: str = "image/png") -> None:
        self.page.locator("quanyi-chat input[type=file]").set_input_files(
            {"name": name, "mimeType": media_type, "buffer": content}
        )

    def wait(self, condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
        """The first true answer of `condition`."""
        for _ in range(int(seconds / 0.05)):
            if answer := condition():
                return answer
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited {seconds} s in vain for {what}:\n{self.transcript}")

    def wait_for(self, words: str) -> None:
        self.wait(lambda: any(words in entry.text + entry.card for entry in self.answers), words)

    def ask(self, text: str, expected: str) -> None:
        """Say it, and wait for an answer with these words."""
        self.say(text)
        self.wait_for(expected)

    def tell(self, story: str, line: str, until: str = "") -> None:
        """Tell a story and answer what is asked until it is filed, or until the question `until` is open."""
        self.say(story)
        self.go_on(line, until)

    def go_on(self, line: str, until: str = "") -> None:
        while (asked := self.wait(lambda: self.is_filed or self.asked, "a question or a ticket")) not in (True, until):
            self.answer(str(asked), line)

    def answer(self, asked: str, line: str) -> None:
        if asked == "confirmed":
            self.press("确认登记")
        else:
            self.say(ANSWERS[asked].replace("{line}", line))

    @property
    def is_filed(self) -> bool:
        return any(TICKET.search(entry.text) for entry in self.answers)

    @property
    def transcript(self) -> str:
        return "\n".join(f"{e.author}: {e.text or e.card} {e.choices or ''} {e.state}" for e in self.entries)
