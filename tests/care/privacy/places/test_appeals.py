"""Papers for an appeal: what was told goes with the address; for some weeks the row keeps what is old of its ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from care.attachments.tables import Attachment
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.once import OnceKey
from care.privacy.places.appeals import Appeals
from care.privacy.places.base import Place
from care.privacy.places.conversations import Conversations
from care.privacy.places.files import Files
from care.privacy.places.tickets import Tickets
from care.privacy.rules import Hold
from care.rights.appeals import Matter, Told, Where
from care.rights.packets import Wanted, make
from care.rights.tables import AppealPacket
from care.tasks.closing import close_ticket
from care.tickets.tables import Ticket, TicketEvent
from tests.care.privacy.places.talk import erase, expire, subject_of
from tests.support.appeals import overdue
from tests.support.tickets import FOUND, resolve
from tests.support.times import NOW

PLACE = Appeals()
OLD = timedelta(days=800)
WORDS = "营业厅说退不了"


@pytest.fixture(autouse=True)
def conversations(database: object) -> None:
    with transaction() as session:
        session.add_all(Conversation(id=id_, channel="rest", created_at=NOW - OLD) for id_ in ("c1", "c2"))


def _made(conversation: str = "c1", number: str | None = None, days: int = 0, message_id: int = 1) -> None:
    at = NOW - timedelta(days=days)
    told = Wanted(number, Matter.FEE, True, Told(Where.SHOP, words=WORDS))
    with transaction() as session:
        make(session, told, OnceKey(conversation, message_id, "packet"), at)


def _told() -> list[bool]:
    """Of the rows that are left: is there still what was told?"""
    with transaction() as session:
        return [bool(row.told) for row in session.scalars(select(AppealPacket).order_by(AppealPacket.id))]


#: days since the papers were made, rows that are left with or without words, counts, why
AGES = [
    (0, [True], (0, 0), "the address works"),
    (1, [False], (0, 1), "it is over: the words go, that there was one stays"),
    (59, [False], (0, 1), "still within the period"),
    (61, [], (1, 0), "over"),
]


@pytest.mark.parametrize(("days", "left", "counts", "why"), AGES)
def test_what_goes_when(days: int, left: list[bool], counts: tuple[int, int], why: str) -> None:
    _made(days=days)
    found = expire(PLACE, NOW - timedelta(days=60))
    assert (found.removed, found.anonymised) == counts, why
    assert _told() == left, why
    again = expire(PLACE, NOW - timedelta(days=60))
    assert (again.removed, again.anonymised) == (0, 0), "a second run finds nothing to do"


def test_a_deletion_takes_those_of_the_person_up_to_the_request() -> None:
    for message_id, conversation in ((1, "c1"), (9, "c1"), (2, "c2")):
        _made(conversation, message_id=message_id)
    assert erase(PLACE, subject_of("c1", until=5)).removed == 1
    with transaction() as session:
        left = session.execute(select(AppealPacket.conversation_id, AppealPacket.message_id)).all()
        assert sorted(tuple(row) for row in left) == [("c1", 9), ("c2", 2)]


#: a place, what is looked at in it
HELD: list[tuple[Place, type]] = [(Tickets(), Ticket), (Files(), Attachment), (Conversations(), Message)]


def _old_and_closed(number: str) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        session.add(Message(conversation_id="c1", author="customer", text="多扣了钱", created_at=ticket.created_at))
    _resolve_and_close(number)
    with transaction() as session:
        for table, column in ((Ticket, "created_at"), (TicketEvent, "at"), (Attachment, "created_at")):
            session.execute(update(table).values({column: NOW - OLD + timedelta(days=1)}))
        session.execute(update(Message).values(created_at=NOW - OLD + timedelta(days=1)))


def _resolve_and_close(number: str) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        ticket.status = "acknowledged"
    resolve(number)
    with transaction() as session:
        close_ticket(session, number, None, NOW, FOUND)


@pytest.mark.parametrize(("place", "table"), HELD)
def test_what_is_old_stays_while_its_ticket_may_be_appealed(place: Place, table: type) -> None:
    number = overdue(NOW)
    _made(number=number)
    _old_and_closed(number)
    before = NOW - timedelta(days=730)
    held = expire(place, before)
    assert (held.removed, held.anonymised) == (0, 0)
    assert [each.hold for each in held.held] == [Hold.OPEN_TICKET]
    with transaction() as session:
        session.execute(update(AppealPacket).values(made_at=NOW - timedelta(days=61)))
    expire(PLACE, NOW - timedelta(days=60))
    gone = expire(place, before)
    assert gone.removed + gone.anonymised > 0, "with the row goes its hold"
    assert gone.held == []
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(table)) == (1 if table is Ticket else 0)


def test_a_deletion_does_not_wait_for_it() -> None:
    number = overdue(NOW)
    _made(number=number)
    _old_and_closed(number)
    counts = erase(Tickets(), subject_of("c1"))
    assert (counts.anonymised, counts.held) == (1, [])
