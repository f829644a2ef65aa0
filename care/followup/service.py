"""What customers do with a ticket after filing it: ask, urge, add, reopen, withdraw, prove who they are.

Every step writes an event with the customer's words; nothing that was written is changed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.service import phone_index
from care.accounts.tables import Proof
from care.answers.service import reach_by_objection
from care.attachments.service import attach_to_ticket
from care.errors import InvalidInput
from care.followup import rules
from care.followup.access import chosen_ticket, customers_ticket
from care.followup.following import grant_following
from care.followup.reopening import reopening_refused, take_up_again
from care.followup.rules import mobile_in
from care.followup.standing import Standing, standings
from care.followup.urging import Urged, record_urge
from care.locks import service as locks
from care.notices.service import notify
from care.once import OnceKey, once
from care.plain import digits_of
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import FIRST_FEEDBACK, Policy, policy
from care.sla.rules import PauseEnd
from care.sla.service import due_times, end_clocks
from care.tickets.rules import OPEN, EventKind, Level, Status, read_number
from care.tickets.service import (
    accessible_tickets,
    add_event,
    change_status,
    grant_level,
    level_of,
    ticket_by_number,
    tickets_of_conversation,
)
from care.tickets.tables import Ticket

_MOST_CONTACTS = 20


@dataclass(frozen=True)
class Refused:
    """A proof that was not taken. A result and no error: its count has to be committed."""

    reason: Literal["proof_wrong", "lookup_locked"]


def own_tickets(session: Session, conversation_id: str, now: datetime, limit: int = 3) -> list[Standing]:
    """Filed in this conversation, proved by a code, or about a number that is open here; the newest first."""
    least = Level.DIGITS if grant_following(session, conversation_id, now) else Level.CODE
    return _shown(session, accessible_tickets(session, conversation_id, least, limit), now)


def standing_of(session: Session, conversation_id: str, number: str, now: datetime) -> Standing | None:
    """A ticket as far as this conversation has proved that it is its customer's; None where it has not at all."""
    ticket = customers_ticket(session, number)
    level = level_of(session, conversation_id, ticket) if ticket else Level.NONE
    return _shown(session, [(ticket, level)], now)[0] if ticket and level >= Level.DIGITS else None


def prove_by_digits(
    session: Session, conversation_id: str, number: str, digits: str, key: OnceKey, now: datetime
) -> Standing | Refused:
    """Stage and due times of a ticket, for whoever knows its number and the last four digits of the number on it.

    A wrong proof, a ticket that does not exist and a ticket without a number are answered alike.
    """
    read = read_number(number) or ""
    subjects = [f"conversation:{conversation_id}", *([f"ticket:{read}"] if read else [])]

    def check() -> dict[str, Any]:
        if not locks.count_try(session, subjects, rules.WRONG_PROOFS, now):
            locks.give_back_try(session, subjects)
            return {"refused": "lookup_locked"}
        ticket = customers_ticket(session, read)
        if not _digits_fit(ticket, digits):
            is_locked = locks.lock_if_too_many(session, subjects, rules.WRONG_PROOFS, now)
            return {"refused": "lookup_locked" if is_locked else "proof_wrong"}
        assert ticket is not None
        locks.give_back_try(session, subjects)
        grant_level(session, conversation_id, ticket, Level.DIGITS, now)
        return {"number": ticket.number}

    result = once(session, key, now, check)
    if "refused" in result:
        return Refused(result["refused"])
    return _standing(session, result["number"], Level.DIGITS, now)


def _digits_fit(ticket: Ticket | None, digits: str) -> bool:
    expected = rules.proof_of(ticket.line, ticket.contact) if ticket else None
    said = "".join(sign for sign in digits_of(digits) if sign.isascii() and sign.isdigit())
    is_equal = hmac.compare_digest(said.encode(), (expected or "none").encode())
    return is_equal and expected is not None


def grant(session: Session, conversation_id: str, number: str, level: str, now: datetime) -> None:
    """Remember a proof that was checked elsewhere (`code`: one by SMS). Raises InvalidInput `no_ticket`."""
    ticket = customers_ticket(session, number)
    if ticket is None:
        raise InvalidInput("no_ticket", "there is no ticket of this number")
    grant_level(session, conversation_id, ticket, Level[level.upper()], now)


def urge(
    session: Session,
    conversation_id: str,
    number: str | None,
    words: str,
    key: OnceKey,
    now: datetime,
    *,
    line: str | None = None,
) -> Urged:
    """催办: recorded every time; raises the priority by one at most every two hours.

    `line` (normalised): whoever complains about the same line may urge the open ticket on it without a proof
    (care/complaints/repeats.py finds it); they learn nothing of it, and the event says that it was not its filer.
    """

    def write() -> dict[str, Any]:
        ticket, level = chosen_ticket(session, conversation_id, number, Level.DIGITS, _if_not_open, _is_on(line))
        actor = "customer" if level >= Level.DIGITS else "caller"
        return asdict(record_urge(session, ticket, actor, words.strip()[: rules.MAX_WORDS] or None, now))

    return Urged(**once(session, key, now, write))


def add_information(
    session: Session, conversation_id: str, number: str | None, words: str, key: OnceKey, now: datetime
) -> str:
    """Words for those who work on it; a ticket that waited for them goes on. Returns its number."""
    added = rules.added_words(words)

    def write() -> dict[str, Any]:
        ticket, _ = chosen_ticket(session, conversation_id, number, Level.DIGITS, _if_not_open)
        add_event(session, ticket, EventKind.INFORMATION, "customer", now, note=added)
        attach_to_ticket(session, conversation_id, ticket.id, now)
        if ticket.status == Status.PENDING:
            change_status(session, ticket.id, Status.IN_PROGRESS, "customer", now)
            session.flush()
            pauses.end(session, ticket.id, PauseEnd.ANSWER, now)
        return {"number": ticket.number}

    return str(once(session, key, now, write)["number"])


def reopen(
    session: Session,
    conversation_id: str,
    number: str | None,
    words: str,
    key: OnceKey,
    now: datetime,
    policy: Policy,
) -> Standing:
    """A customer is not satisfied with the result: `take_up_again`.

    Raises InvalidInput `not_resolved`, `reopen_too_late`, `no_ticket`.
    """

    def refused(ticket: Ticket) -> str | None:
        return reopening_refused(session, ticket, now)

    def write() -> dict[str, Any]:
        ticket, level = chosen_ticket(session, conversation_id, number, Level.DIGITS, refused)
        note = words.strip()[: rules.MAX_WORDS] or None
        if level >= Level.CODE:  # who proved the last digits only was not shown it
            reach_by_objection(session, ticket, now)
        take_up_again(session, ticket, note, "customer", now, policy)
        attach_to_ticket(session, conversation_id, ticket.id, now)
        return {"number": ticket.number, "level": level}

    result = once(session, key, now, write)
    return _standing(session, result["number"], Level(result["level"]), now)


def withdraw(session: Session, conversation_id: str, number: str | None, key: OnceKey, now: datetime) -> str:
    """The customer takes an open ticket back: what is over by now was missed, other clocks are ended, neither met nor
    missed. Returns its number.

    Only for who filed it here or proved it by a code; raises NotAllowed `needs_proof`, InvalidInput `no_ticket`,
    `ticket_closed`.
    """

    def write() -> dict[str, Any]:
        ticket, _ = chosen_ticket(session, conversation_id, number, Level.CODE, _if_not_open)
        event = change_status(session, ticket.id, Status.CANCELLED, "customer", now, kind=EventKind.WITHDRAWN)
        session.flush()
        pauses.end(session, ticket.id, PauseEnd.WITHDRAWN, now)
        record_misses(session, ticket, now)
        end_clocks(session, ticket.id, None, now)
        notify(session, ticket, "closed", f"closed:{event.id}", now)
        return {"number": ticket.number}

    return str(once(session, key, now, write)["number"])


def withdrawal_phone(session: Session, number: str) -> str | None:
    """The mobile number that a code for the withdrawal goes to: the proved contact, else the one that the filer gave,
    else the affected line where the filer proved it: whoever is complained about takes nothing back. None where there
    is none, or no such ticket."""
    ticket = customers_ticket(session, number)
    if ticket is None:
        return None
    return ticket.notify_phone or mobile_in(ticket.contact or "") or _proved_line(session, ticket)


def _proved_line(session: Session, ticket: Ticket) -> str | None:
    proved = select(Proof.id).where(
        Proof.conversation_id == ticket.conversation_id, Proof.phone_index == ticket.line_index
    )
    return mobile_in(ticket.line or "") if session.scalar(proved.limit(1)) is not None else None


def notice_phone(session: Session, conversation_id: str) -> tuple[str, str | None] | None:
    """The newest open ticket filed here, and the mobile number that could hear of it once it is proved."""
    for ticket in tickets_of_conversation(session, conversation_id, _MOST_CONTACTS):
        if ticket.status in OPEN:
            return ticket.number, _contact_phone(ticket)
    return None


def _contact_phone(ticket: Ticket) -> str | None:
    """The mobile number in what the filer gave as contact, else the affected line where it is one."""
    return mobile_in(ticket.contact or "") or mobile_in(ticket.line or "")


def prove_contact(session: Session, conversation_id: str, number: str, phone: str, now: datetime) -> list[str]:
    """`phone` was proved by a code: from now on it hears of the conversation's open tickets. Returns their numbers.

    The same phone again changes nothing. Raises InvalidInput `no_ticket` when `number` was not filed here.
    """
    tickets = tickets_of_conversation(session, conversation_id, _MOST_CONTACTS)
    if read_number(number) not in {ticket.number for ticket in tickets}:
        raise InvalidInput("no_ticket", "this conversation filed no ticket of this number")
    told = []
    for ticket in tickets:
        if ticket.status not in OPEN or ticket.notify_phone == phone:
            continue
        ticket.notify_phone = phone
        event = add_event(session, ticket, EventKind.CONTACT, "customer", now)
        session.flush()
        due = {name: at for name, at in due_times(session, ticket.id).items() if at > now}
        solution = policy().solution_of(ticket.category, ticket.complexity)
        feedback, result = due.get(FIRST_FEEDBACK), due.get(solution)
        notify(session, ticket, "filed", f"filed:{event.id}", now, feedback=feedback, solution=result)
        told.append(ticket.number)
    return told


def _standing(session: Session, number: str, level: Level, now: datetime) -> Standing:
    ticket = ticket_by_number(session, number)
    assert ticket is not None  # a ticket is never deleted
    return _shown(session, [(ticket, level)], now)[0]


def _shown(session: Session, tickets: Sequence[tuple[Ticket, Level]], now: datetime) -> list[Standing]:
    """What is shown in another conversation than the ticket's own is written down as a use of its filer's data."""
    found = standings(session, tickets, now)
    elsewhere = {ticket.conversation_id for ticket, level in tickets if level != Level.FILED}
    for conversation_id in sorted(each for each in elsewhere if each is not None):
        note_access(session, Reader.CUSTOMER, Use.TICKET, "ticket", now, conversation_id=conversation_id)
    return found


def _if_not_open(ticket: Ticket) -> str | None:
    return None if ticket.status in OPEN else "ticket_closed"


def _is_on(line: str | None) -> Callable[[Ticket], bool]:
    index = phone_index(line) if line else None
    return lambda ticket: index is not None and ticket.line_index == index
