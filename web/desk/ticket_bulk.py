"""`/api/desk/tickets/bulk`: one step on many tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.ticket_bulk import MOST, Step, on_each
from care.followup import assignments
from care.followup.rules import MAX_WORDS
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tasks.closing import close_ticket
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.findings import FindingsIn

router = desk_router("ticket bulk", "/tickets/bulk")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    numbers: Annotated[list[Annotated[str, Field(max_length=20)]], Field(min_length=1, max_length=MOST)]


class AssignIn(_Strict):
    action: Literal["assign"]
    to: Annotated[str, Field(max_length=16)] | None


class DepartmentIn(_Strict):
    action: Literal["department"]
    department: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=MAX_WORDS)]


class PriorityIn(_Strict):
    action: Literal["priority"]
    priority: Annotated[int, Field(ge=1, le=4)]


class CloseIn(_Strict):
    action: Literal["close"]
    #: the same for all of them; complaints and faults without are refused (`findings_missing`)
    findings: FindingsIn | None = None


BulkIn = Annotated[AssignIn | DepartmentIn | PriorityIn | CloseIn, Field(discriminator="action")]


@router.post("")
async def bulk(
    given: BulkIn, request: Request, signed: Annotated[Signed, Depends(Allowed(Permission.DECIDE))]
) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        done, refused = on_each(session, given.numbers, _step(session, given, signed.number, utcnow()))
        return {"done": done, "refused": [vars(each) for each in refused]}

    return await in_database(request, work)


def _step(session: Session, given: BulkIn, who: str, now: datetime) -> Step:
    match given:
        case AssignIn():
            return lambda number: assignments.assign(session, number, given.to, who, now)
        case DepartmentIn():
            return lambda number: assignments.transfer_to_department(
                session, number, given.department, given.note, who, now, policy()
            )
        case PriorityIn():
            return lambda number: assignments.set_priority(session, number, given.priority, who, now)
        case CloseIn():
            found = given.findings.read() if given.findings else None
            return lambda number: close_ticket(session, number, who, now, found)
