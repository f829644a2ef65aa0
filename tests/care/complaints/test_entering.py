"""Tickets that agents enter: the bot's own fields and rules, once for each entry, and told only where it was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.accesses.tables import Access
from care.complaints.entering import Entered, Entry, enter_ticket
from care.conversations.tables import Conversation
from care.errors import InvalidInput
from care.notices.tables import Notice
from care.sla.policy import DEFAULT, load_policy
from care.sla.service import due_times
from care.tickets.rules import Channel, Kind, Status
from care.tickets.tables import Ticket, TicketEvent
from tests.support.desk import noted
from tests.support.times import NOW, china

SHIPPED = load_policy(DEFAULT)
CALL = Entry(
    entry_id="entry-0001",
    kind=Kind.COMPLAINT,
    channel=Channel.HOTLINE,
    category="complaint_vas",
    description="来电说被乱开了彩铃",
    line="138 0013 8000",
    contact="13800138001 晚上打",
)


def _enter(session: Session, **changes: Any) -> Entered:
    return enter_ticket(session, replace(CALL, **changes), "8001", NOW, SHIPPED)


def _ticket(session: Session, entered: Entered) -> Ticket:
    return session.get_one(Ticket, entered.ticket_id)


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str, str | None]]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.actor, event.kind, event.note) for event in session.scalars(query)]


def test_a_ticket_for_a_caller(session: Session) -> None:
    ticket = _ticket(session, _enter(session))
    assert (ticket.kind, ticket.channel, ticket.entered_by) == ("complaint", "hotline", "8001")
    assert (ticket.line, ticket.contact) == ("13800138000", "13800138001 晚上打")
    assert (ticket.conversation_id, ticket.notify_phone, ticket.assignee) == (None, None, None)
    assert (ticket.department, ticket.priority, ticket.complexity) == ("service", 3, "simple")
    assert _events(session, ticket) == [("staff:8001", "filed", None)]
    assert due_times(session, ticket.id) == {
        "first_feedback": china("2026-11-22 15:20"),
        "solution_simple": china("2026-11-22 15:20"),
        "answer": china("2026-12-08 00:00"),
    }
    assert noted(session) == [("staff:8001", "ticket_enter", f"ticket:{ticket.number}")]
    assert session.scalars(select(Notice)).all() == [], "a number that somebody named on the telephone is not proved"
    (access,) = session.scalars(select(Access))
    assert (access.reader, access.who, access.what) == ("agent", "8001", "ticket")


def test_the_same_entry_is_one_ticket(session: Session) -> None:
    first = _enter(session)
    again = _enter(session, description="来电说被乱开了彩铃，很生气")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.number == first.number
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    other = enter_ticket(session, CALL, "8002", NOW, SHIPPED)
    assert other.number != first.number, "another agent's browser chose the same id"


ENTRIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # what was typed, what stands on the ticket
    (
        {"kind": Kind.FAULT, "category": "complaint_broadband", "address": "人民路8号3单元"},
        {"kind": "fault", "area": "town"},
    ),
    (
        {"category": "complaint_network", "address": "老家张家村", "speed_test": "昨晚 2 兆"},
        {"area": "country", "speed_test": "昨晚 2 兆"},
    ),
    ({"category": "complaint_network", "address": "望京", "area": "country"}, {"area": "country"}),  # the agent asked
    ({"channel": Channel.COUNTER, "partner": " 某某代理商 "}, {"channel": "counter", "partner": "某某代理商"}),
    ({"channel": Channel.SOCIAL}, {"channel": "social"}),
    ({"since": "上周五"}, {"since": "上周五", "since_date": china("2026-11-13 00:00").date()}),
    ({"description": "再不解决我就去12381申诉"}, {"threatens_appeal": True}),
    ({"wish": "退费，不然去工信部"}, {"threatens_appeal": True, "wish": "退费，不然去工信部"}),
    ({"line": None}, {"line": None, "line_index": None}),
    ({"line": "kd20771a"}, {"line": "kd20771a"}),
    ({"contact": None}, {"contact": None}),
]


@pytest.mark.parametrize(("changes", "expected"), ENTRIES)
def test_the_bots_own_rules(session: Session, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    ticket = _ticket(session, _enter(session, **changes))
    assert {name: getattr(ticket, name) for name in expected} == expected


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"entry_id": "1"}, "entry_id"),  # two browsers would choose the same
    ({"entry_id": "条目条目条目条目"}, "entry_id"),
    ({"kind": Kind.PRIVACY}, "kind"),  # requests about personal data need a proof
    ({"kind": Kind.CALLBACK}, "kind"),  # care.callbacks
    ({"channel": Channel.CHAT}, "channel"),  # without its conversation
    ({"channel": Channel.AUTHORITY}, "channel"),  # an appeal's
    ({"kind": Kind.APPEAL}, "channel"),
    ({"category": "nonsense"}, "category"),
    ({"category": "privacy_delete"}, "category"),
    ({"line": "12345"}, "phone"),
    ({"line": None, "contact": None}, "contact_missing"),
    ({"line": " ", "contact": ""}, "contact_missing"),
    ({"description": " ？"}, "field_empty"),
    ({"description": "啊" * 12_001}, "field_long"),
    ({"wish": "啊" * 501}, "field_long"),
    ({"partner": "啊" * 81}, "field_long"),
    ({"category": "complaint_broadband"}, "address_missing"),
    ({"area": "city"}, "area"),
    ({"since": "明天"}, "since_future"),
    ({"since": "嗯"}, "since_unclear"),
    ({"contact": "微信联系", "line": "kd20771a", "is_read_back": True}, "contact_missing"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_what_is_not_taken(session: Session, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _enter(session, **changes)
    assert refused.value.reason == reason


def test_the_same_matter_again(session: Session) -> None:
    first = _ticket(session, _enter(session))
    again = _ticket(session, _enter(session, entry_id="entry-0002"))
    assert (again.repeat_of, again.priority) == (first.id, 2), "one more urgent"
    other = _ticket(session, _enter(session, entry_id="entry-0003", category="invoice"))
    assert other.repeat_of is None


@pytest.mark.parametrize(
    ("days", "status", "is_repeat"),
    [
        (8, Status.ACKNOWLEDGED, True),  # no longer one that may be urged on instead, and still not settled
        (30, Status.CLOSED, True),  # answered, and it is back
        (31, Status.CLOSED, False),
        (8, Status.CANCELLED, False),  # taken back: no complaint
    ],
)
def test_the_same_matter_within_a_month(session: Session, days: int, status: Status, is_repeat: bool) -> None:
    first = _ticket(session, _enter(session))
    first.status = status
    entered = enter_ticket(session, replace(CALL, entry_id="entry-0004"), "8001", NOW + timedelta(days=days), SHIPPED)
    later = _ticket(session, entered)
    assert later.repeat_of == (first.id if is_repeat else None)
    assert later.priority == first.priority - is_repeat


TOLD = [
    ("13800138001 晚上打", "13800138001"),
    ("138 0013-8001", "13800138001"),
    ("微信", "13800138000"),  # the affected line, which is a mobile
    (None, "13800138000"),
]


@pytest.mark.parametrize(("contact", "phone"), TOLD)
def test_a_contact_that_was_read_back_hears_of_it(session: Session, contact: str | None, phone: str) -> None:
    ticket = _ticket(session, _enter(session, contact=contact, is_read_back=True))
    assert ticket.notify_phone == phone
    (notice,) = session.scalars(select(Notice))
    assert (notice.kind, notice.phone) == ("filed", phone)
    assert ticket.number in notice.text
    assert "11月22日 15:20" in notice.text, "with what is promised"


def test_a_public_supervisor_has_a_clock_of_its_own(session: Session) -> None:
    """社会义务监督员: five working days, our own word; 21 November 2026 is a Saturday."""
    ticket = _ticket(session, _enter(session, channel=Channel.SUPERVISION))
    assert due_times(session, ticket.id)["supervision"] == china("2026-11-28 00:00")
    assert ticket.priority == 2
    assert SHIPPED.clocks["supervision"].kind == "promise"


def test_where_it_was_found_stands_in_a_note(session: Session) -> None:
    ticket = _ticket(session, _enter(session, channel=Channel.SOCIAL, note="微博 https://example.cn/1"))
    assert _events(session, ticket)[1] == ("staff:8001", "note", "微博 https://example.cn/1")


def test_for_the_customer_of_a_conversation(session: Session) -> None:
    session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    session.flush()
    entered = _enter(session, channel=Channel.CHAT, conversation_id="c1", line=None, contact=None)
    assert _ticket(session, entered).conversation_id == "c1"
    with pytest.raises(InvalidInput) as refused:
        _enter(session, entry_id="entry-0002", conversation_id="c1")
    assert refused.value.reason == "channel"
