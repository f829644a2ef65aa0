"""What an answer is given: the question, the number that it is about, and the system to ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from care.accounts.proofs import OpenLine
from care.billing.system import BillingSystem
from care.billing.values import Month

Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    #: a key of care.billing.access.LEVELS
    topic: str
    #: as named in the words or the button; None: not named
    month: Month | None = None
    #: of a button: a line of a bill, a subscription, an offer
    item: str | None = None
    #: the customer's words; empty for a button
    words: str = ""


@dataclass(frozen=True)
class Asked:
    dispatcher: CollectingDispatcher
    tracker: Tracker
    question: Question
    #: None only for topics that anybody may ask
    line: OpenLine | None
    system: BillingSystem
    now: datetime

    @property
    def phone(self) -> str:
        assert self.line is not None  # the topic has a level above 0
        return self.line.phone


#: Says the answer with its buttons, and gives the events of the turn (`[]`: nothing changes; the caller ends the turn).
#: Raises what the billing system raises.
Answer = Callable[[Asked], Awaitable[Events]]
