"""What an agent says to the customer, once, however often the browser sends it; and internal notes.

A message of an agent is `messages.author` agent with their number. The id that the browser gave it stands, marked, in
`channel_message_id`, and comes back to that agent only: customers' channels never show it
(care/conversations/history.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.audit.service import note
from care.conversations.rules import check_message_id
from care.conversations.service import announce, answer_held
from care.conversations.tables import Message
from care.conversations.telling import put
from care.desk.holding import writable
from care.desk.promises import Warning, warnings_in
from care.desk.reading import Reader
from care.desk.rules import MAX_NOTE_ID, MAX_OWN_ID, OWN_ID, clean_words
from care.desk.tables import ConversationNote
from care.errors import Conflict, InvalidInput
from care.handoff.steps import lock_conversation


class Promised(Conflict):
    """The words promise something that nobody has decided; nothing was sent."""

    def __init__(self, warnings: Sequence[Warning]) -> None:
        super().__init__("promise", "these words promise what is not decided yet; change them, or confirm them")
        self.warnings = list(warnings)


def own_id_of(message_id: str) -> str:
    """As it is stored. Raises InvalidInput (reason `message_id`)."""
    if len(check_message_id(message_id)) > MAX_OWN_ID:
        raise InvalidInput("message_id", f"message_id must have at most {MAX_OWN_ID} characters; a UUID is best")
    return f"{OWN_ID}{message_id}"


def send(
    session: Session,
    signed: Reader,
    conversation_id: str,
    message_id: str,
    text: str,
    now: datetime,
    *,
    confirmed: bool = False,
) -> int:
    """Store an agent's message and show it to the customer; its id. The same `message_id` again gives the first one,
    also when the conversation is somebody else's meanwhile.

    Raises InvalidInput (reasons `empty`, `too_long`, `message_id`), Promised, Conflict (reasons `not_yours`;
    `message_id`: used for another text).
    """
    words, own_id = clean_words(text), own_id_of(message_id)
    lock_conversation(session, conversation_id)
    first = sent_before(session, signed, conversation_id, own_id)
    if first is not None:
        if first.text != words:
            raise Conflict(
                "message_id", "this message_id was used for another text; every message needs one of its own"
            )
        return first.id
    writable(session, signed, conversation_id)
    warnings = warnings_in(words)
    if warnings and not confirmed:
        raise Promised(warnings)
    said = Message(
        conversation_id=conversation_id, author="agent", staff=signed.number, text=words, channel_message_id=own_id
    )
    answer_held(session, conversation_id, now)
    sent = put(session, said, now)
    if warnings:
        warned = {"message": sent, "warned": [each.name for each in warnings]}
        note(session, f"staff:{signed.number}", "promise_confirmed", f"conversation:{conversation_id}", detail=warned)
    return sent


def sent_before(session: Session, signed: Reader, conversation_id: str, own_id: str) -> Message | None:
    """This person's message with this id of theirs. Raises Conflict (reason `message_id`) for somebody else's."""
    first = session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.channel_message_id == own_id)
    )
    if first is not None and first.staff != signed.number:
        raise Conflict("message_id", "this message_id was used by somebody else; every message needs one of its own")
    return first


def add_note(
    session: Session, signed: Reader, conversation_id: str, note_id: str, text: str, now: datetime
) -> ConversationNote:
    """An internal note by somebody who may read the conversation; the same `note_id` again gives the first one.

    Raises InvalidInput (reasons `empty`, `too_long`, `message_id`), Conflict (reason `message_id`).
    """
    words, own_id = clean_words(text), note_id_of(note_id)
    session.execute(
        insert(ConversationNote)
        .values(conversation_id=conversation_id, note_id=own_id, staff=signed.number, text=words, created_at=now)
        .on_conflict_do_nothing(index_elements=[ConversationNote.conversation_id, ConversationNote.note_id])
    )
    written = session.scalars(
        select(ConversationNote).where(
            ConversationNote.conversation_id == conversation_id, ConversationNote.note_id == own_id
        )
    ).one()
    if (written.staff, written.text) != (signed.number, words):
        raise Conflict("message_id", "this note_id was used for another note; every note needs one of its own")
    announce(session, conversation_id)
    return written


def note_id_of(note_id: str) -> str:
    """Raises InvalidInput (reason `message_id`)."""
    if len(check_message_id(note_id)) > MAX_NOTE_ID:
        raise InvalidInput("message_id", f"note_id must have at most {MAX_NOTE_ID} characters; a UUID is best")
    return note_id


def notes_of(
    session: Session, conversation_id: str, reader: Reader, until: datetime | None = None
) -> list[ConversationNote]:
    """The oldest first; of those that were written later than `until` the reader's own only."""
    found = select(ConversationNote).where(ConversationNote.conversation_id == conversation_id)
    if until is not None:
        found = found.where((ConversationNote.created_at <= until) | (ConversationNote.staff == reader.number))
    return list(session.scalars(found.order_by(ConversationNote.id)))
