"""Promises stand still while the customer is asked something; what the law sets never does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import Policy
from care.sla.rules import PauseEnd
from care.sla.service import (
    end_clocks,
    meet_clocks,
    renew_clock,
    replace_clock,
    running_clock,
    start_clock,
    start_clock_until,
)
from care.sla.tables import Clock, Pause
from care.sla.versions import remember
from care.tickets.rules import EventKind, Status
from care.tickets.service import add_event, change_status
from care.tickets.tables import Ticket, TicketEvent
from tests.care.sla.conftest import Open
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)
LIMIT = 50


def _ask(session: Session, ticket: Ticket, now: datetime, *, in_chat: bool = True) -> int:
    """A question to the customer; returns the id of its message, 0 where there is none."""
    message = None
    if in_chat:
        if session.get(Conversation, "c1") is None:
            session.add(Conversation(id="c1", channel="rest", created_at=NOW))
            session.flush()
        message = Message(conversation_id="c1", author="agent", text="哪天？", staff="7", created_at=now)
        session.add(message)
        session.flush()
    event = add_event(session, ticket, EventKind.STATUS, "staff:7", now, note="哪天？", status=Status.PENDING)
    pauses.ask(session, ticket, event, message.id if message else None, now)
    return message.id if message else 0


def _due(session: Session, ticket: Ticket, kind: str = "promise") -> dict[str, list[datetime]]:
    rows = session.scalars(
        select(Clock)
        .where(Clock.ticket_id == ticket.id, Clock.kind == kind)
        .order_by(Clock.due_at)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.due_at)
    return found


def _standing(session: Session, ticket: Ticket) -> set[tuple[str, str]]:
    rows = session.scalars(
        select(Clock)
        .where(Clock.ticket_id == ticket.id, Clock.paused_at.is_not(None))
        .execution_options(populate_existing=True)
    )
    return {(row.name, row.kind) for row in rows}


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str | None]]:
    kinds = (EventKind.PAUSED, EventKind.RESUMED)
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind.in_(kinds))
    return [(event.kind, event.note) for event in session.scalars(events.order_by(TicketEvent.id))]


def test_nothing_stands_still_before_the_question_was_delivered(session: Session, opened: Open) -> None:
    ticket = opened()
    message = _ask(session, ticket, NOW + HOUR)
    assert _standing(session, ticket) == set()
    assert pauses.deliver(session, [message], NOW + 2 * HOUR) == [ticket.id]
    assert _standing(session, ticket) == {
        ("first_feedback", "promise"), ("first_feedback", "alarm"),
        ("solution_simple", "promise"), ("solution_simple", "alarm"),
    }, "not the law's"  # fmt: skip
    pause = session.scalars(select(Pause)).one()
    assert (pause.asked_at, pause.began_at, pause.until) == (NOW + HOUR, NOW + 2 * HOUR, NOW + 74 * HOUR)
    assert pauses.deliver(session, [message], NOW + 3 * HOUR) == [], "seen again"
    assert pauses.deliver(session, [], NOW) == []


def test_promises_and_their_alarms_are_due_later_by_what_passed(session: Session, opened: Open) -> None:
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + HOUR)
    assert pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 6 * HOUR)
    assert _due(session, ticket) == {
        "first_feedback": [china("2026-11-22 20:20")],  # 24 h and five
        "solution_simple": [china("2026-11-22 20:20")],
    }
    assert _due(session, ticket, "statutory") == {"answer": [china("2026-12-08 00:00")]}
    assert _due(session, ticket, "alarm") == {
        # 18 h and 22 h, and 4 or 12 h after it is over; and five
        "first_feedback": [china("2026-11-22 14:20"), china("2026-11-22 18:20"), china("2026-11-23 00:20")],
        "solution_simple": [china("2026-11-22 14:20"), china("2026-11-22 18:20"), china("2026-11-23 08:20")],
        "answer": [china("2026-12-01 15:20"), china("2026-12-09 00:00")],  # the law's alarms stay
    }
    assert _standing(session, ticket) == set()
    assert _events(session, ticket) == [("paused", None), ("resumed", "answer")]
    assert not pauses.end(session, ticket.id, PauseEnd.STAFF, NOW + 9 * HOUR), "ended twice is ended once"
    assert _due(session, ticket)["first_feedback"] == [china("2026-11-22 20:20")]


def test_several_pauses_add_up(session: Session, opened: Open) -> None:
    ticket = opened()
    for began, ended in ((1, 3), (4, 5), (10, 13)):  # six hours
        pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + began * HOUR)
        pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + ended * HOUR)
    assert _due(session, ticket)["first_feedback"] == [china("2026-11-22 21:20")]
    assert len(_events(session, ticket)) == 6


def test_a_second_question_makes_the_wait_no_longer(session: Session, opened: Open) -> None:
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW)
    assert pauses.deliver(session, [_ask(session, ticket, NOW + 48 * HOUR)], NOW + 48 * HOUR) == [ticket.id]
    assert set(session.scalars(select(Pause.until))) == {NOW + 72 * HOUR}
    assert pauses.end_long(session, NOW + 71 * HOUR, LIMIT) == []
    assert pauses.end_long(session, NOW + 72 * HOUR, LIMIT) == [ticket.id]
    assert _due(session, ticket)["first_feedback"] == [NOW + 96 * HOUR], "24 h, and 72 once"
    assert _events(session, ticket) == [("paused", None), ("resumed", "limit")]


def test_what_lasted_too_long_runs_from_its_limit_and_not_from_when_somebody_looked(
    session: Session, opened: Open
) -> None:
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + HOUR)
    assert pauses.end_long(session, NOW + 99 * HOUR, LIMIT) == [ticket.id]
    assert _due(session, ticket)["first_feedback"] == [NOW + 96 * HOUR], "24 h and 72"
    pause = session.scalars(select(Pause)).one()
    assert (pause.ended_at, pause.ended_by) == (NOW + 73 * HOUR, "limit")
    assert pauses.end_long(session, NOW + 100 * HOUR, LIMIT) == []


def test_of_many_that_are_over_only_so_many_at_once(session: Session, opened: Open) -> None:
    tickets = [opened() for _ in range(3)]
    for hours, ticket in enumerate(tickets):
        pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + hours * HOUR)
    late = NOW + 90 * HOUR
    assert pauses.end_long(session, late, 2) == [tickets[0].id, tickets[1].id]
    assert pauses.end_long(session, late, 2) == [tickets[2].id]


def test_a_question_that_is_told_by_word(session: Session, opened: Open) -> None:
    ticket = opened()
    _ask(session, ticket, NOW, in_chat=False)
    assert pauses.deliver_by_word(session, ticket.id, NOW + HOUR)
    assert ("first_feedback", "promise") in _standing(session, ticket)
    assert not pauses.deliver_by_word(session, ticket.id, NOW + 2 * HOUR), "told already"
    assert not pauses.deliver_by_word(session, ticket.id + 1, NOW), "no such ticket"


def test_an_answer_before_the_question_was_seen_stops_nothing(session: Session, opened: Open) -> None:
    """The customer wrote by themselves; the message is shown to them later."""
    ticket = opened()
    message = _ask(session, ticket, NOW)
    assert not pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + HOUR), "nothing stood still"
    assert pauses.deliver(session, [message], NOW + 2 * HOUR) == []
    assert _standing(session, ticket) == set()
    assert _events(session, ticket) == []


def test_a_pause_saves_no_promise_that_is_over(session: Session, opened: Open) -> None:
    """Nobody has come by to record the miss yet."""
    ticket = opened()
    late = NOW + 25 * HOUR
    assert pauses.deliver(session, [_ask(session, ticket, late)], late) == []
    record_misses(session, ticket, late)
    assert running_clock(session, ticket.id, "first_feedback") is None
    assert _events(session, ticket) == []


def test_what_stands_still_is_not_missed(session: Session, opened: Open) -> None:
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + 23 * HOUR)
    record_misses(session, ticket, NOW + 30 * HOUR)
    pauses.end(session, ticket.id, PauseEnd.STAFF, NOW + 30 * HOUR)
    record_misses(session, ticket, NOW + 31 * HOUR - timedelta(seconds=1))
    assert running_clock(session, ticket.id, "first_feedback") is not None, "an hour was left"
    record_misses(session, ticket, NOW + 31 * HOUR)
    assert running_clock(session, ticket.id, "first_feedback") is None


def test_what_was_met_or_ended_meanwhile_stays_as_it_was(session: Session, opened: Open) -> None:
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW)
    meet_clocks(session, ticket.id, ["first_feedback"], NOW + HOUR)
    pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 5 * HOUR)
    assert _due(session, ticket) == {"first_feedback": [NOW + 24 * HOUR], "solution_simple": [NOW + 29 * HOUR]}
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + 6 * HOUR)
    end_clocks(session, ticket.id, None, NOW + 7 * HOUR)
    pauses.end(session, ticket.id, PauseEnd.WITHDRAWN, NOW + 8 * HOUR)
    assert _due(session, ticket)["solution_simple"] == [NOW + 29 * HOUR]
    assert _standing(session, ticket) == set()


def test_nothing_is_paused_on_what_is_closed(session: Session, opened: Open) -> None:
    ticket = opened()
    message = _ask(session, ticket, NOW)
    change_status(session, ticket.id, Status.CANCELLED, "customer", NOW)
    session.flush()
    assert pauses.deliver(session, [message], NOW) == []


DAYS = [
    # what promise, when the question was delivered and answered, and when it is due then
    (
        "privacy_correct",
        "2026-11-23 10:00",
        "2026-11-24 10:00",
        "2026-11-27 00:00",
    ),  # Wed 25th; Monday → Thu 26th
    ("privacy_correct", "2026-11-23 10:00", "2026-11-23 18:00", "2026-11-26 00:00"),  # within a day
    ("privacy_delete", "2026-11-23 10:00", "2026-11-24 10:00", "2026-12-09 00:00"),  # Sun 6th → Mon 7th; one day more
]


@pytest.mark.parametrize(("name", "stopped", "resumed", "due"), DAYS)
def test_promises_of_days(
    session: Session, opened: Open, shipped: Policy, name: str, stopped: str, resumed: str, due: str
) -> None:
    ticket = opened()
    start_clock(session, ticket, name, shipped, NOW)
    pauses.deliver(session, [_ask(session, ticket, NOW)], china(stopped))
    pauses.end(session, ticket.id, PauseEnd.ANSWER, china(resumed))
    assert _due(session, ticket)[name] == [china(due)]


def test_a_promise_that_was_given_from_outside_moves_by_what_passed(session: Session, opened: Open) -> None:
    ticket = opened()
    start_clock_until(session, ticket.id, "callback", "promise", NOW, NOW + 3 * HOUR)
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + HOUR)
    pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 2 * HOUR)
    assert _due(session, ticket)["callback"] == [NOW + 4 * HOUR]


def test_a_renewed_promise_stands_still_as_well(session: Session, opened: Open) -> None:
    ticket = opened()
    promised = running_clock(session, ticket.id, "solution_simple")
    assert promised is not None
    renew_clock(session, promised, NOW + 40 * HOUR, NOW)
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + HOUR)
    pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 3 * HOUR)
    assert _due(session, ticket)["solution_simple"] == [NOW + 26 * HOUR, NOW + 42 * HOUR]


def test_another_complexity_keeps_the_pauses(session: Session, opened: Open, shipped: Policy) -> None:
    """Two hours stood still before, and it stands still now."""
    ticket = opened()
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW)
    pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 2 * HOUR)
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW + 3 * HOUR)
    old = running_clock(session, ticket.id, "solution_simple")
    assert old is not None
    assert replace_clock(session, ticket, old, "solution_complex", shipped) == NOW + 50 * HOUR
    end_clocks(session, ticket.id, [old.name], NOW + 4 * HOUR)
    pauses.end(session, ticket.id, PauseEnd.ANSWER, NOW + 5 * HOUR)
    assert _due(session, ticket)["solution_complex"] == [NOW + 52 * HOUR]


def test_the_longest_pause_is_that_of_the_version_a_ticket_was_filed_under(
    session: Session, opened: Open, shipped: Policy
) -> None:
    short = shipped.pauses.model_copy(update={"most_hours": 24})
    old = shipped.model_copy(update={"version": "2026-01.1", "pauses": short})
    remember(session, old, NOW)
    ticket = opened(old)
    pauses.deliver(session, [_ask(session, ticket, NOW)], NOW)
    assert session.scalars(select(Pause.until)).one() == NOW + 24 * HOUR
