"""An answer about an account, asked without the flow before it: the number is open, the question is read already."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.billing.answers import ANSWERS
from actions.billing.asked import Asked, Events, Question
from care.accounts.proofs import OpenLine
from care.accounts.rules import Level
from care.billing.system import BillingSystem, NotOffered, Part
from care.billing.values import (
    Arrears,
    Balance,
    Bill,
    Changed,
    Invoice,
    Leaving,
    Line,
    LineStatus,
    Month,
    OrderRequest,
    Placed,
    Plan,
    Roaming,
    Subscription,
    TopUp,
    Usage,
)
from care.wording import say
from tests.support.rasa import Talk
from tests.support.times import NOW, china

PHONE = "13800138000"


@dataclass
class Bubble:
    response: str
    text: str
    #: title and payload
    buttons: list[tuple[str, str]]
    card: dict[str, Any] | None

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.buttons]

    def payload(self, title: str) -> str:
        return dict(self.buttons)[title]


@dataclass
class Answered:
    bubbles: list[Bubble]
    events: Events

    @property
    def bubble(self) -> Bubble:
        (only,) = self.bubbles
        return only

    @property
    def text(self) -> str:
        return self.bubble.text

    @property
    def first(self) -> str:
        """What is said first of all."""
        return self.bubbles[0].text.split("\n")[0]


async def ask(
    system: BillingSystem,
    topic: str,
    *,
    phone: str = PHONE,
    month: Month | None = None,
    item: str | None = None,
    words: str = "",
    now: datetime = NOW,
    message_id: str = "1",
    **entities: str,
) -> Answered:
    """`entities`: those of the words, as the NLU found them."""
    talk = Talk().user(words or "/button", "inform", message_id=message_id, **entities)
    line = OpenLine("p1", phone, Level.PROVED, now, now + timedelta(minutes=15))
    dispatcher = CollectingDispatcher()
    asked = Asked(
        dispatcher,
        Tracker.from_dict(talk.call("action_billing")["tracker"]),
        Question(topic, month, item, words),
        line,
        system,
        now,
    )
    events = await ANSWERS[topic](asked)
    return Answered([_bubble(message) for message in dispatcher.messages], events)


def _bubble(message: dict[str, Any]) -> Bubble:
    known = ("text", "buttons", "elements", "custom", "template", "response", "image", "attachment")
    values = {name: value for name, value in message.items() if name not in known}
    assert message["text"] is None, "words for customers come from data/responses"
    buttons = [(button["title"], button["payload"]) for button in message["buttons"]]
    text = say(message["response"].removeprefix("utter_"), **values)
    return Bubble(message["response"], text, buttons, message["custom"].get("card"))


_LINE = Line(PHONE, LineStatus.ACTIVE, china("2020-03-05 10:00"), True)


@dataclass(frozen=True)
class Made:
    """A billing system that tells of one number what it was made with, and nothing else."""

    bills: tuple[Bill, ...] = ()
    of_balance: Balance | None = None
    paid_in: tuple[TopUp, ...] = ()
    of_usage: Usage | None = None
    of_plan: Plan | None = None
    subscribed: tuple[Subscription, ...] | None = None
    owed: Arrears | None = None
    of_leaving: Leaving | None = None
    invoiced: tuple[Invoice, ...] = ()
    of_line: Line = _LINE
    #: the parts that were asked for, in that order
    asked_for: list[str] = field(default_factory=list)
    offers: frozenset[Part] = frozenset(Part)

    def but(self, **changed: Any) -> Made:
        return replace(self, **changed, asked_for=[])

    def _tell(self, part: Part, value: Any) -> Any:
        self.asked_for.append(part.value)
        if value is None:
            raise NotOffered(part)
        return value

    async def line(self, phone: str) -> Line:
        self.asked_for.append("line")
        return self.of_line

    async def balance(self, phone: str) -> Balance:
        return self._tell(Part.BALANCE, self.of_balance)  # type: ignore[no-any-return]

    async def top_ups(self, phone: str, since: datetime) -> list[TopUp]:
        self.asked_for.append("top_ups")
        return sorted((each for each in self.paid_in if each.at >= since), key=lambda each: each.at, reverse=True)

    async def bill(self, phone: str, month: Month) -> Bill | None:
        self.asked_for.append("bill")
        return next((bill for bill in self.bills if bill.month == month), None)

    async def usage(self, phone: str) -> Usage:
        return self._tell(Part.USAGE, self.of_usage)  # type: ignore[no-any-return]

    async def plan(self, phone: str) -> Plan:
        return self._tell(Part.PLAN, self.of_plan)  # type: ignore[no-any-return]

    async def subscriptions(self, phone: str) -> list[Subscription]:
        return list(self._tell(Part.SUBSCRIPTIONS, self.subscribed))

    async def arrears(self, phone: str) -> Arrears:
        return self._tell(Part.ARREARS, self.owed)  # type: ignore[no-any-return]

    async def roaming(self, phone: str) -> Roaming:
        raise NotOffered(Part.ROAMING)

    async def leaving(self, phone: str) -> Leaving:
        return self._tell(Part.LEAVING, self.of_leaving)  # type: ignore[no-any-return]

    async def invoices(self, phone: str, newest: int) -> list[Invoice]:
        self.asked_for.append("invoices")
        return list(self.invoiced[:newest])

    async def request_invoice(self, phone: str, month: Month, key: str) -> Invoice:
        raise NotOffered(Part.INVOICES)

    async def place(self, phone: str, order: OrderRequest, key: str) -> Placed:
        raise NotOffered(Part.ORDERS)

    async def changed_since(self, cursor: str | None, limit: int) -> list[Changed]:
        raise NotOffered(Part.CHANGES)
