"""Requests lose what they were about and stay as proof; the deletion that runs is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from care.accounts.service import phone_index
from care.crypto import blind_index
from care.db import transaction
from care.privacy.incidents import add_step, open_incident
from care.privacy.places.base import Held
from care.privacy.places.requests import Requests
from care.privacy.places.tickets import ERASED, EXPIRED
from care.privacy.retention import retention
from care.privacy.rules import Hold, Kind, Status
from care.privacy.tables import CopyLink, Correction, DataCopy, Incident, IncidentStep, PrivacyReceipt, PrivacyRequest
from care.tickets.rules import Kind as TicketKind
from care.tickets.rules import Status as TicketStatus
from care.tickets.tables import Ticket
from tests.care.privacy.places.talk import OTHER_PHONE, PHONE, erase, expire, subject_of, talk
from tests.support.database import count
from tests.support.privacy import scan
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Requests()
DAY = timedelta(days=1)


def _ask(
    kind: Kind = Kind.VIEW,
    status: Status = Status.DONE,
    phone: str | None = PHONE,
    conversation: str = "c1",
    at: datetime = NOW,
    ticket: int | None = None,
    **more: Any,
) -> int:
    (message,) = talk(conversation, NOW)
    with transaction() as session:
        request = PrivacyRequest(
            conversation_id=conversation,
            message_id=message,
            kind=kind,
            phone=phone,
            phone_index=phone_index(phone) if phone else None,
            status=status,
            asked_at=at,
            detail={"subject": {"conversations": [conversation]}, "words": "改地址"},
            steps_done=[],
            steps=0,
            attempts=0,
            ticket_id=ticket,
            next_attempt_at=NOW if status is Status.CONFIRMED else None,
            **more,
        )
        session.add(request)
        session.flush()
        return request.id


def _ticket(category: str = "privacy_leak", status: TicketStatus = TicketStatus.IN_PROGRESS) -> int:
    talk("c1")
    with transaction() as session:
        ticket = Ticket(
            number="YS261121-000001",
            kind=TicketKind.PRIVACY,
            status=status,
            category=category,
            department="security",
            priority=1,
            complexity="simple",
            policy_version="1",
            conversation_id="c1",
            description="有人知道我的地址",
            created_at=NOW,
        )
        session.add(ticket)
        session.flush()
        return ticket.id


def _row(request: int) -> tuple[str, bool, bool]:
    """Status, is a number in it, is something told in it."""
    with transaction() as session:
        row = session.get_one(PrivacyRequest, request)
        return row.status, bool(row.phone or row.phone_index), bool(row.detail)


#: kind, status, status and what is left afterwards, why
REQUESTS = [
    (Kind.VIEW, Status.DONE, (Status.DONE, False, False), "over: only that it was"),
    (Kind.COPY, Status.CONFIRMED, (Status.CANCELLED, False, False), "there will be nothing to copy"),
    (Kind.CORRECT, Status.SHOWN, (Status.CANCELLED, False, False), "nobody will confirm it"),
    (Kind.DELETE, Status.SHOWN, (Status.CANCELLED, False, False), "an earlier one that waited for a yes"),
    (Kind.DELETE, Status.CONFIRMED, (Status.CONFIRMED, True, True), "being carried out: its detail leads to the rest"),
    (Kind.DELETE, Status.DONE, (Status.DONE, False, False), "an earlier one"),
]


@pytest.mark.parametrize(("kind", "status", "after", "reason"), REQUESTS)
def test_what_is_left_of_a_request(kind: Kind, status: Status, after: object, reason: str) -> None:
    request = _ask(kind, status)
    other = _ask(phone=OTHER_PHONE, conversation="c2")
    erase(PLACE, subject_of("c1", phone=PHONE))
    assert _row(request) == after, reason
    assert _row(other) == (Status.DONE, True, True), "somebody else's"


#: asked in, number, when (days ago), is it theirs, why
WHOSE = [
    ("c1", PHONE, 0, True, "their conversation"),
    ("c1", None, 0, True, "about the conversation only"),
    ("c9", PHONE, 0, True, "their number, elsewhere"),
    ("c9", PHONE, 31, False, "of whoever had the number before"),
    ("c9", OTHER_PHONE, 0, False, "nothing of theirs"),
]


@pytest.mark.parametrize(("conversation", "phone", "days", "is_theirs", "reason"), WHOSE)
def test_whose_a_request_is(conversation: str, phone: str | None, days: int, is_theirs: bool, reason: str) -> None:
    _ask(phone=phone, conversation=conversation, at=NOW - days * DAY)
    subject = subject_of("c1", phone=PHONE, number_from=NOW - 30 * DAY)
    with transaction() as session:
        assert len(list(PLACE.records(session, subject))) == is_theirs, reason
    assert erase(PLACE, subject).anonymised == is_theirs, reason


def test_what_was_asked_since_is_another_matter() -> None:
    first = _ask()
    (until,) = talk("c1", NOW)
    later = _ask(Kind.USAGE, Status.SHOWN)
    erase(PLACE, subject_of("c1", phone=PHONE, until=until))
    assert _row(first) == (Status.DONE, False, False)
    assert _row(later) == (Status.SHOWN, True, True)


def _around(request: int) -> None:
    """A receipt, a correction, a copy with a link."""
    with transaction() as session:
        session.add(
            PrivacyReceipt(
                number=f"YS261121-{request}", request_id=request, body={"phone": "138****8000"}, digest="0", made_at=NOW
            )
        )
        session.add(
            Correction(request_id=request, field="call_name", place="customer", before="张", after="王", at=NOW)
        )
        copy = {"content": b"zip", "password": "geheim", "size": 3, "made_at": NOW, "expires_at": NOW + DAY}
        session.execute(insert(DataCopy).values(request_id=request, **copy))
        index = blind_index(str(request), "copy_links.token")
        session.add(
            CopyLink(token_index=index, request_id=request, conversation_id="c1", made_at=NOW, expires_at=NOW + DAY)
        )


def test_corrections_copies_and_links_go_and_receipts_stay() -> None:
    _around(_ask(Kind.COPY))
    counts = erase(PLACE, subject_of("c1", phone=PHONE))
    until = retention().holds[Hold.RECEIPT].until(NOW)
    assert (counts.removed, counts.anonymised) == (2, 1)
    assert counts.held == [Held(Hold.RECEIPT, 1, until)]
    assert [count(table) for table in ("corrections", "data_copies", "copy_links", "privacy_receipts")] == [0, 0, 0, 1]


def test_a_copy_tells_neither_copies_nor_other_conversations() -> None:
    _around(_ask(Kind.COPY))
    with transaction() as session:
        told = {each.table: each.values for each in PLACE.records(session, subject_of("c1", phone=PHONE))}
    assert told["privacy_requests"]["detail"] == {"words": "改地址"}
    assert told["data_copies"].keys() == {"request_id", "size", "made_at", "expires_at"}
    assert told["corrections"]["before"] == "张"
    assert told["privacy_receipts"]["body"] == {"phone": "138****8000"}
    assert "token_index" not in told["copy_links"]


def test_a_leak_report_stays_while_somebody_looks_into_it_and_loses_its_words_then() -> None:
    ticket = _ticket()
    request = _ask(Kind.LEAK, Status.CONFIRMED, ticket=ticket)
    with transaction() as session:
        open_incident(session, "report", "有人知道我的地址", NOW, ticket_id=ticket)
        open_incident(session, "audit", "第3题", NOW)
    counts = erase(PLACE, subject_of("c1", phone=PHONE))
    assert (counts.anonymised, counts.held) == (0, [Held(Hold.OPEN_TICKET, 1)])
    assert _row(request) == (Status.CONFIRMED, True, True)
    with transaction() as session:
        session.execute(update(Ticket).values(status=TicketStatus.CLOSED))
        session.execute(update(PrivacyRequest).values(status=Status.DONE))
    assert erase(PLACE, subject_of("c1", phone=PHONE)).anonymised == 2
    with transaction() as session:
        assert session.scalars(select(Incident.description).order_by(Incident.id)).all() == [ERASED, "第3题"]
    assert _row(request) == (Status.DONE, False, False)


#: when it was closed (days ago), whose its ticket is, do its words go, why
INCIDENTS = [
    (9, "c1", True, "closed long ago"),
    (3, "c1", False, "closed lately"),
    (None, "c1", False, "somebody works on it, and on its ticket"),
    (None, None, True, "its ticket is nobody's any more: nobody is to work on it"),
]


@pytest.mark.parametrize(("closed", "ticket_of", "goes", "reason"), INCIDENTS)
def test_the_words_of_an_incident_expire(closed: int | None, ticket_of: str | None, goes: bool, reason: str) -> None:
    ticket = _ticket(status=TicketStatus.CLOSED)
    with transaction() as session:
        incident = open_incident(session, "report", "有人知道我的地址", NOW - 20 * DAY, ticket_id=ticket)
        add_step(session, incident.number, "stop", "li", NOW - 19 * DAY, "停了张三的外呼账号")
        incident.closed_at = NOW - closed * DAY if closed else None
        session.get_one(Ticket, ticket).conversation_id = ticket_of
    assert expire(PLACE, NOW - 5 * DAY).anonymised == goes, reason
    assert expire(PLACE, NOW - 5 * DAY).anonymised == 0
    with transaction() as session:
        kept = session.scalars(select(Incident)).one()
        step = session.scalars(select(IncidentStep)).one()
        assert (kept.description == EXPIRED, step.note is None, step.step) == (goes, goes, "stop"), reason


def test_what_was_done_about_a_report_is_in_the_copy_and_goes_with_it() -> None:
    ticket = _ticket(status=TicketStatus.CLOSED)
    with transaction() as session:
        incident = open_incident(session, "report", "有人知道我的地址", NOW, ticket_id=ticket)
        add_step(session, incident.number, "stop", "li", NOW, "停了张三的外呼账号")
        steps = [each for each in PLACE.records(session, subject_of("c1")) if each.table == "incident_steps"]
    assert [(each.values["note"], each.values["staff"]) for each in steps] == [("停了张三的外呼账号", "")]
    erase(PLACE, subject_of("c1"))
    assert scan(["张三", "地址"]) == [("tickets", "description")], "that is the place of tickets"


def test_with_words_alone_nothing_of_a_number_goes() -> None:
    """Whoever holds the conversation proved nothing: copies, corrections and requests are of whoever did."""
    of_number = _ask(Kind.CORRECT, Status.CONFIRMED)
    _around(of_number)
    at_work = _ask(Kind.LEAK, Status.CONFIRMED, phone=None)
    shown = _ask(Kind.DELETE, Status.SHOWN, phone=None)
    assert erase(PLACE, subject_of("c1", is_words_only=True)).anonymised == 1
    assert [_row(each) for each in (of_number, at_work, shown)] == [
        (Status.CONFIRMED, True, True),
        (Status.CONFIRMED, False, True),
        (Status.CANCELLED, False, False),
    ]
    assert [count(table) for table in ("corrections", "data_copies", "copy_links")] == [1, 1, 1]


def test_old_requests_expire_with_their_receipts() -> None:
    old = _ask(Kind.COPY, at=NOW - 9 * DAY)
    _around(old)
    waits = _ask(Kind.COPY, Status.CONFIRMED, at=NOW - 9 * DAY)
    young = _ask(at=NOW)
    assert expire(PLACE, NOW - 5 * DAY).removed == 1
    with transaction() as session:
        assert session.scalars(select(PrivacyRequest.id).order_by(PrivacyRequest.id)).all() == [waits, young]
    assert [count(table) for table in ("corrections", "data_copies", "copy_links", "privacy_receipts")] == [0, 0, 0, 0]
    assert expire(PLACE, NOW - 5 * DAY).removed == 0
