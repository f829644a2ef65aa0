"""A customer of no special kind: tells one story and answers what the bot asks, recognised by the bot's own wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.e2e.client import Conversation
from tests.e2e.wording import TICKET, question_in

MOST_TURNS = 25

ANSWERS = {
    "line": "{line}",
    "since": "上周三",
    "address": "和平区建设路18号2单元",
    "area": "城镇",
    "speed_test": "昨晚九点用手机测的，下载只有2兆，套餐是300兆",
    "wish": "希望尽快处理，给我一个说法",
    "contact": "打这个号码就行，{line}",
    "ours": "是的，是你们的号码",
    "same": "仍要新建",
    "confirmed": "/affirm",
}


@dataclass
class Customer:
    conversation: Conversation
    story: str
    #: a mobile number that no other customer has
    line: str
    #: called before every message: a customer who takes time to think
    think: Callable[[], None] = lambda: None
    #: what is said to each question; `{line}` is theirs
    answers: Mapping[str, str] = field(default_factory=lambda: ANSWERS)
    transcript: list[tuple[str, str]] = field(default_factory=list)
    ticket: str | None = None
    #: why the customer gave up, when there is no ticket
    gave_up: str = ""

    def run(self, until: str | None = None) -> str | None:
        """The ticket number, or None (see `gave_up`). Stops before answering the question `until`."""
        said: str | None = self.story
        while said is not None:
            if len(self.transcript) >= MOST_TURNS:
                self.gave_up = "went round in circles"
                return None
            self.think()
            self.transcript.append((said, self.conversation.say(said)))
            if not self.conversation.replies:
                self.gave_up = "silence"
                return None
            if found := TICKET.search(self.conversation.text):
                self.ticket = found[0]
                return self.ticket
            if until is not None and self.asked == until:
                return None
            said = self._next()
        return None

    @property
    def asked(self) -> str | None:
        """The question that is open."""
        return question_in([reply["text"] for reply in self.conversation.replies])

    def _next(self) -> str | None:
        if self.conversation.owner != "bot":
            self.gave_up = "handed to a person"
            return None
        asked = self.asked
        if asked is not None:
            return self.answers.get(asked, self.story).replace("{line}", self.line)
        for payload in self.conversation.payloads:
            if payload.startswith("/complain"):  # what was meant, or "file a ticket" under an answer
                return payload
        self.gave_up = "the bot left no way on"
        return None
