"""What a room reads of its conversation, each in one short transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from care.attachments.service import Evidence, evidence_of_messages
from care.conversations import history
from care.conversations.history import Said, Standing
from web.live.bubbles import Json, remembered


@dataclass(frozen=True)
class View:
    said: list[Said]
    evidence: dict[int, Evidence]
    standing: Standing

    def remembered(self, said: Said) -> Json:
        return remembered(said, self.evidence.get(said.id))

    def history(self) -> Json:
        """The event `history`: a page of it."""
        return {
            "messages": [self.remembered(said) for said in self.said],
            "owner": self.standing.owner,
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
    customers = [each.id for each in said if each.author == "customer"]
    evidence = evidence_of_messages(session, customers) if customers else {}
    return View(said, evidence, history.standing(session, conversation_id))
