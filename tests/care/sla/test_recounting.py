"""What was counted without a calendar is counted again when there is one.

The calendar of 2026 is known; the rows are as a program left them that did not know it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.sla.policy import Policy
from care.sla.recounting import recount
from care.sla.service import start_clock
from care.sla.tables import Clock
from care.tickets.tables import Ticket
from care.workdays import last_published
from tests.care.sla.conftest import Open
from tests.support.times import NOW, china


def _unknown(session: Session, ticket: Ticket, name: str, due: datetime) -> None:
    """This is what was counted."""
    of_it = (Clock.ticket_id == ticket.id, Clock.name == name, Clock.kind != "alarm")
    session.execute(update(Clock).where(*of_it).values(due_at=due, provisional=True))


def _clock(session: Session, ticket: Ticket, name: str) -> tuple[datetime, bool]:
    of_it = (Clock.ticket_id == ticket.id, Clock.name == name, Clock.kind != "alarm")
    clock = session.scalars(select(Clock).where(*of_it).execution_options(populate_existing=True)).one()
    return clock.due_at, clock.provisional


def test_the_laws_time_is_the_day_that_the_law_gives(session: Session, opened: Open) -> None:
    """15 days from 17 September end on 2 October: a Friday where no holiday is known, and Thu 8 October in truth."""
    ticket = opened(now=china("2026-09-17 10:00"))
    _unknown(session, ticket, "answer", china("2026-10-03 00:00"))
    assert recount(session, 50) == 1
    assert _clock(session, ticket, "answer") == (china("2026-10-09 00:00"), False)
    assert recount(session, 50) == 0


def test_also_when_it_is_earlier(session: Session, opened: Open) -> None:
    """From 25 September to Sat 10 October, which is worked; taken for a weekend it had rolled to Monday."""
    ticket = opened(now=china("2026-09-25 10:00"))
    _unknown(session, ticket, "answer", china("2026-10-13 00:00"))
    recount(session, 50)
    assert _clock(session, ticket, "answer") == (china("2026-10-11 00:00"), False)


def test_a_promise_stays_as_it_was_told(session: Session, opened: Open, shipped: Policy) -> None:
    """Neither later, which would break our word, nor earlier, which would make late who had time."""
    for told in ("2026-10-03 00:00", "2026-10-13 00:00"):
        ticket = opened(now=china("2026-09-17 10:00"))
        start_clock(session, ticket, "privacy_delete", shipped, china("2026-09-17 10:00"))
        _unknown(session, ticket, "privacy_delete", china(told))
        assert recount(session, 50) == 1
        assert _clock(session, ticket, "privacy_delete") == (china(told), False)


def test_alarms_after_a_miss_follow_their_clock(session: Session, opened: Open, shipped: Policy) -> None:
    spec = shipped.clocks["answer"].model_copy(update={"after": [24]})
    policy = shipped.model_copy(update={"version": "2026-01.4", "clocks": shipped.clocks | {"answer": spec}})
    ticket = opened(policy, now=china("2026-09-17 10:00"))
    of_it = (Clock.ticket_id == ticket.id, Clock.name == "answer", Clock.kind == "alarm")
    session.execute(
        update(Clock).where(*of_it, Clock.due_at > china("2026-10-01 00:00")).values(due_at=china("2026-10-04 00:00"))
    )
    _unknown(session, ticket, "answer", china("2026-10-03 00:00"))
    recount(session, 50)
    alarms = select(Clock.due_at).where(*of_it).order_by(Clock.due_at).execution_options(populate_existing=True)
    assert session.scalars(alarms).all() == [china("2026-09-27 10:00"), china("2026-10-10 00:00")]


def test_what_is_not_known_yet_waits(session: Session, opened: Open) -> None:
    ticket = opened(now=china("2026-12-20 10:00"))
    assert _clock(session, ticket, "answer") == (china("2027-01-05 00:00"), True)
    assert recount(session, 50) == 0
    assert _clock(session, ticket, "answer")[1]


def test_what_is_over_stays(session: Session, opened: Open) -> None:
    ticket = opened(now=china("2026-09-17 10:00"))
    _unknown(session, ticket, "answer", china("2026-10-03 00:00"))
    session.execute(update(Clock).where(Clock.ticket_id == ticket.id).values(missed_at=NOW))
    assert recount(session, 50) == 0
    assert _clock(session, ticket, "answer") == (china("2026-10-03 00:00"), True), "as it was when it was missed"


def test_so_many_at_once(session: Session, opened: Open) -> None:
    for _ in range(3):
        _unknown(session, opened(now=china("2026-09-17 10:00")), "answer", china("2026-10-03 00:00"))
    assert [recount(session, 2) for _ in range(3)] == [2, 1, 0]


def test_the_last_day_that_is_known() -> None:
    """When this fails, the calendar package knows another year: check the examples, then raise it here."""
    assert last_published() == china("2026-12-31 00:00").date()
    assert last_published(since=2020) == last_published()
    assert last_published() + timedelta(days=1) == china("2027-01-01 00:00").date()
