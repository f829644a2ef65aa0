"""Incidents in the database: found, linked, confirmed, dismissed, told by the fault feed, and over for all once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import open_alarms
from care.complaints.rules import Draft
from care.complaints.service import Filing, write_ticket
from care.conversations.service import open_conversation
from care.conversations.tables import Message
from care.db import run, transaction
from care.errors import CareError, Conflict, InvalidInput
from care.notices.tables import Notice
from care.sla.policy import policy
from care.surges.counting import count
from care.surges.rules import KEPT, Status
from care.surges.service import (
    Fault,
    Known,
    clear,
    confirm,
    confirmed_for,
    dismiss,
    hear_fault,
    meet,
    size_of,
    surges,
    take,
    tell_clear,
    tickets_of,
)
from care.surges.tables import Surge, SurgeTicket
from care.tickets.rules import Channel, EventKind, Kind
from care.tickets.rules import Status as TicketStatus
from care.tickets.service import change_status
from care.tickets.tables import Ticket, TicketEvent
from tests.support.desk import noted
from tests.support.times import NOW

HERE, THERE = "北京市海淀区中关村大街", "北京市朝阳区望京西路"
MINUTE = timedelta(minutes=1)
BROADBAND = "complaint_broadband"


def file(
    session: Session,
    at: datetime,
    number: int,
    address: str = HERE,
    category: str = BROADBAND,
    conversation_id: str | None = None,
) -> Ticket:
    """Of the customer `number`."""
    draft = Draft(category, "断网了", line=f"ad{number:08d}", address=address)
    ticket, _ = write_ticket(
        session, draft, Filing(Kind.COMPLAINT, Channel.CHAT, "customer", conversation_id), policy(), at
    )
    session.flush()
    return ticket


def month(session: Session) -> None:
    """Quiet: one complaint every 21 hours."""
    for number in range(34):
        at = NOW - timedelta(days=30) + timedelta(hours=21 * number)
        file(session, at, 5000 + number)
        count(session, at, 500)


def burst(session: Session, customers: int, at: datetime = NOW, address: str = HERE) -> list[Ticket]:
    return [file(session, at + number * MINUTE, number, address) for number in range(customers)]


def suspected(session: Session) -> Surge:
    month(session)
    burst(session, 8)
    (found,) = count(session, NOW + 10 * MINUTE, 500)
    return session.get_one(Surge, found)


LATER = NOW + 20 * MINUTE


def test_a_burst_among_quiet_weeks_is_found_once_and_supervisors_hear(session: Session) -> None:
    month(session)
    assert surges(session, True) == []
    found = []
    for number in range(20):
        at = NOW + number * MINUTE
        file(session, at, number)
        if found := count(session, at, 500):
            break
    assert len(found) == 1
    (surge,) = surges(session, True)
    assert (surge.kind, surge.status, surge.area.text, surge.count) == ("count", "suspected", "北京海淀区", number + 1)
    assert [alarm.subject for alarm in open_alarms(session, AlarmKind.SURGE)] == [f"surge:{surge.id}"]
    assert size_of(session, surge.id) == number + 1
    assert count(session, LATER, 500) == []


def test_one_customer_alone_makes_no_incident(session: Session) -> None:
    month(session)
    for number in range(20):
        file(session, NOW + number * MINUTE, 1)
    assert count(session, LATER, 500) == []


def test_a_new_complaint_of_it_is_linked_and_hears_what_is_known(session: Session) -> None:
    surge = suspected(session)
    ticket = file(session, LATER, 100)
    assert meet(session, ticket.number, LATER) == Known(False)
    until = LATER + timedelta(hours=2)
    confirm(session, surge.id, "光缆被挖断，正在抢修。", until, "8001", LATER)
    again = file(session, LATER, 101)
    assert meet(session, again.number, LATER) == Known(True, "光缆被挖断，正在抢修。", until)
    assert meet(session, again.number, LATER) == Known(True, "光缆被挖断，正在抢修。", until)  # the same step again
    assert meet(session, again.number, until) == Known(True, "光缆被挖断，正在抢修。")  # that time has passed
    assert {ticket.id, again.id} < {each.id for each in tickets_of(session, surge.id)}
    events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == again.id)).all()
    assert [event.kind for event in events].count(EventKind.SURGE) == 1


@pytest.mark.parametrize(
    ("address", "category", "is_told"),
    [(HERE, BROADBAND, True), ("", BROADBAND, False), (THERE, BROADBAND, False), (HERE, "complaint_billing", False)],
)
def test_whoever_begins_to_complain_hears_of_a_confirmed_one(
    session: Session, address: str, category: str, is_told: bool
) -> None:
    surge = suspected(session)
    assert confirmed_for(session, category, address, LATER) is None  # nobody has confirmed it
    confirm(session, surge.id, "光缆被挖断。", None, "8001", LATER)
    assert confirmed_for(session, category, address, LATER) == (Known(True, "光缆被挖断。") if is_told else None)


@pytest.mark.parametrize(("address", "category"), [(THERE, BROADBAND), (HERE, "complaint_billing")])
def test_complaints_of_something_else_hear_nothing_of_it(session: Session, address: str, category: str) -> None:
    suspected(session)
    assert meet(session, file(session, LATER, 100, address, category).number, LATER) is None


def test_staff_confirm_take_and_end_it(session: Session) -> None:
    surge = suspected(session)
    take(session, surge.id, "8002", LATER)
    confirm(session, surge.id, "光缆被挖断。", None, "8001", LATER)
    assert (surge.status, surge.owner, surge.confirmed_by) == ("confirmed", "8002", "8001")
    assert open_alarms(session, AlarmKind.SURGE) == []
    clear(session, surge.id, "光缆已接通。", "8001", LATER)
    clear(session, surge.id, "光缆已接通。", "8001", LATER)  # sent again
    assert (surge.status, surge.over_at, surge.words) == ("over", LATER, "光缆已接通。")
    assert [action for _, action, _ in noted(session) if action.startswith("surge")] == [
        "surge_take",
        "surge_confirm",
        "surge_clear",
    ]
    assert (surges(session, True), surges(session, False)) == ([], [surge])


def test_steps_that_do_not_fit_are_refused(session: Session) -> None:
    surge = suspected(session)
    refused: list[tuple[type[CareError], str, Callable[[], object]]] = [
        (InvalidInput, "surge", lambda: take(session, surge.id + 1, "8001", LATER)),
        (InvalidInput, "words", lambda: confirm(session, surge.id, " ", None, "8001", LATER)),
        (InvalidInput, "words", lambda: confirm(session, surge.id, "字" * 201, None, "8001", LATER)),
        (InvalidInput, "repaired_by", lambda: confirm(session, surge.id, "断网", NOW, "8001", LATER)),
        (Conflict, "surge_status", lambda: clear(session, surge.id, "好了", "8001", LATER)),
    ]
    for error, reason, step in refused:
        with pytest.raises(error) as raised:
            step()
        assert raised.value.reason == reason
    dismiss(session, surge.id, "同一个小区的演练", "8001", LATER)
    dismiss(session, surge.id, "同一个小区的演练", "8001", LATER)
    with pytest.raises(Conflict):
        confirm(session, surge.id, "断网", None, "8001", LATER)


def test_what_was_dismissed_is_not_found_again_by_the_same_complaints(session: Session) -> None:
    surge = suspected(session)
    dismiss(session, surge.id, "不是一回事", "8001", LATER)
    file(session, LATER, 100)
    assert count(session, LATER, 500) == []


def test_a_suspicion_that_nobody_confirms_dies_down(session: Session) -> None:
    surge = suspected(session)
    count(session, NOW + timedelta(hours=23), 500)
    assert surge.status == Status.SUSPECTED
    count(session, NOW + timedelta(hours=25), 500)
    assert surge.status == Status.DISMISSED
    assert open_alarms(session, AlarmKind.SURGE) == []


def test_everybody_hears_once_that_it_is_over(session: Session) -> None:
    surge = suspected(session)
    chat = open_conversation(session, "socketio", "u1", NOW)
    mine, also_mine, taken_back = (file(session, LATER, 100 + number, HERE, BROADBAND, chat) for number in range(3))
    mine.notify_phone = "13800138000"
    for ticket in (mine, also_mine, taken_back):
        meet(session, ticket.number, LATER)
    change_status(session, taken_back.id, TicketStatus.CANCELLED, "customer", LATER)
    assert tell_clear(session, LATER, 50) == 0
    confirm(session, surge.id, "光缆被挖断。", None, "8001", LATER)
    clear(session, surge.id, "光缆已接通。", "8001", LATER)
    assert [tell_clear(session, LATER, 6) for _ in range(3)] == [6, 5, 0]
    said = session.scalars(select(Message.text).where(Message.conversation_id == chat)).all()
    assert len(said) == 1
    assert [word in said[0] for word in (mine.number, "光缆已接通。")] == [True, True]
    assert session.scalars(select(Notice.ticket_id)).all() == [mine.id]


def test_counts_that_nothing_needs_go(session: Session) -> None:
    ticket = file(session, NOW, 1)
    count(session, NOW, 500)
    count(session, NOW + KEPT + MINUTE, 500)
    assert session.scalar(select(func.count()).select_from(SurgeTicket).where(SurgeTicket.ticket_id == ticket.id)) == 0


FAULT = Fault("F-1", BROADBAND, "北京市海淀区", NOW - MINUTE, NOW + timedelta(hours=3), False, "光缆中断，正在抢修。")


def test_the_feed_tells_a_fault_and_its_end(session: Session) -> None:
    ticket = file(session, NOW, 1)
    meet(session, ticket.number, NOW)
    surge = hear_fault(session, FAULT, policy(), LATER)
    assert surge is not None
    assert hear_fault(session, FAULT, policy(), LATER) is surge
    assert (surge.kind, surge.status, surge.confirmed_by) == ("feed", "confirmed", "feed")
    assert [each.id for each in tickets_of(session, surge.id)] == [ticket.id]
    assert meet(session, file(session, LATER, 2).number, LATER) == Known(True, FAULT.words, FAULT.repaired_by)
    hear_fault(session, replace(FAULT, is_over=True, words="已修复。"), policy(), LATER)
    assert (surge.status, surge.words) == ("over", "已修复。")
    assert tell_clear(session, LATER, 50) == 2
    assert hear_fault(session, FAULT, policy(), LATER) is surge  # an old message, late
    assert surge.status == "over"


def test_the_feed_confirms_what_was_only_suspected(session: Session) -> None:
    surge = suspected(session)
    assert hear_fault(session, FAULT, policy(), LATER) is surge
    assert (surge.kind, surge.status, surge.feed_id) == ("count", "confirmed", "F-1")
    with pytest.raises(Conflict, match="another fault"):
        hear_fault(session, replace(FAULT, feed_id="F-2"), policy(), LATER)


WRONG = [
    (replace(FAULT, category="gone"), "category"),
    (replace(FAULT, area="某处"), "area"),
    (replace(FAULT, began_at=NOW + timedelta(days=1)), "began_at"),
    (replace(FAULT, words=" "), "words"),
]


@pytest.mark.parametrize(("fault", "reason"), WRONG)
def test_a_fault_that_cannot_be_is_refused(session: Session, fault: Fault, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        hear_fault(session, fault, policy(), LATER)
    assert raised.value.reason == reason


def test_a_fault_that_was_over_before_we_heard_of_it_is_none(session: Session) -> None:
    assert hear_fault(session, replace(FAULT, is_over=True), policy(), LATER) is None


@pytest.mark.usefixtures("database")
def test_many_workers_and_actions_at_once_count_each_ticket_once() -> None:
    with transaction() as session:
        month(session)
        numbers = [file(session, NOW + number * MINUTE, number).number for number in range(10)]
    with transaction() as session:
        hear_fault(session, FAULT, policy(), NOW)

    def work(number: str) -> None:
        run(lambda session: meet(session, number, LATER))
        run(lambda session: count(session, LATER, 500))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, numbers))
    with transaction() as session:
        (surge,) = surges(session, True)
        assert size_of(session, surge.id) == len(numbers)
        events = session.scalars(select(TicketEvent.id).where(TicketEvent.kind == EventKind.SURGE)).all()
        assert len(events) == len(numbers)
        clear(session, surge.id, "已修复。", "8001", LATER)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: run(lambda session: tell_clear(session, LATER, 3)), range(6)))
    assert sum(told) == len(numbers)
