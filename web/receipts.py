"""`/api/privacy/receipts`: the receipt of a request about personal data, for who asked; and whether one is real, for
everybody whom it is shown to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from care import db
from care.errors import NotAllowed
from care.privacy.receipts import Receipt, as_html, may_read, receipt_of, verify
from care.tickets.rules import read_number
from care.turns.runner import Runner
from web.addresses import address_of
from web.rates import PerMinute
from web.uploads import MAX_FIELD, Credentials

#: of one address
CHECKS_PER_MINUTE = 20

router = APIRouter(prefix="/api/privacy/receipts", tags=["privacy"])

_Session = Annotated[str | None, Header(max_length=MAX_FIELD, description="The session_id of a widget.")]
_Conversation = Annotated[str | None, Header(max_length=64, description="Instead of a session: a conversation_id …")]
_Token = Annotated[str | None, Header(max_length=MAX_FIELD, description="… and its token.")]


class Desk:
    """What the checks of one process share."""

    def __init__(self) -> None:
        self.rates = PerMinute(CHECKS_PER_MINUTE, "receipts of one address")


class VerdictOut(BaseModel):
    verdict: Annotated[
        Literal["unchanged", "changed", "unknown"],
        Field(description="unchanged: ours, as we gave it. changed: not what we wrote. unknown: no such number."),
    ]


@router.get(
    "/{number}",
    response_class=Response,
    responses={
        200: {"description": "The receipt", "content": {"application/json": {}, "text/html": {}}},
        403: {"description": "Session, conversation or token, or no receipt of this conversation (problem details)"},
    },
)
async def download(
    number: str,
    request: Request,
    format: Annotated[Literal["json", "html"], Query(description="A file to keep, or a page to print.")] = "json",
    x_quanyi_session: _Session = None,
    x_quanyi_conversation: _Conversation = None,
    x_quanyi_token: _Token = None,
) -> Response:
    credentials = Credentials(x_quanyi_session, x_quanyi_conversation, x_quanyi_token)
    credentials.check()

    def read(database: Session) -> Receipt:
        conversation_id = credentials.conversation(database, db.utcnow(), opens=False) or ""
        asked = read_number(number) or ""
        receipt = receipt_of(database, asked) if may_read(database, conversation_id, asked) else None
        if receipt is None:
            raise NotAllowed("receipt", "this conversation has no receipt of that number")
        return receipt

    runner: Runner = request.app.state.runner
    receipt = await runner.in_database(read)
    headers = {
        "Content-Disposition": f'attachment; filename="{receipt.number}.{format}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    if format == "html":
        return HTMLResponse(as_html(receipt), headers=headers)
    return JSONResponse(receipt.as_json(), headers=headers)


@router.post(
    "/verify",
    response_model=VerdictOut,
    responses={
        422: {"description": "Neither a receipt nor a number with its digest (problem details)"},
        429: {"description": "Too many checks of one address in a minute (problem details)"},
    },
)
async def check(given: dict[str, Any], request: Request) -> VerdictOut:
    """`given`: the file as it was downloaded, its `receipt` alone, or `number` and `digest`."""
    desk: Desk = request.app.state.receipts
    desk.rates.check(address_of(request.scope))
    runner: Runner = request.app.state.runner
    verdict = await runner.in_database(lambda session: verify(session, given))
    return VerdictOut(verdict=verdict.value)
