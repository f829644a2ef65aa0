"""One step on many tickets: each by its own rules; what cannot be done on one does not keep the others from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.errors import CareError, InvalidInput
from care.followup.working import in_one_order
from care.tickets.tables import Ticket

#: at once
MOST = 100

#: does it on the ticket of a number
Step = Callable[[str], None]


@dataclass(frozen=True)
class Refused:
    number: str
    #: of the error
    reason: str


def on_each(session: Session, numbers: Sequence[str], step: Step) -> tuple[list[str], list[Refused]]:
    """Numbers of those on which it was done, and the others. Raises InvalidInput `too_many`."""
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > MOST:
        raise InvalidInput("too_many", f"{MOST} tickets at once are the most")
    found = session.scalars(select(Ticket).where(Ticket.number.in_(wanted))).all()
    done: list[str] = []
    refused = [Refused(each, "ticket") for each in wanted if each not in {ticket.number for ticket in found}]
    for ticket in in_one_order(list(found)):
        try:
            with session.begin_nested():
                step(ticket.number)
        except CareError as error:
            refused.append(Refused(ticket.number, error.reason))
        else:
            done.append(ticket.number)
    return done, refused
