"""A customer who talks with an agent: committed, at the level of care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from care import db
from care.conversations.tables import Message
from care.desk import writing
from care.desk.entering import joined
from care.handoff.assigning import take
from care.handoff.policy import handoff_policy
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.staff.rules import Presence, Role
from care.staff.sessions import Signed, resume
from tests.support.chat import Chat
from tests.support.desk import Browser, member, signed

NUMBER = "13800138000"


@dataclass
class Talk:
    chat: Chat
    handoff: int

    @property
    def id(self) -> str:
        assert self.chat.id is not None
        return self.chat.id

    @property
    def now(self) -> datetime:
        return self.chat.now

    def say(self, text: str) -> int:
        """The customer; a second later. The message's id."""
        return self.chat.after(seconds=1).send(text).received.message_id

    def answer(self, who: Signed, text: str, message_id: str | None = None, *, confirmed: bool = False) -> int:
        self.chat.after(seconds=1)
        with db.transaction() as session:
            return writing.send(session, who, self.id, message_id or str(uuid4()), text, self.now, confirmed=confirmed)

    def said(self) -> list[tuple[str, str]]:
        """(author, text) of all that was said, as it is stored."""
        with db.transaction() as session:
            rows = session.execute(
                select(Message.author, Message.text).where(Message.conversation_id == self.id).order_by(Message.id)
            )
            return [(row.author, row.text) for row in rows]


def worker(role: Role | str = Role.AGENT, now: datetime | None = None, load_limit: int = 10) -> Signed:
    """Somebody new, signed in and ready."""
    with db.transaction() as session:
        staff = member(
            session, role, skills=handoff_policy().skills, presence=Presence.READY, now=now, load_limit=load_limit
        )
        return signed(session, staff, now)


def wait(text: str = "我要找人工", now: datetime | None = None, reason: Reason = Reason.ASKED) -> Talk:
    """Somebody who asked for a person and waits."""
    chat = Chat(now) if now else Chat()
    turn = chat.turn(text)
    with db.transaction() as session:
        request_handoff(session, turn.question.conversation_id, reason, chat.now)
    chat.complete(turn, "好的，正在为您转人工")
    with db.transaction() as session:
        handoff = session.scalars(select(Handoff.id).order_by(Handoff.id.desc()).limit(1)).one()
    return Talk(chat, handoff)


def picked(agent: Signed, text: str = "我要找人工", now: datetime | None = None, reason: Reason = Reason.ASKED) -> Talk:
    """The same, taken by this agent ten seconds later."""
    talk = wait(text, now, reason)
    talk.chat.after(seconds=10)
    take_up(talk, agent)
    return talk


def take_up(talk: Talk, agent: Signed) -> None:
    with db.transaction() as session:
        take(session, talk.handoff, agent, talk.now)
        joined(session, talk.id, agent.number, talk.now)


def taken_by(browser: Browser, text: str = "我要找人工") -> Talk:
    """A customer whom the agent of this browser has taken, now."""
    talk = wait(text, db.utcnow())
    take_up(talk, signed_by(browser))
    return talk


def signed_by(browser: Browser) -> Signed:
    with db.transaction() as session:
        return resume(session, browser.token, db.utcnow())
