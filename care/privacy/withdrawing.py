"""The customer takes back a request that a worker carries out: stopped before it begins, or told that it cannot be."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.privacy.requests import end_untouched
from care.privacy.rules import BY_WORKER, Kind, Status
from care.privacy.tables import PrivacyRequest
from care.tickets.tables import Ticket


class Stopped(StrEnum):
    STOPPED = "stopped"
    #: it was begun, and what is gone does not come back
    TOO_LATE = "too_late"
    #: none of these: its ticket is taken back as any other
    NOT_BY_WORKER = "not_by_worker"


def stop(session: Session, number: str | None) -> Stopped:
    """Again: the same. `number`: of a ticket that the caller has proved to be the customer's.

    The worker takes a request under the same lock, and counts that try: a deletion that was never tried is untouched. A
    copy is thrown away at any point (care/privacy/copying.py looks before it keeps it).
    """
    request = session.scalar(
        select(PrivacyRequest)
        .join(Ticket, Ticket.id == PrivacyRequest.ticket_id)
        .where(Ticket.number == number)
        .with_for_update(of=PrivacyRequest)
        .execution_options(populate_existing=True)
    )
    if request is None or Kind(request.kind) not in BY_WORKER:
        return Stopped.NOT_BY_WORKER
    if request.status == Status.CONFIRMED and (request.kind == Kind.COPY or request.attempts == 0):
        end_untouched(request)
    return Stopped.STOPPED if request.status == Status.CANCELLED else Stopped.TOO_LATE
