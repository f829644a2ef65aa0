"""Customers who wrote something that was understood badly, and a small checkout for a trainer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from care.conversations.rules import Inbound, Reply
from care.db import transaction
from care.inbox.filling import fill
from care.training import consent
from care.training.rules import CONSENT_VERSION
from care.turns import service as turns
from care.turns.rules import Reading
from tests.support.times import NOW

NOT_UNDERSTOOD = Reading("nlu_fallback", None, 0.21, [("billing_detail", 0.21), ("complaint_billing", 0.2)])
SURE = Reading("billing_balance", None, 0.97, [("billing_balance", 0.97)])

_MOMENT = timedelta(seconds=1)
_DOMAIN = """version: "3.1"
intents: [billing_detail, billing_balance, complaint_billing, ticket_status, out_of_scope]
entities: [amount, date]
"""
_NLU = """version: "3.1"
nlu:
  - intent: billing_detail
    examples: |
      - 上个月的账单怎么看
  - intent: billing_balance
    examples: |
      - 查话费
"""
_CONFIG = """pipeline:
  - name: FallbackClassifier
    threshold: 0.35
"""
_SUBS = "sub_labels:\n  ticket_status: [urge, add]\n"


def small_checkout(root: Path) -> Path:
    (root / "data" / "nlu").mkdir(parents=True)
    (root / "domain.yml").write_text(_DOMAIN, encoding="utf-8")
    (root / "config.yml").write_text(_CONFIG, encoding="utf-8")
    (root / "data" / "labels.yml").write_text(_SUBS, encoding="utf-8")
    (root / "data" / "nlu" / "billing.yml").write_text(_NLU, encoding="utf-8")
    return root


def agree(session: Session, conversation_id: str, agreed: bool = True, now: datetime = NOW) -> None:
    consent.record(session, conversation_id, agreed, CONSENT_VERSION, "rest", now)


def take_in(below: float = 0.35, now: datetime = NOW + timedelta(hours=1)) -> int:
    """Fill the inbox, as the worker does; how many came in."""
    with transaction() as session:
        # The clock of a test may stand still: everything is looked at again.
        return fill(session, below, now, timedelta(days=365)).taken


class Talker:
    """A customer; each message is a turn of its own, in transactions as the web process has them."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.id: str | None = None
        #: of the last message
        self.message = 0

    def say(self, text: str, reading: Reading | None = NOT_UNDERSTOOD) -> int:
        """The number of the message."""
        with transaction() as session:
            accepted = turns.accept(session, Inbound("rest", str(uuid4()), text, self.id), "web", self.now)
        self.id = accepted.received.conversation_id
        assert accepted.turn is not None
        with transaction() as session:
            turns.complete(session, accepted.turn, [Reply("好的")], self.now, reading)
        self.message = accepted.turn.message_id
        return self.message

    def agree(self, agreed: bool = True) -> None:
        if self.id is None:
            self.now -= _MOMENT
            self.say("你好", SURE)
            self.now += _MOMENT
        with transaction() as session:
            agree(session, str(self.id), agreed, self.now)
