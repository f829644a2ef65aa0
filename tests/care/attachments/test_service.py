"""Evidence is kept once, sealed, with a receipt, and on the ticket that it was meant for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.attachments.rules import JPEG, MAX_FILES, MAX_IN_A_DAY, CheckedFile
from care.attachments.service import (
    Content,
    Stored,
    attach_to_ticket,
    content_of,
    evidence_of,
    evidence_of_messages,
    store_evidence,
)
from care.attachments.tables import Attachment
from care.conversations.rules import Inbound, Reply
from care.conversations.service import close_matter, receive, set_owner, store_replies
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.errors import Conflict, InvalidInput, NotAllowed
from care.tickets.rules import Kind, Status
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket, TicketEvent
from care.wording import say
from tests.support import files
from tests.support.database import count, raw_bytes, somebody_waits_for_a_lock
from tests.support.times import NOW
from tests.support.waiting import at_once, until

T = TypeVar("T")

PHOTO = CheckedFile("王小明的账单.jpg", JPEG, files.picture())


def _photo(seed: int) -> CheckedFile:
    return CheckedFile(f"{seed}.jpg", JPEG, f"picture {seed}".encode())


def _conversation(session: Session, conversation_id: str = "c1") -> None:
    session.add(Conversation(id=conversation_id, channel="socketio", introduced=True, created_at=NOW))
    session.flush()


def _file_ticket(session: Session, now: datetime = NOW) -> tuple[Ticket, int]:
    ticket = Ticket(
        category="complaint_network",
        department="network",
        priority=3,
        complexity="simple",
        policy_version="1",
        conversation_id="c1",
        description="没信号",
    )
    open_ticket(session, ticket, Kind.COMPLAINT, "customer", now)
    return ticket, attach_to_ticket(session, "c1", ticket.id, now)


class Told:
    """What happens in the conversation c1, in one transaction."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self._ids = session, NOW, 0

    def later(self, **length: float) -> Told:
        self.now += timedelta(**length)
        return self

    def send(self, file: CheckedFile = PHOTO, message_id: str | None = None) -> Stored:
        return store_evidence(self.session, "c1", file, message_id or self._id(), self.now)

    def speak(self, text: str = "另外还有一件事") -> int:
        """A message of the customer whose turn is over, as `care.turns` leaves it behind."""
        received = receive(self.session, Inbound("socketio", self._id(), text, "c1"), self.now)
        store_replies(self.session, received.message_id, "c1", [Reply("好的")], "bot", self.now)
        self.session.execute(update(Conversation).values(closed_by=None))
        return received.message_id

    def file(self) -> Ticket:
        """The customer confirms, and a complaint is filed."""
        message_id = self.speak("确认")
        ticket, self.attached = _file_ticket(self.session, self.now)
        close_matter(self.session, "c1", message_id)
        return ticket

    def said(self, message_id: int) -> list[tuple[str, str]]:
        """Author and text of the answers to a message."""
        rows = self.session.scalars(select(Message).where(Message.in_reply_to == message_id).order_by(Message.id))
        return [(row.author, row.text) for row in rows]

    def _id(self) -> str:
        self._ids += 1
        return f"m{self._ids}"


@pytest.fixture
def told(session: Session) -> Told:
    _conversation(session)
    return Told(session)


def _receipt(key: str, ticket: Ticket | None = None) -> list[Reply]:
    return [Reply(say(f"evidence_received_{key}", number=ticket.number if ticket else ""))]


def _names(session: Session, ticket: Ticket) -> list[str]:
    return [each.name for each in evidence_of(session, ticket.id, "1007", NOW)]


def test_what_is_recorded(told: Told, session: Session) -> None:
    stored = told.send()
    evidence = stored.evidence
    assert (evidence.name, evidence.media_type, evidence.size) == (PHOTO.name, JPEG, len(PHOTO.content))
    assert (evidence.sha256, evidence.received_at) == (sha256(PHOTO.content).hexdigest(), NOW)
    assert len(evidence.id) == 25, "144 random bits in base64"
    assert content_of(session, "c1", evidence.id) == Content(PHOTO.name, JPEG, PHOTO.content)
    message = session.get_one(Message, stored.message_id)
    assert (message.author, message.channel_message_id, message.status) == ("customer", "m1", "answered")
    assert PHOTO.name in message.text
    assert evidence_of_messages(session, [message.id, message.id + 1]) == {message.id: evidence}


def test_the_receipt_is_an_answer_of_the_system(told: Told) -> None:
    stored = told.send()
    assert (stored.is_new, stored.ticket_number) == (True, None)
    assert stored.replies == _receipt("filing")
    assert told.said(stored.message_id) == [("system", stored.replies[0].text)]


def test_a_file_that_is_the_first_thing_said(told: Told, session: Session) -> None:
    """The receipt of a robot comes after its introduction, as every first answer."""
    session.query(Conversation).update({"introduced": False})
    replies = told.send().replies
    assert [reply.text for reply in replies] == [say("introduction"), _receipt("filing")[0].text]


def test_neither_content_nor_name_can_be_read_in_the_database(database: object) -> None:
    secret = CheckedFile(
        "王小明身份证13800138000.pdf", "application/pdf", "我的身份证号是 11010519491231002X".encode() * 50
    )
    with transaction() as session:
        _conversation(session)
        told = Told(session)
        ticket = told.file()
        told.send(secret)
        assert _names(session, ticket) == [secret.name]
    stored = raw_bytes()
    for part in ("王小明", "13800138000", "我的身份证号是", "11010519491231002X"):
        assert part.encode() not in stored
    assert count("attachments") == 1


# Sent again


def test_the_same_bytes_again(told: Told, session: Session) -> None:
    """Also under another name: the first file, and the customer is told."""
    first = told.send()
    again = told.later(minutes=1).send(replace(PHOTO, name="另一个名字.jpg"))
    assert (again.is_new, again.evidence, again.replies) == (False, first.evidence, [Reply(say("evidence_again"))])
    assert session.query(Attachment).count() == 1
    both = [first.message_id, again.message_id]
    assert evidence_of_messages(session, both) == dict.fromkeys(both, first.evidence)


def test_the_same_message_again(told: Told, session: Session) -> None:
    """The widget lost the connection before the answer and sends it again."""
    first = told.send(message_id="m7")
    assert told.later(minutes=1).send(message_id="m7") == replace(first, is_new=False)
    assert session.query(Message).count() == 2


@pytest.mark.parametrize("other", [replace(PHOTO, content=b"x"), replace(PHOTO, name="b.jpg", content=b"x")])
def test_a_message_id_that_was_used_for_another_file(told: Told, other: CheckedFile) -> None:
    told.send(message_id="m7")
    with pytest.raises(Conflict) as refused:
        told.send(other, message_id="m7")
    assert refused.value.reason == "message_id"


def test_a_message_id_that_was_used_for_words(told: Told, session: Session) -> None:
    for text in ("没信号", say("evidence_message", name=PHOTO.name)):
        receive(session, Inbound("socketio", f"id-{len(text)}", text, "c1"), NOW)
        with pytest.raises(Conflict):
            told.send(message_id=f"id-{len(text)}")


def test_the_same_bytes_in_another_conversation(told: Told, session: Session) -> None:
    """Nobody learns that somebody else has sent the same file."""
    first = told.send()
    _conversation(session, "c2")
    other = store_evidence(session, "c2", PHOTO, "m1", NOW)
    assert other.is_new
    assert other.evidence.id != first.evidence.id


def test_two_at_once(database: object) -> None:
    """Two clicks: one file."""
    with transaction() as session:
        _conversation(session)

    def send(message_id: str) -> Stored:
        with transaction() as session:
            return store_evidence(session, "c1", PHOTO, message_id, NOW)

    one, other = at_once(lambda: send("a"), lambda: send("b"))
    assert {one.is_new, other.is_new} == {True, False}
    assert one.evidence == other.evidence
    assert count("attachments") == 1


# Whose file it is


def test_a_conversation_that_does_not_exist(told: Told, session: Session) -> None:
    with pytest.raises(NotAllowed) as refused:
        store_evidence(session, "c2", PHOTO, "m1", NOW)
    assert refused.value.reason == "conversation"


@pytest.mark.parametrize(("conversation_id", "own_id"), [("c2", True), ("c1", False), ("", True)])
def test_a_file_is_read_in_its_conversation_only(
    told: Told, session: Session, conversation_id: str, own_id: bool
) -> None:
    """A foreign file and one that does not exist are refused with the same words."""
    stored = told.send()
    with pytest.raises(NotAllowed, match="this conversation has no such file") as refused:
        content_of(session, conversation_id, stored.evidence.id if own_id else "e" * 25)
    assert refused.value.reason == "evidence"


@pytest.mark.parametrize("owner", ["queue", "agent"])
def test_a_file_for_a_person(told: Told, session: Session, owner: str) -> None:
    """It is held where people see it; the bot says nothing but that it arrived."""
    set_owner(session, "c1", owner)
    stored = told.send()
    assert stored.replies == _receipt("person")
    assert session.get_one(Message, stored.message_id).status == "held"


@pytest.mark.parametrize("owner", ["queue", "agent"])
def test_a_file_for_a_person_about_an_open_ticket(told: Told, session: Session, owner: str) -> None:
    ticket = told.file()
    told.speak("转人工")
    set_owner(session, "c1", owner)
    assert told.send().replies == _receipt("ticket", ticket)


# On which ticket


def test_before_filing(told: Told, session: Session) -> None:
    """Sent while the complaint is told: it waits, and goes with it."""
    told.speak("没信号")
    one, other = told.send(_photo(1)), told.send(_photo(2))
    assert [each.ticket_number for each in (one, other)] == [None, None]
    ticket = told.later(minutes=2).file()
    assert told.attached == 2
    assert _names(session, ticket) == ["1.jpg", "2.jpg"]


def test_long_before_filing(told: Told, session: Session) -> None:
    """What is on no ticket yet is lost by no waiting."""
    told.send()
    ticket = told.later(days=20).file()
    assert _names(session, ticket) == [PHOTO.name]


def test_right_after_filing(told: Told, session: Session) -> None:
    """The customer has said nothing since: it is for the ticket that was just filed, and for that only."""
    ticket = told.file()
    for seed in (1, 2):
        stored = told.later(minutes=1).send(_photo(seed))
        assert stored.ticket_number == ticket.number
        assert stored.replies == _receipt("ticket", ticket)
    second = told.later(minutes=5).file()
    assert (_names(session, ticket), _names(session, second)) == (["1.jpg", "2.jpg"], [])


def test_after_other_words(told: Told, session: Session) -> None:
    """「我补张截图」 or the beginning of another complaint: to the open ticket at once, and to the next one as well."""
    ticket = told.file()
    told.later(minutes=1).speak()
    stored = told.send()
    assert stored.ticket_number == ticket.number
    assert stored.replies == _receipt("both", ticket)
    assert _names(session, ticket) == [PHOTO.name]
    second = told.later(minutes=5).file()
    assert told.attached == 1
    assert _names(session, second) == [PHOTO.name]
    third = told.later(minutes=5).file()
    assert (told.attached, _names(session, third)) == (0, [])


def test_after_words_that_wait_for_their_answer(told: Told, session: Session) -> None:
    """The bot is slow, and the customer goes on: another complaint, and its photo."""
    ticket = told.file()
    told.send(_photo(1))
    receive(session, Inbound("socketio", "m99", "还有，宽带也断了", "c1"), told.now)
    told.send(_photo(2))
    second = told.later(minutes=5).file()
    assert _names(session, ticket) == ["1.jpg", "2.jpg"]
    assert _names(session, second) == ["2.jpg"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (23.9, [PHOTO.name]),  # a complaint that was told with a night in between
        (24, []),  # it was for the first one
    ],
)
def test_the_next_complaint_comes_much_later(told: Told, session: Session, hours: float, expected: list[str]) -> None:
    told.file()
    told.speak()
    told.send()
    assert _names(session, told.later(hours=hours).file()) == expected


def test_the_newest_of_several_open_tickets(told: Told, session: Session) -> None:
    first, second = told.file(), told.file()
    told.send()
    assert (_names(session, first), _names(session, second)) == ([], [PHOTO.name])


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        (Status.ACKNOWLEDGED, True),
        (Status.IN_PROGRESS, True),
        (Status.PENDING, True),  # we wait for just that
        (Status.HELD, True),
        (Status.RESOLVED, False),  # it waits: for another complaint, or until this one is taken up again
        (Status.CLOSED, False),
        (Status.REJECTED, False),
        (Status.CANCELLED, False),
    ],
)
def test_which_tickets_take_files(told: Told, session: Session, status: Status, is_open: bool) -> None:
    ticket = told.file()
    ticket.status = status
    session.flush()
    stored = told.send()
    assert stored.ticket_number == (ticket.number if is_open else None)
    assert _names(session, ticket) == ([PHOTO.name] if is_open else [])
    # what `reopen` does
    assert attach_to_ticket(session, "c1", ticket.id, told.now) == (0 if is_open else 1)
    assert _names(session, ticket) == [PHOTO.name]


def test_tickets_of_other_conversations_take_nothing(told: Told, session: Session) -> None:
    told.file().conversation_id = None
    session.flush()
    assert told.send().ticket_number is None


def test_the_history_of_the_ticket(told: Told, session: Session) -> None:
    told.send(_photo(1))
    ticket = told.later(minutes=1).file()
    told.later(minutes=1).send(_photo(2))
    events = session.scalars(select(TicketEvent).where(TicketEvent.kind == "evidence").order_by(TicketEvent.id)).all()
    assert [(each.ticket_id, each.actor, each.note, each.at) for each in events] == [
        (ticket.id, "customer", "1.jpg", NOW + timedelta(minutes=1)),  # given to the ticket when it was filed
        (ticket.id, "customer", "2.jpg", NOW + timedelta(minutes=2)),
    ]


def test_a_ticket_takes_what_waits_once(told: Told, session: Session) -> None:
    told.send()
    ticket = told.file()
    assert attach_to_ticket(session, "c1", ticket.id, NOW) == 0
    assert session.query(TicketEvent).filter_by(kind="evidence").count() == 1


def test_the_same_file_for_a_second_complaint(told: Told, session: Session) -> None:
    """One bill, two complaints: one file on both tickets, and the customer hears of both."""
    told.send()
    first = told.file()
    first.status = Status.CLOSED
    told.speak()
    again = told.send()
    assert (again.is_new, again.replies) == (True, _receipt("filing"))
    second = told.file()
    assert (_names(session, first), _names(session, second)) == ([PHOTO.name], [PHOTO.name])
    assert session.query(Attachment).count() == 1
    assert told.send().is_new is False


def test_a_complaint_that_is_filed_while_its_file_arrives(database: object) -> None:
    """Filing waits until the file is there, and takes it. (Otherwise neither sees what the other writes.)"""
    with transaction() as session:
        _conversation(session)
    with transaction() as session:
        store_evidence(session, "c1", PHOTO, "m1", NOW)
        filing = _begin(lambda: _in_transaction(_file_ticket))
        until(somebody_waits_for_a_lock, "the filing to wait for the file")
    ticket, attached = filing.result(10)
    assert (_names_of(ticket), attached) == ([PHOTO.name], 1)


def test_a_file_that_arrives_while_its_complaint_is_filed(database: object) -> None:
    with transaction() as session:
        _conversation(session)
    with transaction() as session:
        ticket, _ = _file_ticket(session)
        sending = _begin(lambda: _in_transaction(lambda other: store_evidence(other, "c1", PHOTO, "m7", NOW)))
        until(somebody_waits_for_a_lock, "the file to wait for the filing")
    assert sending.result(10).ticket_number == ticket.number
    assert _names_of(ticket) == [PHOTO.name]


def test_messages_are_written_while_a_file_is_stored(database: object) -> None:
    """Ten megabytes take a moment; nobody's words wait for them."""
    with transaction() as session:
        _conversation(session)
    with transaction() as session:
        store_evidence(session, "c1", PHOTO, "m1", NOW)
        saying = _begin(lambda: _in_transaction(lambda other: receive(other, Inbound("rest", "m2", "在吗", "c1"), NOW)))
        assert saying.result(2).is_new


def _begin(work: Callable[[], T]) -> Future[T]:
    executor = ThreadPoolExecutor(1)
    future = executor.submit(work)
    executor.shutdown(wait=False)
    return future


def _in_transaction(work: Callable[[Session], T]) -> T:
    with transaction() as session:
        return work(session)


def _names_of(ticket: Ticket) -> list[str]:
    return _in_transaction(lambda session: _names(session, ticket))


# How many


def test_the_tenth_file_of_a_complaint(told: Told, session: Session) -> None:
    for seed in range(MAX_FILES):
        told.send(_photo(seed))
    assert _refused(told, _photo(99)) == "evidence_count"
    assert told.send(_photo(0)).is_new is False, "what is there already may be sent again"
    ticket = told.file()
    assert _refused(told, _photo(99)) == "evidence_count"
    assert len(_names(session, ticket)) == MAX_FILES
    told.file()
    assert told.send(_photo(99)).is_new, "another complaint has its own nine"


def test_the_fifty_first_file_of_a_day(told: Told) -> None:
    for seed in range(MAX_IN_A_DAY):
        if seed % MAX_FILES == 0:
            told.file()
        told.later(minutes=1).send(_photo(seed))
    told.file()
    assert _refused(told, _photo(99)) == "evidence_daily"
    told.later(hours=24, minutes=1 - MAX_IN_A_DAY)  # a day after the first one
    assert told.send(_photo(99)).is_new


def _refused(told: Told, file: CheckedFile) -> str:
    messages = told.session.query(Message).count()
    with pytest.raises(InvalidInput) as refused:
        told.send(file)
    assert told.session.query(Message).count() == messages, "nothing is said for a file that was not taken"
    return refused.value.reason
