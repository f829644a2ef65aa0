"""`/api/desk/tickets/export`: a list to take away."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.exporting import Rows, as_csv, as_xlsx, read_rows
from care.followup.filters import read_filters
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.timezone import CHINA
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.tickets import words_of

router = desk_router("ticket export", "/tickets/export")


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


_WRITERS = {Format.CSV: as_csv, Format.XLSX: as_xlsx}
_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("")
async def export(
    request: Request,
    signed: Annotated[Signed, Depends(Allowed(Permission.EXPORT))],
    format: Format = Format.CSV,
) -> Response:
    words = words_of(request, beside=frozenset({"format", "cursor", "limit"}))

    def read(session: Session) -> Rows:
        now = utcnow()
        return read_rows(session, read_filters(words, signed.number, now, policy()), words, signed.number, now)

    rows = await in_database(request, read)
    # Ten thousand rows take seconds: nobody else of this process waits for them.
    content = await anyio.to_thread.run_sync(_WRITERS[format], rows)
    day = utcnow().astimezone(CHINA).strftime("%Y%m%d-%H%M")
    return Response(
        content,
        media_type=_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="tickets-{day}.{format}"'},
    )
