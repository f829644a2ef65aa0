"""Which files go, which an open complaint keeps."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from care.attachments.rules import JPEG, CheckedFile
from care.attachments.service import attach_to_ticket, store_evidence
from care.attachments.tables import Attachment
from care.db import transaction
from care.privacy.places.base import Held
from care.privacy.places.files import Files
from care.privacy.rules import Hold
from care.tickets.rules import Status
from care.tickets.tables import Ticket
from tests.care.privacy.places.talk import complaint, erase, expire, subject_of, talk
from tests.support.database import count
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Files()
DAY = timedelta(days=1)
_TABLES = ("attachments", "attachment_contents", "message_attachments", "ticket_evidence")


def _send(conversation: str, name: str, at: datetime = NOW) -> tuple[str, int]:
    """Id of the file, and of the message that stands for it."""
    talk(conversation)
    with transaction() as session:
        file = CheckedFile(f"{name}.jpg", JPEG, f"picture {name}".encode())
        stored = store_evidence(session, conversation, file, f"m-{conversation}-{name}-{at}", at)
        return stored.evidence.id, stored.message_id


def _names() -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(Attachment.name)))


def _on_ticket(conversation: str) -> int:
    ticket = complaint(conversation)
    with transaction() as session:
        attach_to_ticket(session, conversation, ticket, NOW)
    return ticket


def test_a_file_goes_with_all_its_rows() -> None:
    _send("c1", "a")
    ticket = _on_ticket("c1")
    _send("c2", "theirs")
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.id == ticket).values(status=Status.CLOSED))
    assert erase(PLACE, subject_of("c1")).removed == 1
    assert _names() == {"theirs.jpg"}
    assert [count(table) for table in _TABLES] == [1, 1, 1, 0]


def test_evidence_of_an_open_complaint_stays_and_its_neighbour_goes() -> None:
    _send("c1", "evidence")
    _on_ticket("c1")
    with transaction() as session:  # one that was sent for another matter, which is over
        session.execute(update(Ticket).values(status=Status.CLOSED))
    _send("c1", "neighbour")
    with transaction() as session:
        session.execute(update(Ticket).values(status=Status.IN_PROGRESS))
    counts = erase(PLACE, subject_of("c1"))
    assert (counts.removed, counts.held) == (1, [Held(Hold.OPEN_TICKET, 1)])
    assert _names() == {"evidence.jpg"}


def test_a_file_that_was_sent_again_since_stays() -> None:
    _, until = _send("c1", "a")
    _send("c1", "a", NOW + DAY)
    _send("c1", "b", NOW + DAY)
    assert erase(PLACE, subject_of("c1", until=until)).removed == 0
    assert _names() == {"a.jpg", "b.jpg"}


def test_it_is_told_whole() -> None:
    id, message = _send("c1", "账单")
    with transaction() as session:
        told = {each.table: each.values for each in PLACE.records(session, subject_of("c1"))}
    assert told["attachments"]["name"] == "账单.jpg"
    assert base64.b64decode(told["attachment_contents"]["content"]) == "picture 账单".encode()
    assert told["message_attachments"] == {"message_id": message, "attachment_id": id}


def test_old_files_expire_but_evidence() -> None:
    _send("c1", "old", NOW - 3 * DAY)
    _send("c2", "evidence", NOW - 3 * DAY)
    _on_ticket("c2")
    _send("c3", "young")
    with transaction() as session:
        session.execute(update(Attachment).where(Attachment.conversation_id == "c2").values(waiting=False))
    counts = expire(PLACE, NOW - DAY)
    assert (counts.removed, counts.held) == (1, [Held(Hold.OPEN_TICKET, 1)])
    assert _names() == {"evidence.jpg", "young.jpg"}
    assert expire(PLACE, NOW - DAY).removed == 0
