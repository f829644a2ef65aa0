"""`/api/desk/tickets/{number}/…`: steps; each answers with the ticket as it is then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.appeals.service import go_back_to
from care.audit.service import note
from care.db import utcnow
from care.desk.rules import MOST_REASON
from care.desk.ticket_reveal import Shown, reveal
from care.followup import assignments, linking, notes, reaching, staff
from care.followup.rules import MAX_WORDS
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tasks.closing import close_ticket, enter_findings
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.conversations import Desk
from web.desk.findings import FindingsIn
from web.desk.promises import NO_ANSWER, promised, warnings_of_answer
from web.desk.ticket_json import page_for

router = desk_router("ticket steps", "/tickets/{number}")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
Decides = Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
Reveals = Annotated[Signed, Depends(Allowed(Permission.REVEAL))]
Json = dict[str, Any]

_Words = Annotated[str, Field(max_length=MAX_WORDS)]
_Number = Annotated[str, Field(max_length=20)]
_Name = Annotated[str, Field(max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AssignIn(_Strict):
    to: Annotated[str, Field(max_length=16)] | None


class FeedbackIn(_Strict):
    words: _Words
    #: the warnings were read
    confirmed: bool = False
    #: it was said to the customer just now, by phone or at the counter
    told: bool = False


class ResultIn(_Strict):
    outcome: _Words
    confirmed: bool = False
    told: bool = False


class ToldIn(_Strict):
    #: id of the answer
    answer: int


class RenewIn(_Strict):
    due_at: AwareDatetime
    reason: _Words


class NoteIn(_Strict):
    text: _Words


class QuestionIn(_Strict):
    question: _Words


class ReasonIn(_Strict):
    reason: _Words


class ComplexityIn(_Strict):
    complexity: Literal["simple", "complex"]
    reason: _Words


class DepartmentIn(_Strict):
    department: _Name
    note: _Words


class PriorityIn(_Strict):
    priority: Annotated[int, Field(ge=1, le=4)]


class UrgeIn(_Strict):
    words: _Words


class LinkIn(_Strict):
    other: _Number
    kind: Literal["related", "duplicate", "appeal"]


class MergeIn(_Strict):
    into: _Number
    reason: _Words


class CloseIn(_Strict):
    findings: FindingsIn | None = None


class RevealIn(_Strict):
    what: Annotated[list[Shown], Field(min_length=1, max_length=len(Shown))]
    reason: Annotated[str, Field(max_length=MOST_REASON)]


#: on the ticket of this number, by this agent
Step = Callable[[Session, str, str, datetime], object]


async def do(request: Request, signed: Signed, number: str, step: Step) -> Json:
    """The step, and the ticket after it, in one transaction."""

    def work(session: Session) -> Json:
        now = utcnow()
        step(session, number, signed.number, now)
        return page_for(session, number, signed, now)

    return await in_database(request, work)


async def _say(
    request: Request, signed: Signed, number: str, words: str, confirmed: bool, step: Step
) -> Json | JSONResponse:
    """A step with an answer to the customer: what promises too much, or is none, is sent only when confirmed."""
    warnings = await asyncio.to_thread(warnings_of_answer, words)
    if warnings and not confirmed:
        return promised(warnings)

    def confirmed_step(session: Session, number: str, staff: str, now: datetime) -> None:
        step(session, number, staff, now)
        if kinds := sum(each.name != NO_ANSWER for each in warnings):
            note(session, f"staff:{staff}", "promise_confirmed", f"ticket:{number}", detail={"kinds": kinds})

    return await do(request, signed, number, confirmed_step)


@router.post("/take")
async def take(number: str, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, assignments.take)


@router.post("/assign")
async def assign(number: str, given: AssignIn, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, lambda s, n, who, now: assignments.assign(s, n, given.to, who, now))


@router.post("/feedback", response_model=None)
async def feedback(number: str, given: FeedbackIn, request: Request, signed: Tickets) -> Json | JSONResponse:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        staff.give_feedback(session, number, given.words, who, now, told=given.told)

    return await _say(request, signed, number, given.words, given.confirmed, step)


@router.post("/result", response_model=None)
async def result(number: str, given: ResultIn, request: Request, signed: Tickets) -> Json | JSONResponse:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        staff.record_result(session, number, given.outcome, who, now, told=given.told)

    return await _say(request, signed, number, given.outcome, given.confirmed, step)


@router.post("/told")
async def told(number: str, given: ToldIn, request: Request, signed: Tickets) -> Json:
    """An answer that the customer had not seen was said to them by phone or at the counter."""
    return await do(request, signed, number, lambda s, n, who, now: reaching.told_by_word(s, n, given.answer, who, now))


@router.post("/asked")
async def asked(number: str, request: Request, signed: Tickets) -> Json:
    """The same of a question."""
    return await do(request, signed, number, reaching.asked_by_word)


@router.post("/renew")
async def renew(number: str, given: RenewIn, request: Request, signed: Tickets) -> Json:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        reaching.renew(session, number, given.due_at, given.reason, who, now, policy())

    return await do(request, signed, number, step)


@router.post("/note")
async def add_note(number: str, given: NoteIn, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, lambda s, n, who, now: notes.add_note(s, n, given.text, who, now))


@router.post("/pause", response_model=None)
async def pause(number: str, given: QuestionIn, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, lambda s, n, who, now: notes.ask_customer(s, n, given.question, who, now))


@router.post("/resume")
async def resume(number: str, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, notes.resume)


@router.post("/reopen")
async def reopen(number: str, given: ReasonIn, request: Request, signed: Tickets) -> Json:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        notes.reopen_for_customer(session, number, given.reason, who, now, policy())

    return await do(request, signed, number, step)


@router.post("/close")
async def close(number: str, request: Request, signed: Tickets, given: CloseIn | None = None) -> Json:
    found = given.findings.read() if given and given.findings else None
    return await do(request, signed, number, lambda s, n, who, now: close_ticket(s, n, who, now, found))


@router.post("/findings")
async def findings(number: str, given: FindingsIn, request: Request, signed: Tickets) -> Json:
    """Entered while the customer may still object: then the system closes it."""
    return await do(request, signed, number, lambda s, n, who, now: enter_findings(s, n, given.read(), who, now))


@router.post("/complexity")
async def complexity(number: str, given: ComplexityIn, request: Request, signed: Decides) -> Json:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        staff.change_complexity(session, number, given.complexity, given.reason, who, True, now, policy())

    return await do(request, signed, number, step)


@router.post("/department")
async def department(number: str, given: DepartmentIn, request: Request, signed: Tickets) -> Json:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        assignments.transfer_to_department(session, number, given.department, given.note, who, now, policy())

    return await do(request, signed, number, step)


@router.post("/priority")
async def priority(number: str, given: PriorityIn, request: Request, signed: Decides) -> Json:
    return await do(
        request, signed, number, lambda s, n, who, now: assignments.set_priority(s, n, given.priority, who, now)
    )


@router.post("/urge")
async def urge(number: str, given: UrgeIn, request: Request, signed: Tickets) -> Json:
    return await do(request, signed, number, lambda s, n, who, now: notes.urge_for_caller(s, n, given.words, who, now))


@router.post("/link")
async def link(number: str, given: LinkIn, request: Request, signed: Tickets) -> Json:
    """`appeal`: the appeal of this number goes back to the complaint `other`."""

    def step(session: Session, number: str, who: str, now: datetime) -> None:
        if given.kind == "appeal":
            go_back_to(session, number, given.other, who, now)
        else:
            linking.link(session, number, given.other, given.kind, who, now)

    return await do(request, signed, number, step)


@router.post("/merge")
async def merge(number: str, given: MergeIn, request: Request, signed: Decides) -> Json:
    def step(session: Session, number: str, who: str, now: datetime) -> None:
        linking.merge(session, number, given.into, given.reason, who, now, policy())

    return await do(request, signed, number, step)


@router.post("/reveal")
async def show(number: str, given: RevealIn, request: Request, signed: Reveals) -> Json:
    """The fields that were asked for, whole, by name."""
    desk: Desk = request.app.state.conversations
    desk.reveals.check(signed.number)
    return await in_database(
        request, lambda session: reveal(session, number, given.what, given.reason, signed.number, utcnow())
    )
