"""Orders and disputed charges: evidence of what costs money stays for its time, a dispute until it is settled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from care.accounts.service import phone_index
from care.billing.tables import Dispute, Order, OrderStep
from care.conversations.tables import Conversation
from care.db import transaction
from care.privacy.places.base import Counts, Held
from care.privacy.places.orders import Orders
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.privacy.subject import Subject, find_subject
from care.tickets.tables import Ticket
from tests.support.database import count
from tests.support.privacy import MARK, PHONE, Planted, plant, scan, settle
from tests.support.times import NOW

PLACE = Orders()
DAYS = retention().holds[Hold.ORDER_EVIDENCE].days or 0
RECENT, OLD = NOW - timedelta(days=1), NOW - timedelta(days=DAYS + 1)
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
    assert again == plan == Counts(held=counts.held)
    return counts


def _order(status: str, at: datetime, conversation: str = "c1", message: int = 1) -> None:
    is_sure = status in ("confirmed", "placed")
    with transaction() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel="socketio", created_at=at))
            session.flush()
        order = Order(
            conversation_id=conversation, message_id=message, phone=PHONE, phone_index=phone_index(PHONE), kind="x",
            shown=f"{MARK}退订", status=status, created_at=at, confirmed_at=at if is_sure else None,
            placed_at=at if status == "placed" else None, attempts=0,
        )  # fmt: skip
        session.add(order)
        session.flush()
        session.add(OrderStep(order_id=order.id, at=at, step="shown", note=MARK))


def _complain(status: str, conversation: str, line: str | None) -> None:
    with transaction() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel="socketio", created_at=NOW))
            session.flush()
        session.add(
            Ticket(
                number="TS1", kind="complaint", status=status, category="complaint_vas", department="service",
                priority=3, complexity="simple", policy_version="1", conversation_id=conversation, description="扣费",
                line=line, line_index=phone_index(line) if line else None, created_at=NOW,
            )
        )  # fmt: skip


EVIDENCE = [Held(Hold.ORDER_EVIDENCE, 1, RECENT + timedelta(days=DAYS))]
STATES = [
    ("placed", RECENT, EVIDENCE),  # it costs money: how it was confirmed is evidence
    ("placed", OLD, []),  # its time is over
    ("confirmed", RECENT, EVIDENCE),  # the worker is about to place it
    ("shown", RECENT, []),  # nothing was ordered
    ("cancelled", RECENT, []),
    ("expired", RECENT, []),
    ("refused", RECENT, []),
]


@pytest.mark.parametrize(("status", "at", "held"), STATES)
def test_what_stays_of_orders(status: str, at: datetime, held: list[Held]) -> None:
    _order(status, at)
    subject = Subject(PHONE, None, ("c1",), (), number_from=NOW - timedelta(days=90))
    assert _erase(subject) == Counts(removed=0 if held else 1, held=held)
    assert bool(scan([MARK])) is bool(held)
    assert count("order_steps") == count("orders") == len(held)


HELD_BY = [
    # the complaint's status, conversation and line; whether it keeps an order that was only shown
    ("inProgress", "elsewhere", PHONE, True),  # about the number
    ("inProgress", "c1", None, True),  # where it was ordered
    ("inProgress", "elsewhere", "13800138001", False),  # about another number
    ("closed", "c1", PHONE, False),
]


@pytest.mark.parametrize(("status", "conversation", "line", "keeps"), HELD_BY)
def test_a_complaint_keeps_how_it_was_ordered(status: str, conversation: str, line: str | None, keeps: bool) -> None:
    _order("cancelled", OLD)
    _complain(status, conversation, line)
    held = [Held(Hold.DISPUTE, 1)] if keeps else []
    with transaction() as session:
        aged = PLACE.expire(session, NOW - timedelta(days=30), NOW, 10)
        session.rollback()
    assert aged == Counts(removed=int(not keeps), held=held)
    assert _erase(Subject(PHONE, None, ("c1",), ())) == Counts(removed=int(not keeps), held=held)


SINCE = [
    # ordered in another conversation; the number is theirs since; is it theirs?
    (RECENT, NOW - timedelta(days=90), True),
    (OLD, NOW - timedelta(days=90), False),  # by whoever had the number before
    (RECENT, None, False),  # only the conversation was asked about
]


@pytest.mark.parametrize(("at", "number_from", "theirs"), SINCE)
def test_orders_of_the_number_elsewhere(at: datetime, number_from: datetime | None, theirs: bool) -> None:
    _order("cancelled", at, "elsewhere")
    phone = PHONE if number_from else None
    subject = Subject(phone, None, ("c1",), (), number_from=number_from)
    with transaction() as session:
        assert len(list(PLACE.records(session, subject))) == 2 * theirs
    assert _erase(subject).removed == int(theirs)


def test_what_was_ordered_after_the_request_is_another_matter() -> None:
    _order("cancelled", RECENT, message=5)
    _order("cancelled", RECENT, message=7)
    assert _erase(Subject(PHONE, None, ("c1",), (), until=6)).removed == 1


def test_a_disputed_charge_goes_with_its_complaint() -> None:
    planted = plant(NOW)
    texts = planted.texts
    with transaction() as session:
        records = list(PLACE.records(session, _subject(planted)))
    assert [record.table for record in records] == ["orders", *["order_steps"] * 4, "disputes"]
    assert records[0].values["shown"] == texts["order"]
    assert (records[-1].values["name"], records[-1].values["amount"]) == (texts["item"], "15.00")
    # The order is of the number that the complaint is about.
    assert _erase(_subject(planted)) == Counts(held=[Held(Hold.DISPUTE, 2)])
    settle(planted, NOW)
    counts = _erase(_subject(planted))
    assert (counts.removed, [held.hold for held in counts.held]) == (1, [Hold.ORDER_EVIDENCE])
    assert count("disputes") == 0
    assert count("orders") == 1


def test_what_is_old_goes_some_at_a_time() -> None:
    for message in range(3):
        _order("placed", OLD, message=message)
    _order("placed", RECENT, message=9)
    _order("confirmed", OLD, message=10)  # never placed: somebody has to look at it
    with transaction() as session:
        session.add(
            Dispute(
                conversation_id="c1", phone=PHONE, subject="i1", name=MARK, amount=1, reason="item", created_at=OLD
            )
        )  # fmt: skip
    before = NOW - timedelta(days=DAYS)
    done = []
    for _ in range(3):
        with transaction() as session:
            done.append(PLACE.expire(session, before, NOW, 2).removed)
    assert done == [3, 1, 0]  # the dispute that never became a complaint went with the first two
    with transaction() as session:
        assert session.scalars(select(Order.message_id).order_by(Order.id)).all() == [9, 10]


def test_a_shorter_period_lets_no_evidence_go() -> None:
    _order("placed", RECENT)
    with transaction() as session:
        session.execute(update(Order).values(created_at=RECENT))
        assert PLACE.expire(session, NOW, NOW, 10) == Counts()
