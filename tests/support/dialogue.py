"""Hand-written bots at the Protocol `care.turns.dialogue.Dialogue`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from care.conversations.rules import Reply
from care.errors import Unavailable
from care.turns.dialogue import Answer, Question
from care.turns.rules import Reading


class FakeBot:
    """Answers with the words it was asked, after the errors in `failures`.

    `gate` holds every answer back; `takes` is how many seconds one answer needs.
    """

    def __init__(self, answer: Callable[[Question], list[Reply]] | None = None) -> None:
        self.asked: list[Question] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.takes = 0.0
        #: what it takes every message for
        self.reading: Reading | None = None
        self.running = self.most_at_once = 0
        self._answer = answer or (lambda question: [Reply(f"听到了：{question.text}")])

    async def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            await self.gate.wait()
            await asyncio.sleep(self.takes)
            if self.failures:
                raise self.failures.pop(0)
            return Answer(self._answer(question), None if question.is_payload else self.reading)
        finally:
            self.running -= 1

    @property
    def heard(self) -> list[str]:
        return [question.text for question in self.asked]


def down(reason: str = "rasa_down") -> Unavailable:
    return Unavailable(reason, "not there")
