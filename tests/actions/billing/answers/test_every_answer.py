"""What is true of every answer, whoever asks: nothing that is not theirs, short, and never a dead end."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from random import Random
from typing import Any

import pytest

from care.accounts.rules import mask_phone
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES, phone_at
from care.billing.system import BillingSystem
from tests.support.answers import Bubble, ask
from tests.support.billing import seed
from tests.support.times import NOW

TOPICS = (
    *("balance", "topup", "bill", "item", "why", "usage", "plan", "contract", "arrears", "invoice", "vas", "consent"),
    *("porting", "closing"),
)
_PHONE = re.compile(r"1\d{10}(?!\d)")


@pytest.mark.parametrize("topic", TOPICS)
async def test_every_story(demo: DemoBilling, topic: str) -> None:
    for n, story in enumerate(STORIES):
        answered = await ask(demo, topic, phone=phone_at(n))
        for bubble in answered.bubbles:
            why = f"{topic} of {story.name}: {bubble.text}"
            assert bubble.text.strip(), why
            assert not any(_PHONE.fullmatch(number) for number in re.findall(r"\d+", bubble.text)), why
            assert len(bubble.text.split("\n")) <= 10, why
            assert "{" not in bubble.text, why
            check_buttons(bubble, why)
            check_card(bubble, why)
        # a response of the domain has its buttons there; an opened dispute asks on by itself
        is_own = answered.bubbles[-1].response == "utter_account" and not answered.events
        assert not is_own or answered.bubbles[-1].buttons, f"{topic} of {story.name} is a dead end"


class Watched:
    """A billing system, and every number that it was asked about."""

    def __init__(self, system: BillingSystem) -> None:
        self._system = system
        self.offers = system.offers
        self.numbers: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        asked = getattr(self._system, name)

        async def ask(phone: str, *more: Any) -> Any:
            self.numbers.add(phone)
            return await asked(phone, *more)

        return ask


async def test_no_answer_shows_data_of_another_customer(demo: DemoBilling) -> None:
    """500 random pairs: nothing is asked about the other, and nothing of the other's is in the answer."""
    seed(NOW, 200)
    chance = Random("two customers")
    numbers = {n: [each.number for each in await demo.invoices(phone_at(n), 12) if each.number] for n in range(200)}
    services = {n: [each.id for each in await demo.subscriptions(phone_at(n))] for n in range(200)}
    for _ in range(500):
        own, other = chance.sample(range(200), 2)
        topic, watched = chance.choice(TOPICS), Watched(demo)
        answered = await ask(watched, topic, phone=phone_at(own))
        told = json.dumps([asdict(bubble) for bubble in answered.bubbles] + answered.events, ensure_ascii=False)
        assert watched.numbers == {phone_at(own)}
        secrets = [phone_at(other), mask_phone(phone_at(other)), *numbers[other], *services[other]]
        assert not [secret for secret in secrets if secret in told], (own, other, topic)


def check_buttons(bubble: Bubble, why: str) -> None:
    titles = bubble.titles
    assert len(titles) == len(set(titles)), why
    for title, payload in bubble.buttons:
        assert 0 < len(title) <= 24, why
        label, brace, given = payload.partition("{")
        if label.startswith("/billing_"):
            # the number that was asked about, by the id of its proof
            assert json.loads(brace + given)["line"] == "p1", why


def check_card(bubble: Bubble, why: str) -> None:
    """Everybody without cards reads the same in the text, line by line."""
    if bubble.card is None:
        return
    lines = bubble.text.split("\n")
    for row in bubble.card["rows"]:
        assert f"{row['label']}：{row['value']}" in lines, why
        assert -1 <= row.get("share", 0) <= 1, why
