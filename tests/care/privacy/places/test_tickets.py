"""Tickets in a copy, in a deletion and when their time is over: own ones, others' about the number, running ones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.accounts.service import customer_of_phone, phone_index
from care.accounts.tables import Customer
from care.appeals.rules import Outcome
from care.appeals.service import record_outcome
from care.appeals.tables import Appeal
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.service import add_information
from care.followup.staff import record_result
from care.once import OnceKey, Receipt
from care.privacy.places.base import Counts, Held
from care.privacy.places.tickets import ERASED, EXPIRED, NO_NUMBER, Tickets, without_number
from care.privacy.rules import Hold, Kind, Status
from care.privacy.subject import Subject, find_subject
from care.privacy.tables import PrivacyRequest
from care.satisfaction.service import file_suggestion
from care.sla.policy import policy
from care.sla.service import start_clock
from care.sla.tables import Clock
from care.tickets import rules
from care.tickets.service import change_status, open_ticket
from care.tickets.tables import Ticket, TicketEvent, TicketGrant
from tests.support.desk import enter_letter
from tests.support.privacy import MARK, PHONE, Planted, plant, scan, settle
from tests.support.tickets import file
from tests.support.times import NOW

PLACE = Tickets()
TABLES = {"tickets", "ticket_events", "clocks", "ticket_grants", "callbacks"}
#: what hangs beside (test_promises.py)
BESIDE = {"answers", "pauses", "escalations", "tasks", "redresses", "surge_tickets"}
pytestmark = pytest.mark.usefixtures("database")


def _subject(planted: Planted) -> Subject:
    with transaction() as session:
        return find_subject(session, planted.conversation, planted.phone, NOW - timedelta(days=400), NOW)


def _erase(subject: Subject) -> Counts:
    """And the plan told the same before, and nothing after."""
    with transaction() as session:
        planned = PLACE.plan(session, subject, NOW)
    with transaction() as session:
        counts = PLACE.erase(session, subject, NOW)
    with transaction() as session:
        again, plan = PLACE.erase(session, subject, NOW), PLACE.plan(session, subject, NOW)
    assert planned == counts
    assert (again.removed, again.anonymised) == (plan.removed, plan.anonymised) == (0, 0)
    assert again.held == plan.held == counts.held
    return counts


def _left(*marks: str) -> set[str]:
    return {table for table, _ in scan(marks) if table in TABLES}


def _ticket(number: str) -> Ticket:
    with transaction() as session:
        return session.scalars(select(Ticket).where(Ticket.number == number)).one()


def _resolve(planted: Planted) -> None:
    with transaction() as session:
        record_result(session, planted.ticket, "已经修好", "7", NOW)


def _nothing(planted: Planted) -> None:
    pass


def _close(planted: Planted) -> None:
    settle(planted, NOW)


def _withdraw(planted: Planted) -> None:
    with transaction() as session:
        change_status(session, planted.ticket_id, rules.Status.CANCELLED, "customer", NOW)


# Somebody visited them, about no ticket: that goes anyway.
ONE_HELD = Counts(removed=1, held=[Held(Hold.OPEN_TICKET, 1)])
# A conversation of theirs had proved the ticket by a code: that goes as well.
GONE = Counts(removed=2, anonymised=1)
STATES = [
    (_nothing, ONE_HELD),  # somebody works on it
    (_resolve, ONE_HELD),  # answered; the customer may still say that it is not good
    (_close, GONE),
    (_withdraw, GONE),
]


@pytest.mark.parametrize(("happens", "expected"), STATES)
def test_only_what_is_over_goes(happens: object, expected: Counts) -> None:
    planted = plant(NOW)
    happens(planted)  # type: ignore[operator]
    assert _erase(_subject(planted)) == expected
    is_held = bool(expected.held)
    assert bool(_left(MARK)) is bool(_left(PHONE)) is is_held
    ticket = _ticket(planted.ticket)
    assert (ticket.conversation_id == planted.conversation) is is_held
    assert (ticket.description == ERASED) is not is_held
    # Statistics stay: what it was about, when, how fast.
    assert (ticket.category, ticket.kind, ticket.area) == ("complaint_broadband", "complaint", "town")
    assert ticket.threatens_appeal
    with transaction() as session:
        assert session.scalars(select(Clock.id).where(Clock.ticket_id == ticket.id)).all()
        assert session.scalars(select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id)).all()


def test_the_customers_row_can_go_also_while_a_ticket_is_held() -> None:
    planted = plant(NOW)
    assert _ticket(planted.ticket).customer_id is not None
    _erase(_subject(planted))
    with transaction() as session:
        customer = session.scalars(select(Customer).where(Customer.phone_index == phone_index(PHONE))).one()
        session.delete(customer)
    assert _ticket(planted.ticket).line == PHONE


def test_a_copy_has_all_of_it_and_what_was_concluded() -> None:
    planted = plant(NOW)
    with transaction() as session:
        records = list(PLACE.records(session, _subject(planted)))
    assert {record.table for record in records} == TABLES | BESIDE
    (ticket,) = (record.values for record in records if record.table == "tickets")
    texts = planted.texts
    for column, name in {
        "description": "story", "since": "since", "wish": "wish", "contact": "contact", "address": "address",
        "speed_test": "speed_test",
    }.items():  # fmt: skip
        assert ticket[column] == texts[name]
    assert (ticket["number"], ticket["line"], ticket["notify_phone"]) == (planted.ticket, PHONE, PHONE)
    assert (ticket["threatens_appeal"], ticket["repeat_of"], ticket["priority"]) == (True, None, 2)  # urged once
    assert "line_index" not in ticket
    notes = {record.values["note"] for record in records if record.table == "ticket_events"}
    assert {texts["feedback"], texts["urged"], texts["addition"]} <= notes


def _of_a_stranger(story: str) -> int:
    """Somebody complained about the number in a conversation of their own."""
    with transaction() as session:
        session.add(Conversation(id="stranger", channel="socketio", created_at=NOW - timedelta(days=1)))
        session.flush()
        draft = Draft("complaint_network", story, PHONE, wish=f"打{PHONE}告诉我妈", contact=f"{PHONE} 王女士")
        filed = file_complaint(session, draft, OnceKey("stranger", 1, "file"), policy(), NOW - timedelta(days=1))
        add_information(session, "stranger", filed.number, f"{PHONE}还是不行", OnceKey("stranger", 2, "add"), NOW)
        return filed.ticket_id


def _alone(ticket_id: int) -> Subject:
    return Subject(PHONE, None, (), (), mentions=(ticket_id,), number_from=NOW - timedelta(days=90))


def test_what_a_stranger_filed_keeps_the_strangers_words_without_the_number() -> None:
    id = _of_a_stranger("我妈的号138 0013 8000没信号，她住二楼")
    with transaction() as session:
        change_status(session, id, rules.Status.CANCELLED, "customer", NOW)
        (record,) = PLACE.records(session, _alone(id))
    # Neither its number, with which it could be asked about and taken back, nor what for and when.
    assert record.values == {"status": "cancelled", "created_at": "2026-11-01T00:00:00+08:00"}
    assert _erase(_alone(id)) == Counts(anonymised=1, held=[Held(Hold.OTHERS, 1)])
    with transaction() as session:
        ticket = session.get_one(Ticket, id)
        assert ticket.description == f"我妈的号{NO_NUMBER}没信号，她住二楼"
        assert (ticket.wish, ticket.contact) == (f"打{NO_NUMBER}告诉我妈", f"{NO_NUMBER} 王女士")
        assert (ticket.line, ticket.line_index, ticket.customer_id) == (None, None, None)
        assert ticket.conversation_id == "stranger"
    assert _left(PHONE) == set()


def test_an_open_one_of_a_stranger_is_worked_on_with_the_number() -> None:
    id = _of_a_stranger(f"{PHONE}没信号")
    assert _erase(_alone(id)) == Counts(held=[Held(Hold.OPEN_TICKET, 1)])
    with transaction() as session:
        assert session.get_one(Ticket, id).line == PHONE


NUMBERS = [
    ("我是13800138000的机主", f"我是{NO_NUMBER}的机主"),
    ("+86 138-0013-8000", f"+86 {NO_NUMBER}"),
    ("１３８００１３８０００打不通", f"{NO_NUMBER}打不通"),  # full-width
    ("幺三八零零幺三八零零零", NO_NUMBER),  # read out
    ("13800138000、13800138000", f"{NO_NUMBER}、{NO_NUMBER}"),
    ("13800138001", "13800138001"),  # somebody else's
    ("1380013 年 8000", "1380013 年 8000"),  # no number
    ("", ""),
]


@pytest.mark.parametrize(("said", "left"), NUMBERS)
def test_a_number_in_words(said: str, left: str) -> None:
    assert without_number(said, PHONE) == left


def test_the_running_deletions_own_ticket_stays_until_it_is_done() -> None:
    """The customer asks how far it is. It has no words of theirs, and the number goes from it at once."""
    planted = plant(NOW)
    settle(planted, NOW)
    with transaction() as session:
        customer = customer_of_phone(session, PHONE, NOW)
        ticket = open_ticket(
            session,
            Ticket(
                category="privacy_delete", department="rights", priority=3, complexity="simple",
                policy_version="1", conversation_id=planted.conversation, description="删除个人资料",
                line=PHONE, line_index=phone_index(PHONE), customer_id=customer.id, contact=PHONE,
            ),
            rules.Kind.PRIVACY, "customer", NOW,
        )  # fmt: skip
        request = PrivacyRequest(
            ticket_id=ticket.id, conversation_id=planted.conversation, message_id=planted.until, kind=Kind.DELETE,
            status=Status.CONFIRMED, asked_at=NOW, steps_done=[], steps=0, attempts=0,
        )  # fmt: skip
        session.add(request)
    assert _erase(_subject(planted)).anonymised == 2
    assert _left(PHONE, MARK) == set()
    left = _ticket(ticket.number)
    assert (left.conversation_id, left.description, left.status) == (
        planted.conversation, "删除个人资料", "acknowledged",
    )  # fmt: skip
    with transaction() as session:
        session.get_one(PrivacyRequest, request.id).status = Status.DONE
    # A later deletion takes it as any other.
    assert _erase(_subject(planted)) == Counts(anonymised=1)
    assert _ticket(ticket.number).conversation_id is None


def test_what_is_open_and_not_held_is_ended() -> None:
    """A proposal, and a request for papers: nobody could act on them without their words. What was late stays late."""
    planted = plant(NOW)
    settle(planted, NOW)
    with transaction() as session:
        suggested = file_suggestion(
            session, f"{MARK}希望有夜间套餐", OnceKey(planted.conversation, 9, "x"), policy(), NOW
        )
        ticket = open_ticket(
            session,
            Ticket(
                category="privacy_correct", department="rights", priority=3, complexity="simple", policy_version="1",
                conversation_id=planted.conversation, description=f"{MARK}改名字",
            ),
            rules.Kind.PRIVACY, "customer", NOW,
        )  # fmt: skip
        start_clock(session, ticket, "answer", policy(), NOW)
        start_clock(session, ticket, "repair", policy(), NOW - timedelta(days=3))
    assert _erase(_subject(planted)).anonymised == 3
    assert _left(MARK) == set()
    assert {_ticket(number).status for number in (suggested.number, ticket.number)} == {"cancelled"}
    with transaction() as session:
        clocks = session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)).all()
        assert all(clock.ended_at == NOW for clock in clocks)
        assert {(clock.name, clock.missed_at) for clock in clocks if clock.kind != "alarm"} == {
            ("answer", None),
            ("repair", NOW),
        }


LONG_AGO = NOW - timedelta(days=800)
BEFORE = NOW - timedelta(days=730)
AGES = [
    # kind, status, filed, last event, what becomes of it
    ("complaint", "closed", LONG_AGO, LONG_AGO, "over"),
    ("complaint", "closed", LONG_AGO, NOW - timedelta(days=10), "stays"),  # closed ten days ago
    ("complaint", "closed", NOW - timedelta(days=10), NOW - timedelta(days=10), "stays"),
    ("complaint", "inProgress", LONG_AGO, LONG_AGO, "held"),  # the customer waits for an answer
    ("appeal", "acknowledged", LONG_AGO, LONG_AGO, "held"),
    ("callback", "pending", LONG_AGO, LONG_AGO, "held"),
    ("complaint", "resolved", LONG_AGO, LONG_AGO, "over"),  # nobody said anything for two years
    ("feedback", "acknowledged", LONG_AGO, LONG_AGO, "over"),  # a proposal is never closed
    ("privacy", "cancelled", LONG_AGO, LONG_AGO, "over"),
]


@pytest.mark.parametrize(("kind", "status", "filed", "touched", "becomes"), AGES)
def test_what_is_old_is_over(kind: str, status: str, filed: datetime, touched: datetime, becomes: str) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="socketio", created_at=filed))
        session.add(Conversation(id="c2", channel="socketio", created_at=filed))
        session.flush()
        ticket = Ticket(
            number="TS1", kind=kind, status=status, category="other", department="service", priority=3,
            complexity="simple", policy_version="1", conversation_id="c1", line=PHONE, line_index=phone_index(PHONE),
            description=f"{MARK}没信号", created_at=filed,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        session.add(TicketEvent(ticket_id=ticket.id, at=touched, actor="customer", kind="note", note=MARK))
        session.add(TicketGrant(conversation_id="c2", ticket_id=ticket.id, level="code", granted_at=touched))
    with transaction() as session:
        counts = PLACE.expire(session, BEFORE, NOW, 10)
    with transaction() as session:
        again = PLACE.expire(session, BEFORE, NOW, 10)
    is_over = becomes == "over"
    held = [Held(Hold.OPEN_TICKET, 1)] if becomes == "held" else []
    assert counts == Counts(int(is_over), int(is_over), held)
    assert again == Counts(held=held)
    assert (_left(MARK, PHONE) == set()) is is_over
    assert (_ticket("TS1").description == EXPIRED) is is_over
    assert (_ticket("TS1").status in rules.OPEN) is (becomes == "held")


def test_no_more_at_once_than_asked() -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="socketio", created_at=LONG_AGO))
        session.flush()
        for each in range(3):
            session.add(
                Ticket(
                    number=f"TS{each}", kind="complaint", status="closed", category="other", department="service",
                    priority=3, complexity="simple", policy_version="1", conversation_id="c1", description="没信号",
                    created_at=LONG_AGO,
                )
            )  # fmt: skip
    done = []
    for _ in range(3):
        with transaction() as session:
            done.append(PLACE.expire(session, BEFORE, NOW, 2).anonymised)
    assert done == [2, 1, 0]


def test_what_staff_entered_keeps_its_words_without_the_number() -> None:
    """Who called about the number was never proved."""
    planted = plant(NOW)
    settle(planted, NOW)
    with transaction() as session:
        number = enter_letter(session, PHONE, planted.ticket, "8001", NOW)
        record_outcome(session, number, Outcome.SETTLED, "8001", NOW)
    assert ("tickets", "description") in scan([PHONE])
    _erase(_subject(planted))
    assert not [found for found in scan([PHONE]) if found[0] in ("tickets", "appeals", "ticket_events")]
    with transaction() as session:
        assert NO_NUMBER in str(session.scalars(select(Appeal.reply)).one())


def test_entered_tickets_and_appeals_have_their_time_too() -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    complaint = file()
    with transaction() as session:
        number = enter_letter(session, PHONE, complaint, "8001", NOW)
        record_outcome(session, number, Outcome.SETTLED, "8001", NOW)
    later = NOW + timedelta(days=1)
    with transaction() as session:
        assert PLACE.expire(session, later, later, 100).anonymised == 1, "the complaint is still open"
    with transaction() as session:
        assert PLACE.expire(session, later, later, 100).anonymised == 0, "once"
        appeal = session.scalars(select(Appeal)).one()
        assert (appeal.external_number, appeal.reply, appeal.outcome) == (f"-{appeal.ticket_id}", None, "settled")
        assert session.scalars(select(Receipt).where(Receipt.conversation_id.startswith("desk:"))).all() == []
    assert _ticket(number).description == EXPIRED
