"""`/api/desk/tickets`: the list, what stands beside it, one ticket, and its files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy.orm import Session

from care.attachments.service import Content
from care.db import utcnow
from care.desk.advice import advise
from care.desk.masking_text import masked
from care.followup.evidence import open_evidence
from care.followup.filters import MOST, USUAL, Cursor, read_filters
from care.followup.listing import count_tickets, find_tickets, note_search
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.ticket_json import page_for
from web.desk.ticket_rows import rows_of
from web.downloads import file_response

router = desk_router("tickets", "/tickets")

Tickets = Annotated[Signed, Depends(Allowed(Permission.TICKETS))]
Json = dict[str, Any]
#: beside the filters
_PAGING = frozenset({"cursor", "limit"})


def words_of(request: Request, *, beside: frozenset[str] = _PAGING) -> dict[str, str]:
    """The filters in an address; a word that is none of them is refused by `read_filters`."""
    return {name: value for name, value in request.query_params.items() if name not in beside}


@router.get("")
async def listed(
    request: Request,
    signed: Tickets,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
) -> Json:
    words = words_of(request)
    behind = Cursor.from_text(cursor) if cursor else None

    def read(session: Session) -> Json:
        now = utcnow()
        filters = read_filters(words, signed.number, now, policy())
        page = find_tickets(session, filters, behind, limit)
        if filters.line is not None:
            note_search(session, filters.line, signed.number, now)
        return {
            "items": rows_of(session, page.tickets, now),
            "next": page.next.as_text() if page.next else None,
            "total_capped": page.total,
        }

    return await in_database(request, read)


@router.get("/counts")
async def counts(request: Request, signed: Tickets) -> Json:
    return vars(await in_database(request, lambda session: count_tickets(session, signed.number, utcnow())))


@router.get("/{number}")
async def opened(number: str, request: Request, signed: Tickets) -> Json:
    return await in_database(request, lambda session: page_for(session, number, signed))


@router.get("/{number}/advice")
async def advice(number: str, request: Request, signed: Tickets) -> Json:
    def read(session: Session) -> Json:
        cases, rules = advise(session, number, signed.number, utcnow())
        similar = [
            {
                "number": each.number,
                "category_title": policy().title_of(each.category),
                "outcome": masked(each.outcome),
                "closed_at": each.closed_at,
                "days": each.days,
            }
            for each in cases
        ]
        return {"similar": similar, "articles": [vars(each) for each in rules]}

    return await in_database(request, read)


@router.get("/{number}/files/{evidence_id}")
async def file(
    number: str,
    evidence_id: str,
    request: Request,
    signed: Tickets,
    view: Annotated[bool, Query(description="A picture: to be shown, not saved.")] = False,
) -> Response:
    def read(session: Session) -> Content:
        return open_evidence(session, number, evidence_id, signed.number, utcnow())

    return file_response(await in_database(request, read), view=view)
