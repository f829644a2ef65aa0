"""What a room reads of its conversation, each in one short transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from care.attachments.service import Evidence, evidence_of_messages
from care.conversations import history
from care.conversations.history import Said, Standing
from care.desk.holding import holder
from web.live.bubbles import Json, remembered, uttered


@dataclass(frozen=True)
class View:
    said: list[Said]
    evidence: dict[int, Evidence]
    standing: Standing
    #: the number of the agent who has the conversation
    staff: str | None = None

    @property
    def owner(self) -> Json:
        """The event `owner`."""
        return {"owner": self.standing.owner} | ({} if self.staff is None else {"staff": self.staff})

    def uttered(self, said: Said) -> Json:
        return uttered(said, self.evidence.get(said.id))

    def remembered(self, said: Said) -> Json:
        return remembered(said, self.evidence.get(said.id))

    def history(self) -> Json:
        """The event `history`: a page of it."""
        return {
            "messages": [self.remembered(said) for said in self.said],
            **self.owner,
            "more": len(self.said) == history.PAGE,
        }


def last(session: Session, conversation_id: str) -> View:
    return _view(session, conversation_id, history.latest(session, conversation_id))


def before(session: Session, conversation_id: str, message_id: int) -> View:
    return _view(session, conversation_id, history.latest(session, conversation_id, message_id))


def after(session: Session, conversation_id: str, message_id: int) -> View:
    return _view(session, conversation_id, history.following(session, conversation_id, message_id))


def news(session: Session, conversation_id: str, settled: int, known: Collection[int]) -> View:
    return _view(session, conversation_id, history.besides(session, conversation_id, settled, known))


def _view(session: Session, conversation_id: str, said: list[Said]) -> View:
    people = [each.id for each in said if each.author in ("customer", "agent")]
    evidence = evidence_of_messages(session, people) if people else {}
    standing = history.standing(session, conversation_id)
    staff = holder(session, conversation_id) if standing.owner == "agent" else None
    return View(said, evidence, standing, staff)
