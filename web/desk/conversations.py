"""`/api/desk/conversations`: somebody's conversations, one on a screen, and what is done with it besides writing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.accounts.rules import normalise_phone
from care.db import utcnow
from care.desk import cards, entering, leaving, revealing, verifying, writing
from care.desk.cards import Scope
from care.desk.masking_text import masked
from care.desk.reading import check_may_read
from care.desk.rules import MAX_NOTE_ID, MAX_WORDS, MOST_REASON, REVEALS_PER_MINUTE, Outcome, Reveal, check_reason
from care.desk.slots import Slot, slots_in
from care.desk.summary import summary
from care.desk.tables import ConversationNote
from care.errors import NotAllowed, Unavailable
from care.handoff.assigning import ToQueue, ToStaff
from care.logs import get_logger
from care.privacy.tracker import RasaTracker
from care.settings import settings
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.messages import message_json
from web.desk.ticket_rows import rows_of
from web.rates import PerMinute

#: Rasa has this long to tell what the bot had collected; the summary comes without it then.
SLOTS_SECONDS = 1.0

router = desk_router("conversations", "/conversations")
_log = get_logger("web.desk")

Talks = Annotated[Signed, Depends(Allowed(Permission.TALK))]
Verifies = Annotated[Signed, Depends(Allowed(Permission.VERIFY))]
Reveals = Annotated[Signed, Depends(Allowed(Permission.REVEAL))]
Supervises = Annotated[Signed, Depends(Allowed(Permission.SUPERVISE))]
Json = dict[str, Any]


class Desk:
    """What the agents of one process share."""

    def __init__(self) -> None:
        self.reveals = PerMinute(REVEALS_PER_MINUTE, "shows of personal data by one person")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoteIn(_Strict):
    note_id: Annotated[str, Field(max_length=MAX_NOTE_ID)]
    text: Annotated[str, Field(max_length=MAX_WORDS)]


class CloseIn(_Strict):
    outcome: Outcome


class QueueIn(_Strict):
    queue: Annotated[str, Field(max_length=24)]


class TransferIn(_Strict):
    to: Annotated[str, Field(max_length=16)] | QueueIn
    note: Annotated[str, Field(max_length=MAX_WORDS)]


class VerifyIn(_Strict):
    phone: Annotated[str, Field(max_length=40)]
    method: Literal["agent", "holder"]
    reason: Annotated[str, Field(max_length=MOST_REASON)]


class RevealIn(_Strict):
    what: Reveal
    reason: Annotated[str, Field(max_length=MOST_REASON)]
    #: of messages: the page before this id
    before: int | None = None


@router.get("")
async def listed(request: Request, signed: Talks, scope: Scope = Scope.MINE) -> Json:
    if scope is Scope.ALL and not signed.may(Permission.SUPERVISE):
        raise NotAllowed("permission", "everybody's conversations are for supervisors")
    found = await in_database(request, lambda session: cards.cards(session, signed, scope, utcnow()))
    return {"items": [vars(card) | {"last": vars(card.last) if card.last else None} for card in found]}


@router.get("/{conversation_id}")
async def opened(conversation_id: str, request: Request, signed: Talks) -> Json:
    def read(session: Session) -> Json:
        now = utcnow()
        shown = _summary(session, signed, conversation_id, now)
        entering.opened(session, signed, conversation_id, now)
        return shown

    return await _with_slots(request, conversation_id, await in_database(request, read))


@router.get("/{conversation_id}/notes")
async def notes(conversation_id: str, request: Request, signed: Talks) -> Json:
    def read(session: Session) -> Json:
        now = utcnow()
        until = check_may_read(session, signed, conversation_id, now)
        entering.read_on(session, signed, conversation_id, "notes", now)
        return {"items": [_note(each, signed) for each in writing.notes_of(session, conversation_id, signed, until)]}

    return await in_database(request, read)


@router.post("/{conversation_id}/notes")
async def add_note(conversation_id: str, given: NoteIn, request: Request, signed: Talks) -> Json:
    def write(session: Session) -> Json:
        now = utcnow()
        check_may_read(session, signed, conversation_id, now)
        return _note(writing.add_note(session, signed, conversation_id, given.note_id, given.text, now), signed)

    return await in_database(request, write)


@router.post("/{conversation_id}/close")
async def close(conversation_id: str, given: CloseIn, request: Request, signed: Talks) -> Json:
    await in_database(request, lambda session: leaving.close(session, signed, conversation_id, given.outcome, utcnow()))
    return {}


@router.post("/{conversation_id}/transfer")
async def transfer(conversation_id: str, given: TransferIn, request: Request, signed: Talks) -> Json:
    to = ToStaff(given.to) if isinstance(given.to, str) else ToQueue(given.to.queue)
    await in_database(
        request, lambda session: leaving.hand_on(session, signed, conversation_id, to, given.note, utcnow())
    )
    return {}


@router.post("/{conversation_id}/verify")
async def verify(conversation_id: str, given: VerifyIn, request: Request, signed: Verifies) -> Json:
    """Papers were seen, or the holder said so: the number is open in this conversation for a quarter of an hour."""
    desk: Desk = request.app.state.conversations
    phone, why = normalise_phone(given.phone), check_reason(given.reason)
    desk.reveals.check(signed.number)

    def write(session: Session) -> Json:
        now = utcnow()
        verifying.verify(session, signed, conversation_id, phone, given.method, why, now)
        return _summary(session, signed, conversation_id, now)

    try:
        shown = await in_database(request, write)
    except verifying.TooManyNumbers:
        await in_database(request, lambda session: verifying.refused(session, signed, conversation_id, why))
        raise
    return await _with_slots(request, conversation_id, shown)


@router.post("/{conversation_id}/reveal")
async def reveal(conversation_id: str, given: RevealIn, request: Request, signed: Reveals) -> Json:
    desk: Desk = request.app.state.conversations
    why = check_reason(given.reason)
    desk.reveals.check(signed.number)
    slots = await _slots(conversation_id) if given.what is Reveal.SLOTS else []
    if slots is None:
        raise Unavailable("rasa", "what the bot had collected cannot be read now; try again")

    def show(session: Session) -> Json:
        now = utcnow()
        if given.what is Reveal.MESSAGES:
            shown = revealing.reveal_messages(session, signed, conversation_id, why, now, given.before)
            return {"items": [message_json(each) for each in shown]}
        if given.what is Reveal.SLOTS:
            return {"items": revealing.reveal_slots(session, signed, conversation_id, slots, why, now)}
        return {"value": revealing.reveal_value(session, signed, conversation_id, given.what, why, now)}

    return await in_database(request, show)


@router.post("/{conversation_id}/listen")
async def listen(conversation_id: str, request: Request, signed: Supervises) -> Json:
    return await _come(request, signed, conversation_id, entering.listen)


@router.post("/{conversation_id}/barge")
async def barge(conversation_id: str, request: Request, signed: Supervises) -> Json:
    return await _come(request, signed, conversation_id, entering.barge)


async def _come(request: Request, signed: Signed, conversation_id: str, come: Any) -> Json:
    def write(session: Session) -> Json:
        now = utcnow()
        come(session, signed, conversation_id, now)
        entering.opened(session, signed, conversation_id, now)
        return _summary(session, signed, conversation_id, now)

    return await _with_slots(request, conversation_id, await in_database(request, write))


def _summary(session: Session, signed: Signed, conversation_id: str, now: datetime) -> Json:
    shown = summary(session, signed, conversation_id, now)
    card = vars(shown.card) | {"last": vars(shown.card.last) if shown.card.last else None}
    return card | {
        "verified": vars(shown.verified) if shown.verified else None,
        "customer": vars(shown.customer),
        "asked": vars(shown.asked) if shown.asked else None,
        "slots": [],
        "concerns": [vars(each) for each in shown.concerns],
        "tickets": rows_of(session, shown.tickets, now),
        "trigger": shown.trigger,
        "steps": [vars(each) for each in shown.steps],
        "earlier": [vars(each) for each in shown.earlier],
        "can": vars(shown.can),
        "is_cut": shown.is_cut,
    }


async def _with_slots(request: Request, conversation_id: str, shown: Json) -> Json:
    # Rasa has the newest session only: after a talk with a person that is what came later.
    found: Sequence[Slot] = [] if shown["is_cut"] else await _slots(conversation_id) or []
    return shown | {"slots": [vars(slot) | {"value": masked(slot.value)} for slot in found]}


async def _slots(conversation_id: str) -> list[Slot] | None:
    """None: Rasa did not answer."""
    tracker = RasaTracker(settings().rasa_url, settings().gateway_secret.get_secret_value(), SLOTS_SECONDS)
    try:
        async with asyncio.timeout(SLOTS_SECONDS):
            return slots_in(await tracker.newest_session(conversation_id))
    except (Unavailable, TimeoutError) as error:
        _log.warning("slots_not_read", why=type(error).__name__)
        return None
    finally:
        await tracker.aclose()


def _note(written: ConversationNote, signed: Signed) -> Json:
    return {
        "id": written.id,
        "note_id": written.note_id if written.staff == signed.number else None,
        "staff": written.staff,
        "text": masked(written.text),
        "at": written.created_at,
    }
