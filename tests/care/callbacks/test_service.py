"""Call-backs: a ticket with one clock, which ends with the chosen time; times with room; once for a message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.accounts.proofs import prove
from care.callbacks.rules import Slot
from care.callbacks.service import (
    Promised,
    Wanted,
    callback_of,
    exchanged,
    file,
    file_callback,
    open_callback,
    slots,
)
from care.callbacks.tables import Callback
from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import Conflict, InvalidInput
from care.followup.service import own_tickets, withdraw
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import request_handoff
from care.handoff.service import withdraw as end_wait
from care.handoff.tables import Handoff
from care.once import OnceKey
from care.sla.policy import CALLBACK, Policy, policy
from care.sla.tables import Clock
from care.tickets.rules import Channel, Kind
from care.tickets.service import ticket_by_number
from tests.support.times import NOW, china

PHONE = "13800138000"
FOUR = china("2026-11-21 16:00")  # NOW is 15:20
SIX = china("2026-11-21 18:00")


@pytest.fixture(autouse=True)
def conversations(database: object) -> None:
    with transaction() as session:
        session.add_all(Conversation(id=f"c{number}", channel="rest", created_at=NOW) for number in range(1, 6))


def _wanted(starts_at: datetime = FOUR, **more: object) -> Wanted:
    return Wanted(**({"phone": PHONE, "starts_at": starts_at, "queue": "service", "words": "话费的事"} | more))  # type: ignore[arg-type]


def _key(message_id: int = 12, conversation: str = "c1") -> OnceKey:
    return OnceKey(conversation, message_id, "action_callback")


def _small(most: int) -> Policy:
    return policy().model_copy(update={"callbacks": policy().callbacks.model_copy(update={"most": most})})


def test_it_is_a_ticket_whose_clock_ends_with_its_time() -> None:
    with transaction() as session:
        filed = file(session, _wanted(), _key(), policy(), NOW)
        again = file(session, _wanted(SIX), _key(), policy(), NOW)
        assert again == filed, "the same message again"
        ticket = ticket_by_number(session, filed.number)
        assert ticket is not None
        assert filed.number.startswith("HD")
        assert (ticket.kind, ticket.category, ticket.department) == (Kind.CALLBACK, CALLBACK, "service")
        assert (ticket.contact, ticket.description, ticket.channel) == (PHONE, "话费的事", Channel.CHAT)
        callback = callback_of(session, ticket.id)
        assert callback is not None
        assert (callback.queue, callback.starts_at, callback.ends_at) == ("service", FOUR, SIX)
        clocks = session.execute(select(Clock.name, Clock.kind, Clock.due_at).order_by(Clock.due_at)).all()
        assert clocks == [(CALLBACK, "alarm", FOUR), (CALLBACK, "promise", SIX)]
        assert session.get_one(Conversation, "c1").closed_by == 12


def test_how_it_stands_and_taking_it_back() -> None:
    with transaction() as session:
        filed = file(session, _wanted(), _key(), policy(), NOW)
    with transaction() as session:
        [standing] = own_tickets(session, "c1", NOW)
        assert (standing.number, standing.category, standing.solution_due) == (filed.number, "预约回电", SIX)
        assert not standing.promises_feedback
        assert withdraw(session, "c1", filed.number, _key(13), NOW) == filed.number
    with transaction() as session:
        [standing] = own_tickets(session, "c1", NOW)
        assert (standing.status, standing.solution_due) == ("cancelled", None)


QUEUES = [
    # queue, its department, the first time that is offered on a Saturday afternoon
    ("service", "service", FOUR),
    ("network", "network", FOUR),
    ("privacy", "security", china("2026-11-23 09:00")),  # closed at the week-end
    ("duty", "service", FOUR),  # open always; nobody is called at night
]


@pytest.mark.parametrize(("queue", "department", "first"), QUEUES)
def test_by_queue(queue: str, department: str, first: datetime) -> None:
    with transaction() as session:
        offered = slots(session, queue, policy(), NOW)
        assert offered[0].starts_at == first
        ticket, slot = file_callback(session, _wanted(first, queue=queue), policy(), NOW)
        assert (ticket.department, slot) == (department, offered[0])


REFUSED = [
    ({"starts_at": china("2026-11-21 14:00")}, "slot"),  # has begun
    ({"starts_at": china("2026-11-21 16:30")}, "slot"),  # no whole one
    ({"starts_at": china("2026-12-24 16:00")}, "slot"),  # too far ahead
    ({"phone": "123"}, "phone"),
    ({"queue": "nowhere"}, "queue"),  # nobody's, and without a limit of its times
]


@pytest.mark.parametrize(("wanted", "reason"), REFUSED)
def test_refused(wanted: dict[str, object], reason: str) -> None:
    with transaction() as session, pytest.raises(InvalidInput) as refused:
        file_callback(session, _wanted(**wanted), policy(), NOW)  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_a_full_time_is_not_offered_until_somebody_takes_theirs_back() -> None:
    small = _small(1)
    with transaction() as session:
        filed = file(session, _wanted(), _key(), small, NOW)
        assert slots(session, "service", small, NOW)[0].starts_at == SIX
        assert slots(session, "network", small, NOW)[0].starts_at == FOUR, "another queue has people of its own"
        with pytest.raises(InvalidInput) as refused:
            file_callback(session, _wanted(phone=OTHER), small, NOW)
        assert refused.value.reason == "slot_full"
        withdraw(session, "c1", filed.number, _key(13), NOW)
        session.flush()
        assert slots(session, "service", small, NOW)[0] == Slot(FOUR, SIX)


def test_a_queue_that_the_file_does_not_have_offers_nothing() -> None:
    with transaction() as session, pytest.raises(InvalidInput) as refused:
        slots(session, "nowhere", policy(), NOW)
    assert refused.value.reason == "queue"


def test_a_wait_in_a_queue_that_was_lost_since_is_exchanged_in_the_general_one() -> None:
    with transaction() as session:
        request_handoff(session, "c1", Reason.ASKED, NOW)
        end_wait(session, "c1", NOW, by=EndedBy.CALLBACK)
        session.scalars(select(Handoff)).one().queue = "lost"
        session.flush()
        assert exchanged(session, "c1", None, NOW).queue == "service"


OTHER = "13800138001"
SECOND = [
    # conversation, number and agent of a second one while the first (c1, PHONE) is open; the refusal
    ("c1", PHONE, None, "callback_open"),
    ("c1", OTHER, None, "callback_open"),  # one visitor takes one time
    ("c2", PHONE, None, "callback_open"),  # nobody has a stranger called again and again
    ("c1", OTHER, "1001", "callback_open"),  # an agent too: it would be called twice
    (None, PHONE, "1001", "callback_open"),
    ("c2", OTHER, None, None),
    (None, OTHER, "1001", None),
]


@pytest.mark.parametrize(("conversation", "phone", "staff", "reason"), SECOND)
def test_one_at_a_time(conversation: str | None, phone: str, staff: str | None, reason: str | None) -> None:
    with transaction() as session:
        filed = file(session, _wanted(), _key(), policy(), NOW)
    told = None
    try:
        with transaction() as session:
            wanted = _wanted(SIX, phone=phone)
            file_callback(session, wanted, policy(), NOW, conversation_id=conversation, entered_by=staff)
    except Conflict as error:
        told = error.reason
    assert told == reason
    with transaction() as session:
        assert open_callback(session, "c1") == Promised(filed.number, PHONE, Slot(FOUR, SIX))
        withdraw(session, "c1", filed.number, _key(13), NOW)
        session.flush()
        assert open_callback(session, "c1") is None
        if reason is not None:
            file_callback(session, wanted, policy(), NOW, conversation_id=conversation, entered_by=staff)


def _asks_and_takes_back(conversation: str, phone: str, message_id: int, now: datetime = NOW) -> str | None:
    try:
        with transaction() as session:
            filed = file(session, _wanted(SIX, phone=phone), _key(message_id, conversation), policy(), now)
            withdraw(session, conversation, filed.number, _key(message_id + 1, conversation), now)
    except Conflict as error:
        return error.reason
    return None


def test_a_number_that_nobody_proved_is_called_twice_a_day() -> None:
    asked = [_asks_and_takes_back(f"c{number}", PHONE, 20) for number in (1, 2, 3)]
    assert asked == [None, None, "callback_limit"]
    assert _asks_and_takes_back("c4", OTHER, 20) is None, "another number"
    with transaction() as session:
        prove(session, "c5", PHONE, NOW)
    assert _asks_and_takes_back("c5", PHONE, 20) is None, "its owner, who proved it"
    with transaction() as session:
        file_callback(session, _wanted(), policy(), NOW, channel=Channel.HOTLINE, entered_by="1001")


def test_a_conversation_asks_three_times_a_day() -> None:
    phones = [PHONE, OTHER, "13800138002", "13800138003"]
    asked = [_asks_and_takes_back("c1", phone, 20 + 2 * at) for at, phone in enumerate(phones)]
    assert asked == [None, None, None, "callback_limit"]
    tomorrow = china("2026-11-22 15:30")
    with transaction() as session:
        first = slots(session, "service", policy(), tomorrow)[0].starts_at
        file_callback(session, _wanted(first), policy(), tomorrow, conversation_id="c1")


def test_the_same_number_asked_for_by_many_at_once() -> None:
    def one(number: int) -> str:
        try:
            with transaction() as session:
                return file(session, _wanted(), _key(number, f"c{number}"), policy(), NOW).number[:2]
        except Conflict as error:
            return error.reason

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(one, range(1, 6))) == ["HD", *["callback_open"] * 4]


def test_many_at_once_never_fill_a_time_beyond_its_room() -> None:
    small = _small(2)

    def one(number: int) -> str:
        try:
            with transaction() as session:
                wanted = _wanted(phone=f"1380013800{number}")
                return file(session, wanted, _key(number, f"c{number}"), small, NOW).number[:2]
        except InvalidInput as error:
            return error.reason

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(one, range(1, 6))) == ["HD", "HD", "slot_full", "slot_full", "slot_full"]


def test_whose_people_call() -> None:
    """Those of the queue in which the customer waited; without a wait those that fit what they talk of."""
    with transaction() as session:
        assert exchanged(session, "c1", None, NOW).queue == "service"
        assert exchanged(session, "c1", "complaint_network", NOW).queue == "network"
        request_handoff(session, "c1", Reason.LEAK, NOW)
        end_wait(session, "c1", NOW, by=EndedBy.CALLBACK)
        session.flush()
        waited = exchanged(session, "c1", "complaint_network", NOW)
        assert waited.handoff_id is not None
        assert waited.queue != "network"
        assert exchanged(session, "c1", None, NOW + timedelta(hours=2)).handoff_id is None, "long ago"
        file(session, _wanted(queue="service", handoff_id=waited.handoff_id), _key(), policy(), NOW)
        assert session.scalars(select(Callback.handoff_id)).all() == [waited.handoff_id]


def test_one_that_staff_enter() -> None:
    with transaction() as session:
        ticket, _ = file_callback(session, _wanted(), policy(), NOW, channel=Channel.HOTLINE, entered_by="1001")
        assert (ticket.channel, ticket.entered_by, ticket.conversation_id) == ("hotline", "1001", None)
