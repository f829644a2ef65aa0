"""`POST /api/desk/tickets`: a ticket for somebody who calls, writes elsewhere, or appealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.appeals.rules import Authority, Letter, read_external_number
from care.appeals.service import enter_appeal
from care.audit.service import note
from care.callbacks.service import Wanted, file_callback, slots
from care.complaints.entering import FOR_CUSTOMERS, Entry, enter_ticket, entry_key
from care.complaints.rules import MAX_FIELD, MAX_STORY
from care.db import utcnow
from care.desk.reading import check_may_read
from care.errors import InvalidInput
from care.handoff.policy import GENERAL
from care.once import once
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tickets.rules import Channel, Kind
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.ticket_json import page_for

router = desk_router("ticket entry", "/tickets")

_Text = Annotated[str | None, Field(max_length=MAX_FIELD)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AppealIn(_Strict):
    authority: Authority
    external_number: Annotated[str, Field(max_length=60)]
    dated: date | None = None
    received_on: date
    due_on: date
    complaint: Annotated[str | None, Field(max_length=20)] = None


class CallbackIn(_Strict):
    starts_at: AwareDatetime
    #: whose people call
    queue: Annotated[str, Field(max_length=24)] = GENERAL


class EntryIn(_Strict):
    entry_id: Annotated[str, Field(max_length=64)]
    kind: Kind
    channel: Channel
    category: Annotated[str, Field(max_length=40)] = ""
    description: Annotated[str, Field(max_length=MAX_STORY)]
    line: _Text = None
    contact: _Text = None
    since: _Text = None
    wish: _Text = None
    address: _Text = None
    area: Annotated[str | None, Field(max_length=8)] = None
    speed_test: _Text = None
    partner: _Text = None
    note: _Text = None
    #: the contact was read back to the caller, who wants to hear of the ticket by SMS
    is_read_back: bool = False
    #: of the customer whom the agent talks with now
    conversation: Annotated[str | None, Field(max_length=40)] = None
    appeal: AppealIn | None = None
    callback: CallbackIn | None = None

    def as_entry(self) -> Entry:
        given = self.model_dump(exclude={"appeal", "callback", "conversation", "area"})
        return Entry(**given, area=self.area or None, conversation_id=self.conversation)

    def as_letter(self) -> Letter:
        """Raises InvalidInput (`appeal`, `external_number`)."""
        if self.appeal is None:
            raise InvalidInput("appeal", "an appeal needs what stands on its letter")
        number = read_external_number(self.appeal.external_number)
        days = self.appeal.model_dump(include={"authority", "dated", "received_on", "due_on"})
        return Letter(external_number=number, **days)


@router.post("")
async def enter(
    given: EntryIn, request: Request, signed: Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
) -> dict[str, Any]:
    def write(session: Session) -> dict[str, Any]:
        now = utcnow()
        number = _enter(session, given, signed, now)
        return page_for(session, number, signed, now)

    return await in_database(request, write)


def _enter(session: Session, given: EntryIn, signed: Signed, now: datetime) -> str:
    if given.conversation is not None:
        check_may_read(session, signed, given.conversation, now)
    if given.kind is Kind.CALLBACK:
        return _enter_callback(session, given, signed, now)
    entry = given.as_entry()
    if given.kind is Kind.APPEAL:
        complaint = given.appeal.complaint if given.appeal else None
        return enter_appeal(session, entry, given.as_letter(), complaint, signed.number, now, policy()).number
    return enter_ticket(session, entry, signed.number, now, policy()).number


def _enter_callback(session: Session, given: EntryIn, signed: Signed, now: datetime) -> str:
    if given.callback is None:
        raise InvalidInput("callback", "a call-back needs its time")
    if given.channel not in FOR_CUSTOMERS and given.conversation is None:
        raise InvalidInput("channel", f"one of {', '.join(sorted(FOR_CUSTOMERS))}")
    wanted = Wanted(
        given.contact or given.line or "", given.callback.starts_at, given.callback.queue, given.description
    )

    def write() -> dict[str, str]:
        ticket, _ = file_callback(
            session,
            wanted,
            policy(),
            now,
            conversation_id=given.conversation,
            channel=given.channel,
            entered_by=signed.number,
        )
        detail = {"kind": "callback", "channel": given.channel.value}
        note(session, f"staff:{signed.number}", "ticket_enter", f"ticket:{ticket.number}", detail=detail)
        return {"number": ticket.number}

    return str(once(session, entry_key(given.entry_id, signed.number), now, write)["number"])


callbacks = desk_router("call-backs", "/callbacks")


@callbacks.get("/slots")
async def free_slots(
    request: Request,
    signed: Annotated[Signed, Depends(Allowed(Permission.TICKETS))],
    queue: Annotated[str, Query(max_length=24)] = GENERAL,
) -> dict[str, Any]:
    """Times in which somebody can still be called."""
    found = await in_database(request, lambda session: slots(session, queue, policy(), utcnow()))
    return {"items": [vars(slot) for slot in found]}
