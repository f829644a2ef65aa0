"""One conversation at the level of `care.turns.service`: every step is a transaction of its own, time goes by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update

from care.conversations.rules import Inbound, Reply
from care.conversations.service import close_matter, owner_of, set_owner, store_replies
from care.conversations.tables import Message
from care.db import transaction
from care.handoff.rules import Reason, Status
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.turns import service
from care.turns.service import Accepted, Completed, Outcome, Turn
from tests.support.times import NOW


class Chat:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.id: str | None = None
        self.last_message_id = ""

    def after(self, **length: float) -> Chat:
        self.now += timedelta(**length)
        return self

    def send(self, text: str, message_id: str | None = None, holder: str = "web-1") -> Accepted:
        self.last_message_id = message_id or str(uuid4())
        inbound = Inbound("rest", self.last_message_id, text, self.id)
        with transaction() as session:
            accepted = service.accept(session, inbound, holder, self.now)
        self.id = accepted.received.conversation_id
        return accepted

    def turn(self, text: str, holder: str = "web-1") -> Turn:
        """Send a message whose turn begins at once."""
        accepted = self.send(text, holder=holder)
        assert accepted.turn is not None
        return accepted.turn

    def begin(self, holder: str = "worker") -> Turn | None:
        with transaction() as session:
            return service.begin(session, self._id, holder, self.now)

    def complete(self, turn: Turn, *words: str) -> Completed:
        with transaction() as session:
            return service.complete(session, turn, [Reply(each) for each in words], self.now)

    def fail(self, turn: Turn) -> datetime:
        with transaction() as session:
            return service.fail(session, turn, self.now)

    def fail_until_it_waits(self, turn: Turn, times: int) -> None:
        """`times` failures, each as soon as the next try is due."""
        for _ in range(times - 1):
            self.now = self.fail(turn)
            again = self.begin()
            assert again is not None
            turn = again
        self.now = self.fail(turn)

    def outcome(self, message_id: int) -> Outcome:
        with transaction() as session:
            return service.outcome(session, self._id, message_id)

    def said_to(self, message_id: int) -> list[str]:
        return [reply.text for reply in self.outcome(message_id).replies]

    def status(self, message_id: int) -> str:
        return self.outcome(message_id).status

    @property
    def owner(self) -> str:
        with transaction() as session:
            return owner_of(session, self._id)

    def close_matter(self, turn: Turn) -> None:
        """What filing does, in the middle of a turn."""
        with transaction() as session:
            close_matter(session, self._id, turn.message_id)

    @property
    def handoffs(self) -> list[tuple[str, str]]:
        with transaction() as session:
            rows = session.scalars(select(Handoff).order_by(Handoff.id))
            return [(str(row.reason), str(row.status)) for row in rows]

    @property
    def transcript(self) -> list[tuple[str, str]]:
        with transaction() as session:
            rows = session.scalars(select(Message).where(Message.conversation_id == self._id).order_by(Message.id))
            return [(row.author, row.text) for row in rows]

    def ask_for_a_person(self, reason: Reason = Reason.ASKED) -> None:
        with transaction() as session:
            request_handoff(session, self._id, reason, self.now)

    def pick_up(self) -> None:
        """What the desk does (another issue)."""
        with transaction() as session:
            session.execute(update(Handoff).where(Handoff.status == Status.WAITING).values(status=Status.PICKED))
            set_owner(session, self._id, "agent")

    def offer(self, message_id: int, payload: str) -> None:
        with transaction() as session:
            reply = Reply("?", [{"title": "x", "payload": payload}])
            store_replies(session, message_id, self._id, [reply], "bot", self.now)

    def waiting(self) -> list[str]:
        with transaction() as session:
            return service.waiting_conversations(session, self.now)

    @property
    def _id(self) -> str:
        assert self.id is not None, "nothing was sent yet"
        return self.id
