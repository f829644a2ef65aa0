"""An agent sends a file, once however often the browser sends it, and opens the customer's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.attachments.rules import CheckedFile
from care.attachments.sending import send_file
from care.attachments.service import Content, content_of, stands_for
from care.attachments.tables import Attachment
from care.conversations.service import answer_held
from care.desk.holding import writable
from care.desk.reading import Reader
from care.desk.writing import own_id_of, sent_before
from care.errors import Conflict, NotAllowed
from care.handoff.steps import lock_conversation


def open_file(session: Session, conversation_id: str, evidence_id: str, until: datetime | None) -> Content:
    """Raises NotAllowed (reason `evidence`), also for one that came later than `until`."""
    if until is not None:
        came = session.scalar(select(Attachment.created_at).where(Attachment.id == evidence_id))
        if came is not None and came > until:
            raise NotAllowed("evidence", "this file came after you handed the conversation back")
    return content_of(session, conversation_id, evidence_id)


def send(
    session: Session, signed: Reader, conversation_id: str, file: CheckedFile, message_id: str, now: datetime
) -> int:
    """The message's id; the same `message_id` again gives the first one.

    Raises InvalidInput (reasons `message_id`, `evidence_daily`), Conflict (reasons `not_yours`; `message_id`: used for
    something else).
    """
    own_id = own_id_of(message_id)
    lock_conversation(session, conversation_id)
    first = sent_before(session, signed, conversation_id, own_id)
    if first is not None:
        kept = session.scalar(
            select(Attachment).where(Attachment.conversation_id == conversation_id, Attachment.sha256 == file.sha256)
        )
        if kept is None or not stands_for(session, first.id, kept):
            raise Conflict("message_id", "this message_id was used for something else; every file needs one of its own")
        return first.id
    writable(session, signed, conversation_id)
    answer_held(session, conversation_id, now)
    return send_file(session, conversation_id, file, own_id, signed.number, now)
