"""The words of an answer as a judge may see them, from the conversation itself; nothing of them is kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from care.accuracy.rules import Author, blind, is_question
from care.accuracy.settings import audit_settings, reveals, small_talk
from care.answers.phrases import lacks
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.training.tables import TrainingConsent

#: messages of the customer that a judge reads: the question, and what was said before it
_ASKED = 2
#: bubbles of one answer
_BUBBLES = 10


@dataclass(frozen=True)
class Words:
    """Masked, and without what tells who answered."""

    #: of the customer, the question last
    question: list[str]
    answer: str


def may_be_read() -> ColumnElement[bool]:
    """Of conversations (join them): not our own checks, nobody under 14, and nobody who took back that their words are
    read by people who do not serve them (the consent of the trainers' inbox)."""
    newest, newer = aliased(TrainingConsent), aliased(TrainingConsent)
    took_back = exists().where(
        newest.conversation_id == Conversation.id,
        newest.agreed.is_(False),
        ~exists().where(newer.conversation_id == newest.conversation_id, newer.id > newest.id),
    )
    return (Conversation.channel != AUDIT_CHANNEL) & Conversation.minor_at.is_(None) & ~took_back


def words_of(session: Session, question_id: int, reply_id: int) -> Words | None:
    """None: they are deleted."""
    reply = session.get(Message, reply_id)
    asked = _asked(session, question_id)
    return Words(asked, _shown(_bubbles(session, reply, question_id))) if reply is not None and asked else None


def is_answer(words: Words | None) -> bool:
    """Neither small talk nor words that say nothing (「请稍等」); the same for everybody's answers."""
    return words is not None and is_question(words.question[-1], small_talk()) and not lacks(words.answer)


def _asked(session: Session, question_id: int) -> list[str]:
    question = session.get(Message, question_id)
    if question is None:
        return []
    newest_first = session.scalars(
        select(Message.text)
        .where(
            Message.conversation_id == question.conversation_id,
            Message.id <= question_id,
            Message.author == "customer",
            Message.is_payload.is_(False),
        )
        .order_by(Message.id.desc())
        .limit(_ASKED)
    ).all()
    return [blind(text, reveals()) for text in reversed(newest_first)]


def _bubbles(session: Session, reply: Message, question_id: int) -> Sequence[Any]:
    """All that was said in answer: by the bot to this message, by the agent until the customer spoke again."""
    said = select(Message.text, Message.buttons).where(
        Message.conversation_id == reply.conversation_id, Message.id >= reply.id, Message.author == reply.author
    )
    if reply.author == Author.BOT:
        said = said.where(Message.in_reply_to == question_id)
    else:
        following = (
            select(func.min(Message.id))
            .where(
                Message.conversation_id == reply.conversation_id, Message.id > reply.id, Message.author == "customer"
            )
            .scalar_subquery()
        )
        said = said.where(Message.staff == reply.staff, Message.id < func.coalesce(following, 2**63 - 1))
    return session.execute(said.order_by(Message.id).limit(_BUBBLES)).all()


def _shown(bubbles: Sequence[Any]) -> str:
    settings = audit_settings()
    parts = []
    for text, buttons in bubbles:
        parts.append(blind(text, reveals()))
        titles = [str(each["title"]) for each in buttons or []]
        kept = [title for title in titles if blind(title, reveals()) == title]
        if kept:
            parts.append(settings.options.format(titles=settings.between_options.join(kept)))
    return " ".join(part for part in parts if part)
