"""Somebody who asks for one-time codes and gives them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count as numbers

from care.accounts.codes import Checked, CodeCheck, check_code, issue_code
from care.accounts.rules import CODE_TRIES
from care.db import transaction
from tests.support.times import NOW

PHONE, OTHER_PHONE = "13800138000", "13900139000"
CONTACT, WITHDRAW, ACCOUNT, ORDER = "contact:17", "withdraw:17", "account", "order:17"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@dataclass
class Customer:
    """One conversation; every call is a message and a transaction of its own, time goes by hand."""

    conversation: str = "c1"
    now: datetime = NOW
    messages: numbers[int] = field(default_factory=lambda: numbers(1))

    def after(self, **length: float) -> Customer:
        self.now += timedelta(**length)
        return self

    def ask(self, phone: str = PHONE, purpose: str = CONTACT, message: int | None = None) -> str:
        code = self.ask_again(message or next(self.messages), phone, purpose)
        assert code is not None
        return code

    def ask_again(self, message: int, phone: str = PHONE, purpose: str = CONTACT) -> str | None:
        with transaction() as session:
            return issue_code(session, phone, purpose, self.conversation, message, self.now)

    def say(
        self, code: str | None, phone: str = PHONE, purpose: str = CONTACT, message: int | None = None
    ) -> CodeCheck:
        return self.told(code, phone, purpose, message).answer

    def told(self, code: str | None, phone: str = PHONE, purpose: str = CONTACT, message: int | None = None) -> Checked:
        with transaction() as session:
            return check_code(
                session, phone, purpose, self.conversation, message or next(self.messages), code, self.now
            )

    def use_up(self, phone: str = PHONE, purpose: str = CONTACT) -> Checked:
        code = self.ask(phone, purpose)
        return [self.told(wrong(code), phone, purpose) for _ in range(CODE_TRIES)][-1]
