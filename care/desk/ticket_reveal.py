"""Personal data of a ticket shown whole, for a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from care.audit.service import note
from care.desk.rules import check_reason
from care.errors import InvalidInput
from care.followup.working import actor_of, note_use
from care.tickets.service import ticket_by_number


class Shown(StrEnum):
    """What can be shown whole; columns of a ticket."""

    LINE = "line"
    CONTACT = "contact"
    ADDRESS = "address"
    DESCRIPTION = "description"
    SINCE = "since"
    WISH = "wish"
    SPEED_TEST = "speed_test"
    OUTCOME = "outcome"


def reveal(
    session: Session, number: str, what: Collection[Shown], reason: str, staff: str, now: datetime
) -> dict[str, str | None]:
    """By name. Raises InvalidInput `ticket`, `reason`."""
    why = check_reason(reason)
    ticket = ticket_by_number(session, number)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    names = sorted({each.value for each in what})
    note(session, actor_of(staff), "ticket_reveal", f"ticket:{number}", detail={"what": names}, reason=why)
    note_use(session, ticket, staff, now)
    return {name: getattr(ticket, name) for name in names}
