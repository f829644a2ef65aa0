"""A scripted customer: tells one story and answers what the bot asks, recognised by the bot's own wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.e2e.client import Conversation

ROOT = Path(__file__).resolve().parents[2]
TICKET = re.compile(r"[A-Z]{2}\d{6}-[0-9A-HJKMNP-TV-Z]{6}")
_ASK = "utter_ask_complaint_form_complaint_"
MOST_TURNS = 20

ANSWERS = {
    "line": "13800138000",
    "since": "上周三",
    "wish": "希望尽快处理，给我一个说法",
    "contact": "打这个号码就行，13800138000",
    "confirmed": "/affirm",
}


def _questions() -> dict[str, str]:
    """The bot's question, in each of its wordings → the field that it asks for."""
    responses = yaml.safe_load((ROOT / "data/responses/complaints.yml").read_text(encoding="utf-8"))["responses"]
    return {
        variant["text"]: key.removeprefix(_ASK)
        for key, variants in responses.items()
        if key.startswith(_ASK)
        for variant in variants
    }


@dataclass
class Customer:
    conversation: Conversation
    story: str
    #: called before every message: a customer who takes time to think
    think: Callable[[], None] = lambda: None
    transcript: list[tuple[str, str]] = field(default_factory=list)
    ticket: str | None = None
    #: why the customer gave up, when there is no ticket
    gave_up: str = ""

    def run(self) -> str | None:
        """The ticket number, or None (see `gave_up`)."""
        questions = _questions()
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
            said = self._next(questions)
        return None

    def _next(self, questions: dict[str, str]) -> str | None:
        conversation = self.conversation
        if conversation.owner != "bot":
            self.gave_up = "handed to a person"
            return None
        asked = next((questions[reply["text"]] for reply in conversation.replies if reply["text"] in questions), None)
        if asked is not None:
            return ANSWERS.get(asked, self.story)
        for payload in conversation.payloads:
            if payload.startswith("/complain"):  # what was meant, or "file a ticket" under an answer
                return payload
        self.gave_up = "the bot left no way on"
        return None
