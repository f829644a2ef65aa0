"""Correcting what we hold (个人信息保护法第四十六条): ours at once, what stands on identity papers with the papers.

Ours are the name that somebody is called by, and the contact and address on their open tickets. Name, identity card
and holder of a line stand in the operator's real-name register: original papers have to be seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from care.accounts.rules import normalise_phone
from care.accounts.service import customer_of_phone
from care.accounts.tables import Customer
from care.errors import InvalidInput
from care.followup.rules import mobile_in
from care.once import OnceKey
from care.plain import digits_of
from care.privacy import requests
from care.privacy.by_person import to_person
from care.privacy.requests import RequestState
from care.privacy.rules import Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import Correction
from care.tickets.rules import OPEN, EventKind
from care.tickets.rules import Kind as TicketKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.wording import say

#: what is on the customer's own row, in place of a ticket
CUSTOMER = "customer"
_NAME = re.compile(r"(?=.*[\u3400-\u9fffA-Za-z])[\u3400-\u9fffA-Za-z·•. ]{1,20}")
_ADDRESS = re.compile(r"(?=.*[\u3400-\u9fffA-Za-z])[^\x00-\x1f]{4,100}", re.DOTALL)


class Field(StrEnum):
    CALL_NAME = "call_name"
    #: a telephone number on open tickets
    CONTACT = "contact"
    #: of a fault, on open tickets
    ADDRESS = "address"
    #: these stand on identity papers
    REAL_NAME = "real_name"
    ID_CARD = "id_card"
    HOLDER = "holder"


#: corrected here, at once
OURS = (Field.CALL_NAME, Field.CONTACT, Field.ADDRESS)


@dataclass(frozen=True)
class Corrected:
    """`corrections` is empty where there was nothing to correct; then there is no request either."""

    state: RequestState | None
    corrections: list[Correction]


def papers(field: Field) -> list[str]:
    """What to bring, a line each; the last one names where and the source.

    Source: 《电话用户真实身份信息登记规定》（工业和信息化部令第25号）第六条、第七条.
    """
    if field in OURS:
        raise ValueError(f"{field} needs no papers")
    return say(f"privacy_papers_{field}").splitlines()


def read_value(field: Field, text: str) -> str:
    """The new value as it is kept. Raises InvalidInput `correct_call_name`, `correct_contact`, `correct_address`."""
    value = " ".join(text.split())
    if field is Field.CALL_NAME:
        if not _NAME.fullmatch(value):
            raise InvalidInput("correct_call_name", "1 to 20 Chinese characters or letters")
        return value
    if field is Field.ADDRESS:
        if not _ADDRESS.fullmatch(value):
            raise InvalidInput("correct_address", "4 to 100 characters with words in them")
        return value
    try:
        return mobile_in(value) or normalise_phone(digits_of(value))
    except InvalidInput as error:
        raise InvalidInput("correct_contact", "a telephone number of mainland China") from error


def correct(session: Session, key: OnceKey, subject: Subject, field: Field, text: str, now: datetime) -> Corrected:
    """One of OURS. The same message again gives the same; closed tickets stay as they were, as proof of what was done.

    The caller has checked the proof of `subject.phone`. Raises as `read_value`.
    """
    value = read_value(field, text)
    request = requests.locked(session, requests.begin(session, key, Kind.CORRECT, subject.phone, now).id)
    if request.status == Status.DONE:
        made = session.scalars(select(Correction).where(Correction.request_id == request.id).order_by(Correction.id))
        return Corrected(requests.state(session, request), list(made))
    if request.status != Status.SHOWN:
        return Corrected(None, [])
    made_now = [
        Correction(request_id=request.id, field=field, place=place, before=before, after=value, at=now)
        for place, before in _change(session, subject, field, value, now)
    ]
    if not made_now:
        requests.end_untouched(request)
        return Corrected(None, [])
    session.add_all(made_now)
    result = {"fields": {field.value: len(made_now)}}
    return Corrected(requests.at_once(session, key, Kind.CORRECT, subject.phone, now, result), made_now)


def with_papers(
    session: Session, key: OnceKey, phone: str | None, field: Field, words: str, now: datetime
) -> RequestState:
    """REAL_NAME, ID_CARD, HOLDER: a ticket for staff with what the customer said and was told to bring."""
    told = "；".join(papers(field))
    asked = say("privacy_ticket_papers", field=say(f"privacy_field_{field}"), words=words.strip(), papers=told)
    return to_person(session, key, Kind.CORRECT, phone, asked, now)


def stands(session: Session, subject: Subject, field: Field) -> bool:
    """Is there anything that a new CONTACT, or ADDRESS, would be written to?"""
    return any(
        (ticket.contact if field is Field.CONTACT else ticket.address) is not None
        for ticket in session.scalars(_open_tickets(subject))
        if ticket.kind != TicketKind.PRIVACY
    )


def _open_tickets(subject: Subject) -> Select[Ticket]:
    return select(Ticket).where(Ticket.id.in_(subject.tickets), Ticket.status.in_(OPEN)).order_by(Ticket.id)


def _change(
    session: Session, subject: Subject, field: Field, value: str, now: datetime
) -> list[tuple[str, str | None]]:
    """Where something was changed, and what stood there before."""
    if field is Field.CALL_NAME:
        return _call(session, subject, value, now)
    query = _open_tickets(subject)
    changed: list[tuple[str, str | None]] = []
    for ticket in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        before = ticket.contact if field is Field.CONTACT else ticket.address
        # What was never asked for on a ticket is not put there.
        if ticket.kind == TicketKind.PRIVACY or before is None or before == value:
            continue
        if field is Field.CONTACT:
            _move_notices(ticket, before, value, subject)
            ticket.contact = value
        else:
            ticket.address = value
        add_event(
            session, ticket, EventKind.INFORMATION, "customer", now, note=say(f"privacy_note_{field}", value=value)
        )
        changed.append((f"ticket:{ticket.number}", before))
    return changed


def _move_notices(ticket: Ticket, before: str, value: str, subject: Subject) -> None:
    """SMS about a ticket do not go on to the contact that was wrong; to the new one only where it is proved."""
    if ticket.notify_phone is not None and ticket.notify_phone == mobile_in(before):
        ticket.notify_phone = value if value == subject.phone else None


def _call(session: Session, subject: Subject, value: str, now: datetime) -> list[tuple[str, str | None]]:
    if subject.phone is None:
        return []
    customer: Customer = customer_of_phone(session, subject.phone, now)
    before = customer.name
    if before == value:
        return []
    customer.name = value
    return [(CUSTOMER, before)]
