"""SMS: what was sent stays for six months, what waits is stopped, and news of an open complaint goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from care.accounts.service import phone_index
from care.billing.tables import Reminder
from care.conversations.tables import Conversation
from care.db import transaction
from care.notices.tables import Notice
from care.privacy.holds import RETAINED
from care.privacy.places.base import Counts, Held
from care.privacy.places.notices import Notices
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.tickets.tables import Ticket
from tests.support.database import count
from tests.support.privacy import MARK, PHONE, plant, scan
from tests.support.times import NOW

PLACE = Notices()
DAYS = retention().holds[Hold.SMS_RECORD].days or 0
RECENT, OLD = NOW - timedelta(days=1), NOW - timedelta(days=DAYS + 1)
OTHER = "13800138001"
pytestmark = pytest.mark.usefixtures("database")


def _notice(status: str, at: datetime, phone: str = PHONE, ticket: int | None = None, legacy: bool = False) -> None:
    with transaction() as session:
        session.add(
            Notice(
                ticket_id=ticket, kind="reminder", once=uuid4().hex, phone=phone,
                phone_index=None if legacy else phone_index(phone), text=f"{MARK}快用完了", status=status,
                created_at=at, sent_at=at if status == "sent" else None, attempts=0,
            )
        )  # fmt: skip


def _ticket(status: str, line: str | None = None) -> int:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="socketio", created_at=NOW))
        session.flush()
        ticket = Ticket(
            number="TS1", kind="complaint", status=status, category="other", department="service", priority=3,
            complexity="simple", policy_version="1", conversation_id="c1", description="没信号", created_at=NOW,
            line=line, line_index=phone_index(line) if line else None,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        return ticket.id


def _erase(subject: Subject) -> Counts:
    """And the plan told the same before, and nothing after."""
    with transaction() as session:
        planned = PLACE.plan(session, subject, NOW)
    with transaction() as session:
        counts = PLACE.erase(session, subject, NOW)
    with transaction() as session:
        again, plan = PLACE.erase(session, subject, NOW), PLACE.plan(session, subject, NOW)
    assert planned == counts
    assert again == plan == Counts(held=counts.held)
    return counts


def _of_number(*tickets: int) -> Subject:
    return Subject(PHONE, None, ("c1",), tickets, number_from=NOW - timedelta(days=400))


STATES = [
    ("sent", RECENT, [Held(Hold.SMS_RECORD, 1, RECENT + timedelta(days=DAYS))]),  # 令第74号第十三条
    ("sent", OLD, []),
    ("waiting", RECENT, []),  # stopped: whoever asks to be forgotten gets no more
    ("given_up", RECENT, []),  # nothing was sent
]


@pytest.mark.parametrize(("status", "at", "held"), STATES)
def test_what_stays_of_sms(status: str, at: datetime, held: list[Held]) -> None:
    _notice(status, at)
    _notice(status, at, OTHER)
    assert _erase(_of_number()) == Counts(removed=int(not held), held=held)
    with transaction() as session:
        assert [row.phone for row in session.scalars(select(Notice).order_by(Notice.id))] == [PHONE] * len(held) + [
            OTHER
        ]


TICKETS = [
    # of a ticket of theirs; what stays
    ("inProgress", "waiting", [Held(Hold.OPEN_TICKET, 1)]),  # they wait for that news
    ("closed", "waiting", []),
    ("closed", "sent", [Held(Hold.SMS_RECORD, 1, RECENT + timedelta(days=DAYS))]),
]


@pytest.mark.parametrize(("ticket", "status", "held"), TICKETS)
@pytest.mark.parametrize("legacy", [True, False])
def test_news_of_a_ticket(ticket: str, status: str, held: list[Held], legacy: bool) -> None:
    """Rows from before the number's index are found through their ticket."""
    id = _ticket(ticket)
    _notice(status, RECENT, ticket=id, legacy=legacy)
    assert _erase(_of_number(id)) == Counts(removed=int(not held), held=held)


def test_what_whoever_had_the_number_before_was_sent_is_not_theirs() -> None:
    _notice("sent", NOW - timedelta(days=100))
    with transaction() as session:
        session.add(Reminder(phone_index=phone_index(PHONE), about="usage:x", sent_at=NOW - timedelta(days=100)))
    subject = Subject(PHONE, NOW - timedelta(days=90), (), (), number_from=NOW - timedelta(days=90))
    with transaction() as session:
        assert list(PLACE.records(session, subject)) == []
    assert _erase(subject) == Counts()
    assert count("reminders") == 1


def test_a_person_in_a_copy_and_in_a_deletion() -> None:
    planted = plant(NOW)
    subject = Subject(PHONE, None, (planted.conversation,), (planted.ticket_id,), number_from=NOW - timedelta(days=90))
    with transaction() as session:
        records = list(PLACE.records(session, subject))
    assert {record.table for record in records} == {"notices", "reminders"}
    assert planted.texts["notice"] in {record.values.get("text") for record in records}
    assert all("phone_index" not in record.values and "once" not in record.values for record in records)
    with transaction() as session:
        for notice in session.scalars(select(Notice).where(Notice.status == "waiting")):
            notice.ticket_id = None
    counts = _erase(subject)
    assert counts.removed == len(records)
    assert [table for table, _ in scan([PHONE, MARK]) if table in ("notices", "reminders")] == []


def test_what_a_deletion_leaves_of_sms_is_documented() -> None:
    _notice("sent", RECENT)
    _erase(_of_number())
    left = set(scan([MARK, PHONE]))
    assert left == {key for key, hold in RETAINED.items() if hold is Hold.SMS_RECORD}


AGES = [
    # sent, an open complaint about the number, what becomes of it
    (OLD, None, "removed"),
    (RECENT, None, "stays"),
    (OLD, PHONE, "held"),  # what was announced may be what is disputed
    (OLD, OTHER, "removed"),
]


@pytest.mark.parametrize(("at", "line", "becomes"), AGES)
def test_what_is_old_goes(at: datetime, line: str | None, becomes: str) -> None:
    _notice("sent", at)
    if line:
        _ticket("inProgress", line)
    with transaction() as session:
        session.add(Reminder(phone_index=phone_index(PHONE), about="usage:x", sent_at=at))
    before = NOW - timedelta(days=DAYS)
    with transaction() as session:
        counts = PLACE.expire(session, before, NOW, 10)
    held = [Held(Hold.DISPUTE, 1)] if becomes == "held" else []
    assert counts == Counts(removed=int(becomes == "removed") + int(at == OLD), held=held)
    with transaction() as session:
        assert PLACE.expire(session, before, NOW, 10) == Counts(held=held)
