"""People who serve a customer in WeCom, beside our desk: while they do, the bot is mute and nobody of ours is offered
the conversation. It is an agent's, and no hand-off of ours is open in it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from care.conversations.service import announce, answer_held, close_matter, owner_of, set_owner
from care.conversations.tables import Message
from care.conversations.telling import id_of
from care.handoff.assigning import end
from care.handoff.rules import EndedBy
from care.handoff.steps import lock_conversation, open_handoff

#: before the id that WeCom gave a message of theirs; no customer's id has a space
_SAID = "wecom "


def is_served(session: Session, conversation_id: str) -> bool:
    return owner_of(session, conversation_id) == "agent" and open_handoff(session, conversation_id) is None


def take(session: Session, conversation_id: str, now: datetime) -> bool:
    """Somebody there serves this customer now; False: somebody did before.

    Whoever waited or talked with us is taken over, and our answers that were not delivered yet are not any more: the
    person has read the same question.
    """
    lock_conversation(session, conversation_id)
    if is_served(session, conversation_id):
        return False
    end(session, conversation_id, EndedBy.WECOM, now)
    _leave_answers(session, conversation_id)
    set_owner(session, conversation_id, "agent")
    return True


def _leave_answers(session: Session, conversation_id: str) -> None:
    session.execute(
        update(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.delivery.in_(("waiting", "held")),
            Message.in_reply_to.is_not(None),
        )
        .values(delivery="given_up")
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, conversation_id: str, now: datetime) -> bool:
    """They are done: the bot has the conversation again, with a new Rasa session; False: nobody there had it."""
    lock_conversation(session, conversation_id)
    if not is_served(session, conversation_id):
        return False
    answer_held(session, conversation_id, now)
    _leave_answers(session, conversation_id)
    newest = session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation_id))
    if newest is not None:
        close_matter(session, conversation_id, newest)
    set_owner(session, conversation_id, "bot")
    return True


def note_said(session: Session, conversation_id: str, their_id: str, text: str, now: datetime) -> int | None:
    """What they wrote to the customer, who has it already, so that the history is whole; None: was noted before.

    It is an agent's message without a number: who has which in WeCom we do not know.
    """
    own_id = f"{_SAID}{their_id}"
    lock_conversation(session, conversation_id)
    if id_of(session, conversation_id, own_id) is not None:
        return None
    answer_held(session, conversation_id, now)
    message = Message(
        conversation_id=conversation_id, author="agent", text=text, channel_message_id=own_id, created_at=now
    )
    session.add(message)
    session.flush()
    announce(session, conversation_id)
    return message.id
