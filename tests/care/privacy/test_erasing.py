"""Deleting everything of a person: complete, told once, and beside a conversation that goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text

from care.attachments.tables import Attachment
from care.conversations.rules import Inbound
from care.conversations.tables import Conversation, Message
from care.db import engine, transaction
from care.errors import Conflict
from care.once import OnceKey
from care.privacy import erasing, quiet, requests
from care.privacy.by_person import to_person
from care.privacy.choices import switch
from care.privacy.erasing import erase_due, plan
from care.privacy.places.base import Counts, Held
from care.privacy.receipts import may_read
from care.privacy.rules import Hold, Kind, Status, Switch
from care.privacy.subject import find_subject
from care.privacy.tables import PrivacyReceipt, PrivacyRequest
from care.privacy.tracker import RasaTracker
from care.tickets.tables import Ticket
from care.turns import service as turns
from care.turns.rules import LEASE
from care.turns.runner import Runner
from tests.care.privacy.asked import PHONE, Asked, asked, proved, said
from tests.care.privacy.left import check_complete, told
from tests.support.dialogue import FakeBot
from tests.support.privacy import Planted, plant, scan, settle
from tests.support.times import NOW
from tests.support.tracker import Trackers, tracker_at, trackers

OTHER = "13800138001"
SOON = NOW + timedelta(seconds=3)
#: when a run that failed is tried again
AGAIN = NOW + timedelta(minutes=2)


@pytest.fixture
def rasa() -> Iterator[Trackers]:
    with trackers() as there:
        yield there


@pytest.fixture
async def tracker(rasa: Trackers) -> AsyncIterator[RasaTracker]:
    tracker = tracker_at(rasa.url)
    yield tracker
    await tracker.aclose()


@pytest.fixture
def person(database: object, rasa: Trackers) -> Planted:
    """Somebody with everything, whose complaint is closed."""
    planted = plant(NOW - timedelta(minutes=2))
    settle(planted, NOW - timedelta(minutes=1))
    for conversation_id in (planted.conversation, planted.earlier):
        rasa.hears(conversation_id, planted.texts["words"])
    return planted


@pytest.fixture
def request_(person: Planted) -> Asked:
    """Their confirmed wish that all of it goes."""
    return asked(Kind.DELETE, person.conversation, NOW)


def row(request: Asked) -> PrivacyRequest:
    with transaction() as session:
        return session.get_one(PrivacyRequest, request.id)


async def test_everything_goes_and_it_is_told_once(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker
) -> None:
    assert await erase_due(tracker, lambda: NOW) == sorted({person.conversation, person.earlier})
    check_complete(person, request_)
    assert rasa.events == {}
    done = row(request_)
    assert (done.status, done.phone, done.phone_index, done.detail) == (Status.DONE, None, None, None)
    assert tuple(done.steps_done) == erasing.STEPS
    assert await erase_due(tracker, lambda: NOW + timedelta(days=1)) == []
    check_complete(person, request_)


async def test_the_receipt_in_the_conversation(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await erase_due(tracker, lambda: NOW)
    (message,) = told(request_)
    assert message.author == "system"
    assert request_.number in message.text
    assert message.card is not None
    assert (message.card["kind"], message.card["number"]) == ("receipt", request_.number)
    assert message.card["erased"] == request_.subject.until, "what a widget takes off the screen"
    with transaction() as session:
        assert may_read(session, request_.conversation, request_.number)
        body = session.scalars(select(PrivacyReceipt.body).where(PrivacyReceipt.number == request_.number)).one()
    assert body["phone"] == "138****8000"
    assert {stay["what"] for stay in body["stays"]}, "what stays is named, with its reason"
    assert all(stay["why"] and stay["source"] for stay in body["stays"])


async def test_what_is_shown_before_is_what_is_done(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    with transaction() as session:
        before = plan(session, request_.subject, NOW)
    await erase_due(tracker, lambda: NOW)
    done = row(request_).result or {}
    assert {name: counts.as_json() for name, counts in before.going.items()} == {
        name: counts for name, counts in done["places"].items() if name in before.going
    }
    assert {held.hold for held in before.stays} == {
        held["hold"] for counts in done["places"].values() for held in counts["held"] if held["count"]
    }


async def test_the_conversation_goes_on(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    """Same token, a new session in Rasa (its tracker is gone), and nothing of before in the way."""
    await erase_due(tracker, lambda: NOW)
    bot = FakeBot()
    with transaction() as session:
        inbound = Inbound("socketio", str(uuid4()), "你好", person.conversation)
        accepted = turns.accept(session, inbound, "web", NOW)
        left = session.get_one(Conversation, person.conversation)
        assert (left.owner, left.closed_by, left.introduced) == ("bot", None, True)
    await Runner(bot).run(person.conversation, accepted.turn)
    assert bot.heard == ["你好"]


async def test_what_is_written_while_it_runs_is_kept_and_answered(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker
) -> None:
    began: list[object] = []

    def write() -> None:
        with transaction() as session:
            inbound = Inbound("socketio", "m-1", "还在吗", person.conversation)
            began.append(turns.accept(session, inbound, "web", NOW).turn)

    rasa.meanwhile = write
    freed = await erase_due(tracker, lambda: NOW)
    assert began
    assert set(began) == {None}, "nobody answers beside it"
    bot = FakeBot()
    with transaction() as session:
        waiting = session.scalars(select(Message).where(Message.status == "pending")).all()
        session.execute(text("UPDATE messages SET next_attempt_at = now() WHERE status = 'pending'"))
    assert [message.text for message in waiting] == ["还在吗"]
    await Runner(bot).run_many(freed, 2)
    assert bot.heard == ["还在吗"]


async def test_an_unanswered_message_is_answered_first(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    """Also in another of their conversations: it would be deleted without a word."""
    with transaction() as session:
        waits = Message.conversation_id == person.earlier, Message.author == "customer"
        message = session.scalars(select(Message).where(*waits).order_by(Message.id).limit(1)).one()
        message.status = "pending"
    assert await erase_due(tracker, lambda: NOW) == []
    assert (row(request_).status, row(request_).next_attempt_at) == (Status.CONFIRMED, SOON)
    with transaction() as session:
        session.get_one(Message, message.id).status = "answered"
    assert await erase_due(tracker, lambda: SOON - timedelta(seconds=1)) == []
    await erase_due(tracker, lambda: SOON)
    check_complete(person, request_)


async def test_a_turn_that_runs_is_waited_for(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    with transaction() as session:
        turn = turns.accept(session, Inbound("socketio", "m-1", "在吗", person.conversation), "web", NOW).turn
    assert turn is not None
    assert await erase_due(tracker, lambda: NOW) == []
    assert row(request_).steps_done == []
    with transaction() as session:
        turns.complete(session, turn, [], NOW)
    await erase_due(tracker, lambda: SOON)
    check_complete(person, request_)


FAILURES = [
    0,  # at the first tracker
    1,  # at the second
    2,  # after the places, when they are deleted again
    3,
]


@pytest.mark.parametrize("after", FAILURES)
async def test_a_tracker_that_does_not_answer_is_asked_again(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker, after: int
) -> None:
    def fail_later() -> None:
        if len(rasa.deleted) + 1 >= after:
            rasa.failures, rasa.meanwhile = 1, None

    rasa.failures, rasa.meanwhile = (1, None) if after == 0 else (0, fail_later)
    await erase_due(tracker, lambda: NOW)
    assert row(request_).status == Status.CONFIRMED
    assert told(request_) == []
    assert row(request_).next_attempt_at == AGAIN
    rasa.failures, rasa.meanwhile = 1, None
    await erase_due(tracker, lambda: AGAIN)
    assert row(request_).next_attempt_at == AGAIN + timedelta(minutes=4), "twice as long each time"
    await erase_due(tracker, lambda: AGAIN + timedelta(minutes=4))
    check_complete(person, request_)
    assert rasa.events == {}


async def test_what_appears_meanwhile_is_found_and_goes_as_well(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker
) -> None:
    """Somebody writes about the number from elsewhere between its place and the end."""

    def write_once() -> None:
        if row(request_).steps_done[-1:] == [erasing.STEPS[-1]]:
            rasa.meanwhile = None
            with transaction() as session:
                switch(session, PHONE, Switch.MARKETING_CALLS, True, "staff:7", NOW)

    rasa.meanwhile = write_once
    await erase_due(tracker, lambda: NOW)
    assert (row(request_).status, told(request_)) == (Status.CONFIRMED, [])
    await erase_due(tracker, lambda: AGAIN)
    check_complete(person, request_)


async def test_one_that_was_overtaken_writes_nothing_more(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker
) -> None:
    """Its machine slept for longer than it holds the conversations, and a turn has begun."""

    def sleep() -> None:
        rasa.meanwhile = None
        with transaction() as session:
            inbound = Inbound("socketio", "m-1", "还在吗", person.conversation)
            assert turns.accept(session, inbound, "web", NOW + LEASE).turn is not None

    rasa.meanwhile = sleep
    await erase_due(tracker, lambda: NOW)
    assert (row(request_).status, row(request_).steps_done) == (Status.CONFIRMED, [])
    assert told(request_) == []
    await erase_due(tracker, lambda: AGAIN)
    check_complete(person, request_)
    with transaction() as session:
        waits = session.scalars(select(Message.text).where(Message.status == "pending")).all()
    assert waits == ["还在吗"], "that turn died; its message is answered by the sweep"


async def test_only_this_conversation(person: Planted, rasa: Trackers, tracker: RasaTracker) -> None:
    """Nothing was proved: what was said here goes, the number's other things stay."""
    conversation_id, _ = said(None, person.texts["words"], NOW)
    request = asked(Kind.DELETE, conversation_id, NOW, phone=None)
    await erase_due(tracker, lambda: NOW)
    assert row(request).status == Status.DONE
    with transaction() as session:
        left = session.scalars(select(Message).where(Message.conversation_id == conversation_id)).all()
        assert {message.author for message in left} <= {"bot", "system"}
        assert session.scalars(select(Message).where(Message.conversation_id == person.conversation)).first()
    assert set(rasa.events) == {person.conversation, person.earlier}


async def test_only_this_conversation_of_somebody_else(person: Planted, rasa: Trackers, tracker: RasaTracker) -> None:
    """Whoever sits down at the browser may clear its words, and takes nothing else from whoever proved a number."""
    before = set(scan(person.marks))
    request = asked(Kind.DELETE, person.conversation, NOW, phone=None)
    await erase_due(tracker, lambda: NOW)
    assert row(request).status == Status.DONE
    gone = {table for table, _ in before - set(scan(person.marks))}
    words = {"messages", "receipts", "training_steps", "message_readings", "appeal_packets", "wechat_media"}
    words |= {"example_changes"}  # what a trainer wrote for them
    assert gone <= words, gone
    with transaction() as session:
        kept = session.scalars(select(Message).where(Message.conversation_id == person.conversation)).all()
        assert {message.author for message in kept} <= {"bot", "system"}, "said after the yes"
        ticket = session.get_one(Ticket, person.ticket_id)
        assert (ticket.conversation_id, ticket.line) == (person.conversation, person.phone)
        assert session.get(Attachment, person.attachment) is not None, "the ticket's evidence"
        reach = find_subject(session, person.conversation, OTHER, None, NOW)
        assert reach.tickets == (), "and the next one still reaches nothing of theirs"


async def test_what_was_filed_between_plan_and_yes_goes_as_well(person: Planted, tracker: RasaTracker) -> None:
    proved(person.conversation, NOW)
    _, shown = said(person.conversation, "删资料", NOW)
    with transaction() as session:
        subject = find_subject(session, person.conversation, person.phone, None, NOW, shown)
        key = OnceKey(person.conversation, shown, "action_privacy")
        request = requests.begin(session, key, Kind.DELETE, person.phone, NOW, {"subject": subject.as_json()})
    _, looks = said(person.conversation, "看我的资料", NOW)
    with transaction() as session:
        key = OnceKey(person.conversation, looks, "action_privacy")
        requests.at_once(session, key, Kind.VIEW, person.phone, NOW, {})
        to_person(session, key, Kind.CORRECT, person.phone, f"{person.mark}要改成李四", NOW)
    _, yes = said(person.conversation, "确认删除", NOW)
    with transaction() as session:
        state = requests.confirm(session, person.conversation, request.id, NOW, len(erasing.STEPS), yes)
    await erase_due(tracker, lambda: NOW)
    check_complete(person, Asked(state.id, str(state.number), person.conversation, subject))


async def test_many_conversations_are_held_by_few_statements(database: object) -> None:
    ids = [f"c{number:05d}" for number in range(300)]
    with transaction() as session:
        session.add_all(Conversation(id=each, channel="socketio", created_at=NOW) for each in ids)
    with transaction() as session:
        fences = quiet.take(session, ids, None, "x", NOW)
    assert fences is not None
    assert len(fences) == 300
    statements: list[str] = []

    def note(*run: object) -> None:
        statements.append(str(run[2]))

    event.listen(engine(), "before_cursor_execute", note)
    with transaction() as session:
        quiet.keep(session, fences, NOW)
    event.remove(engine(), "before_cursor_execute", note)
    assert sum("turn_leases" in each for each in statements) == 1
    with pytest.raises(Conflict), transaction() as session:
        quiet.keep(session, fences | {ids[7]: fences[ids[7]] + 1}, NOW)


async def test_two_that_reach_the_same(person: Planted, tracker: RasaTracker) -> None:
    """Asked for in both conversations of a person: each gets its receipt."""
    first = asked(Kind.DELETE, person.conversation, NOW)
    second = asked(Kind.DELETE, person.earlier, NOW)
    for minutes in range(0, 30, 2):
        await erase_due(tracker, lambda minutes=minutes: NOW + timedelta(minutes=minutes))
    assert (row(first).status, row(second).status) == (Status.DONE, Status.DONE)
    assert (len(told(first)), len(told(second))) == (1, 1)


async def test_a_request_that_reaches_nobody_does_not_stop_the_others(
    person: Planted, request_: Asked, tracker: RasaTracker
) -> None:
    broken = asked(Kind.DELETE, said(None, "你好", NOW)[0], NOW, phone=None)
    with transaction() as session:
        session.get_one(PrivacyRequest, broken.id).detail = {}
    await erase_due(tracker, lambda: NOW)
    check_complete(person, request_)
    assert row(broken).status == Status.CONFIRMED


DAY = NOW + timedelta(days=184)
STAYS = [
    ([], []),
    ([Held(Hold.SMS_RECORD, 0)], []),  # nothing of it
    ([Held(Hold.SMS_RECORD, 2, NOW), Held(Hold.SMS_RECORD, 1, DAY)], [Held(Hold.SMS_RECORD, 3, DAY)]),  # the last day
    ([Held(Hold.DISPUTE, 1), Held(Hold.DISPUTE, 1, DAY)], [Held(Hold.DISPUTE, 2)]),  # one has no day: none is named
    ([Held(Hold.OPT_OUT, 1), Held(Hold.OTHERS, 1)], [Held(Hold.OPT_OUT, 1), Held(Hold.OTHERS, 1)]),
]


@pytest.mark.parametrize(("held", "told_of"), STAYS)
def test_what_stays_is_told_once_for_each_reason(held: list[Held], told_of: list[Held]) -> None:
    assert erasing._together([Counts(held=[each]) for each in held]) == told_of


def test_a_plan_changes_nothing(person: Planted, request_: Asked) -> None:
    with transaction() as session:
        first = plan(session, request_.subject, NOW)
        assert not session.dirty
        assert not session.deleted
    with transaction() as session:
        assert plan(session, request_.subject, NOW) == first
