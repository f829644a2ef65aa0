"""Customers of WeChat, played by hand: what they do is noted on both sides at once (`Customer.does`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import select

from care.conversations.rules import Reply
from care.conversations.service import store_replies
from care.conversations.tables import Message
from care.conversations.telling import put
from care.db import transaction, utcnow
from care.wechat.rules import KF, OFFICIAL, Window
from care.wechat.service import Sender, arrive
from care.wechat.tables import Contact
from care.wording import say
from tests.support.wechat.handle import Received, Simulator

APP, OPEN_KFID = "wx0123456789abcdef", "wk0123456789"
PHONE = "13800138000"
SEND = "/cgi-bin/message/custom/send"
YES, NO = {"title": "是", "payload": "/yes"}, {"title": "不是", "payload": "/no"}
MORE = say("wechat_more")


class Clock:
    """The real one, put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


class Customer:
    def __init__(self, platform: Simulator, clock: Clock, openid: str, *, is_kf: bool = False) -> None:
        self.platform, self.clock, self.openid, self.is_kf = platform, clock, openid, is_kf
        self.sender = Sender(KF, OPEN_KFID, openid) if is_kf else Sender(OFFICIAL, APP, openid)
        self.asked = 0

    @property
    def id(self) -> str:
        return self.sender.conversation_id

    def does(self, what: Window = Window.MESSAGE) -> None:
        """Writes, or touches a menu."""
        self.platform.customer(self.openid, kf=self.is_kf, opened_by=what, opened_at=time.time(), sent=0, follows=True)
        with transaction() as session:
            arrive(session, self.sender, what, self.clock())
            self.asked = self._ask(session)

    def _ask(self, session: Any) -> int:
        asked = Message(
            conversation_id=self.id, author="customer", text="问", status="answered", created_at=self.clock()
        )
        session.add(asked)
        session.flush()
        return asked.id

    def asks(self) -> int:
        """The bot has not answered it yet."""
        self.does()
        with transaction() as session:
            session.get_one(Message, self.asked).status = "pending"
        return self.asked

    def answers(self, message: int, *texts: str) -> None:
        with transaction() as session:
            session.get_one(Message, message).status = "answered"
            replies = [Reply(each) for each in texts]
            store_replies(session, message, self.id, replies, "bot", self.clock(), introduced=True)

    def answered(self, *texts: str, buttons: list[dict[str, str]] | None = None) -> None:
        """By the bot: can be missed."""
        with transaction() as session:
            replies = [Reply(each, buttons or []) for each in texts]
            store_replies(session, self.asked, self.id, replies, "bot", self.clock(), introduced=True)

    def told(self, *texts: str) -> list[int]:
        """By an agent: must not be missed."""
        with transaction() as session:
            return [
                put(session, Message(conversation_id=self.id, author="agent", staff="7", text=each), self.clock())
                for each in texts
            ]

    def got(self) -> list[str]:
        return [each.text for each in self.received()]

    def received(self) -> list[Received]:
        return self.platform.received(self.openid, kf=self.is_kf)

    def deliveries(self) -> list[str]:
        with transaction() as session:
            ours = select(Message.delivery).where(Message.conversation_id == self.id, Message.delivery.is_not(None))
            return [str(each) for each in session.scalars(ours.order_by(Message.id))]

    def contact(self) -> Contact:
        with transaction() as session:
            return session.get_one(Contact, self.id)


Make = Callable[..., Customer]


def metric(outcome: str) -> float:
    return REGISTRY.get_sample_value("quanyi_wechat_sendings_total", {"outcome": outcome}) or 0.0
