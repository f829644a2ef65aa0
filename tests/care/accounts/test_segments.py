"""Which kind of customer a number belongs to, as the operator told it; a new ticket's promises go by it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.accounts.segments import keep_segments, segment_of
from care.accounts.service import phone_index
from care.accounts.tables import Customer, Segment
from care.complaints.rules import Draft
from care.complaints.service import Filing, write_ticket
from care.sla.policy import policy
from care.sla.specs import Segment as Name
from care.tickets.rules import Channel, Kind
from tests.support.database import raw_bytes
from tests.support.times import NOW, china

PHONE = "13800138000"
IN_8_HOURS, IN_24_HOURS = china("2026-11-21 23:20"), china("2026-11-22 15:20")


def _told(session: Session, segments: dict[str, str | None]) -> str | None:
    keep_segments(session, segments, NOW)
    return segment_of(session, phone_index(PHONE))


def test_what_is_told_last_counts(session: Session) -> None:
    assert segment_of(session, phone_index(PHONE)) is None
    assert _told(session, {PHONE: "public"}) == "public"
    assert _told(session, {PHONE: "key"}) == "key"
    assert _told(session, {"13800138001": "business"}) == "key", "what is not told stays"
    assert _told(session, {PHONE: None}) is None, "no customer any more"
    assert segment_of(session, None) is None, "a ticket without a number"


def test_a_list_of_numbers_makes_nobody_a_customer_and_keeps_no_number(session: Session) -> None:
    keep_segments(session, {f"{13800140000 + n}": "public" for n in range(50)}, NOW)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Segment)) == 50
    assert session.scalar(select(func.count()).select_from(Customer)) == 0
    assert b"1380014" not in raw_bytes()


TICKETS: list[tuple[str, str | None, str | None, Name | None, str | None, datetime]] = [
    # why, what the operator told, the line, what staff named; the ticket's, and when they hear of it
    ("nobody has told", None, PHONE, None, None, IN_24_HOURS),
    ("大客 hear within 8 hours", "key", PHONE, None, "key", IN_8_HOURS),
    ("staff know better", "key", PHONE, "public", "public", IN_24_HOURS),
    ("of another line", "key", "13800138001", None, None, IN_24_HOURS),
    ("of no line", "key", None, None, None, IN_24_HOURS),
]


@pytest.mark.parametrize(("why", "told", "line", "named", "segment", "feedback"), TICKETS, ids=[t[0] for t in TICKETS])
def test_a_new_ticket_takes_it(
    session: Session,
    why: str,
    told: str | None,
    line: str | None,
    named: Name | None,
    segment: str | None,
    feedback: datetime,
) -> None:
    keep_segments(session, {PHONE: told}, NOW)
    filing = Filing(Kind.COMPLAINT, Channel.COUNTER, "staff:7", entered_by="7", segment=named)
    ticket, due = write_ticket(session, Draft("complaint_billing", "多扣了钱", line=line), filing, policy(), NOW)
    assert (ticket.segment, due["first_feedback"]) == (segment, feedback)
