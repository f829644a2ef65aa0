"""What hangs on a ticket beside its history, when its customer asks for it, wants it gone, or its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import jsonschema
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import customer_of_phone
from care.accounts.tables import Customer
from care.answers.tables import Answer
from care.audit.service import Note, write
from care.conversations.tables import Message
from care.db import transaction
from care.escalation.tables import Escalation
from care.privacy.export_schema import export_schema
from care.privacy.places.account import Account
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.conversations import Conversations
from care.privacy.places.staff import Staff
from care.privacy.places.tickets import NO_NUMBER, Tickets
from care.privacy.rules import Hold
from care.privacy.subject import Subject, find_subject
from care.redress.tables import Redress
from care.sla.tables import Clock, Pause
from care.surges.tables import Surge, SurgeTicket
from care.tasks.tables import Task
from care.tickets.rules import Kind, Status
from care.tickets.tables import Ticket
from tests.care.privacy.places.talk import complaint, erase, expire, subject_of, talk
from tests.support.privacy import MARK, PHONE, Planted, plant, scan, settle
from tests.support.promises import promise_everything
from tests.support.times import NOW

TABLES = {"answers", "pauses", "escalations", "tasks", "redresses", "surge_tickets"}
WORDS = {name: f"{name}，{PHONE}" for name in ("prevention", "task", "visit", "basis", "redress")}
LONG_AGO, BEFORE = NOW - timedelta(days=800), NOW - timedelta(days=730)
LATER = NOW + timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("database")


def _person() -> tuple[Planted, Subject]:
    """Whose complaint is closed."""
    planted = plant(NOW)
    settle(planted, NOW)
    with transaction() as session:
        return planted, find_subject(session, planted.conversation, PHONE, NOW - timedelta(days=400), LATER)


def _promised(conversation: str, status: Status = Status.CLOSED, at: datetime = NOW) -> int:
    """A ticket with everything that may hang on it, and a message that was said then."""
    talk(conversation, at)
    ticket = complaint(conversation, status, at)
    with transaction() as session:
        session.get_one(Ticket, ticket).customer_id = customer_of_phone(session, PHONE, at).id
        promise_everything(session, ticket, WORDS, at)
    return ticket


def _records(subject: Subject) -> list[Record]:
    with transaction() as session:
        return [each for each in Tickets().records(session, subject) if each.table in TABLES]


def test_a_copy_tells_all_of_it_as_the_schema_says() -> None:
    planted, subject = _person()
    records = _records(subject)
    assert {record.table for record in records} == TABLES
    schema = export_schema()["properties"]["places"]["properties"]["tickets"]["properties"]["records"]["properties"]
    for record in records:
        jsonschema.Draft202012Validator(schema[record.table]["items"]).validate(record.values)
        assert not {"staff", "assignee", "done_by", "decided_by", "not_by"} & record.values.keys(), "the role is told"
    notes = [record.values["note"] for record in records if record.table == "tasks" and record.values["note"]]
    assert notes == [planted.texts["task"], planted.texts["visit"]], "also a visit that is about no ticket"
    (redress,) = (record.values for record in records if record.table == "redresses")
    assert (redress["amount"], redress["basis"]) == (990, {"said": planted.texts["basis"]})
    assert redress["reason"] == planted.texts["redress"]


def test_what_was_noted_of_whoever_had_the_number_before_is_not_told() -> None:
    """The visit was made the day before the number became theirs."""
    planted, _ = _person()
    subject = subject_of(phone=PHONE, number_from=NOW)
    assert planted.phone == subject.phone
    assert _records(subject) == []


def test_a_deletion_leaves_figures_and_no_words() -> None:
    planted, subject = _person()
    counts = erase(Tickets(), subject, LATER)
    assert (counts.removed, counts.anonymised, counts.held) == (2, 1, []), "the visit, and a proof from elsewhere"
    assert not [found for found in scan([MARK, PHONE]) if found[0] in {"tickets", "ticket_events", *TABLES}]
    with transaction() as session:
        tasks = session.scalars(select(Task)).all()
        assert [task.score for task in tasks if task.score is not None] == [9]
        assert {task.status for task in tasks} == {"done", "given_up"}, "nobody calls to ask how it was"
        assert {(task.ticket_id, task.customer_id, task.note) for task in tasks} == {(planted.ticket_id, None, None)}
        redress = session.scalars(select(Redress)).one()
        assert (redress.amount, redress.told_at is not None, redress.declined_at) == (990, True, None)
        assert (redress.basis, redress.reason, redress.message_id) == ({}, None, None)
        ticket = session.get_one(Ticket, planted.ticket_id)
        assert (ticket.justified, ticket.cause, ticket.prevention) == (True, "network_fault", None)
        renewals = select(Clock.id).where(Clock.ticket_id == ticket.id, Clock.renews.is_not(None))
        assert session.scalars(renewals).all()
        assert session.scalars(select(Escalation)).all()
        assert session.scalars(select(SurgeTicket)).all() == [], "where it was"
        assert session.scalars(select(Surge)).all()
        assert _messages_of_rows(session) == {None}
    erase(Conversations(), subject, LATER)
    erase(Account(), subject, LATER)
    with transaction() as session:
        assert session.scalars(select(Customer)).all() == []


#: what became of the redress of a closed complaint, and whether the complaint waits for it
REDRESSES: list[tuple[str, dict[str, datetime | None], bool]] = [
    ("nobody decided", {"approved_at": None, "told_at": None}, True),
    ("approved, and the customer does not know", {"told_at": None}, True),
    ("told", {}, False),
    ("declined", {"approved_at": None, "told_at": None, "declined_at": NOW}, False),
]


@pytest.mark.parametrize(("case", "times", "waits"), REDRESSES, ids=[case for case, _, _ in REDRESSES])
def test_nobody_loses_by_a_deletion_what_the_law_gives_them(
    case: str, times: dict[str, datetime | None], waits: bool
) -> None:
    _, subject = _person()
    with transaction() as session:
        redress = session.scalars(select(Redress)).one()
        for name, at in times.items():
            setattr(redress, name, at)
    counts = erase(Tickets(), subject, LATER)
    assert counts.held == ([Held(Hold.OPEN_TICKET, 1)] if waits else [])
    with transaction() as session:
        assert (session.scalars(select(Redress.reason)).one() is not None) is waits
        assert session.scalars(select(Task.id).where(Task.ticket_id.is_(None))).all() == [], "the visit goes anyway"


def _messages_of_rows(session: Session) -> set[int | None]:
    columns = (Answer.message_id, Pause.message_id, Redress.message_id)
    return {message for column in columns for message in session.scalars(select(column))}


def test_messages_go_and_what_they_answered_stays() -> None:
    """A ticket that somebody still asks about is kept for longer than what was said; then without the words."""
    _promised("c1", at=LONG_AGO)
    assert expire(Conversations(), BEFORE).removed == 1
    with transaction() as session:
        assert session.scalars(select(Message.id)).all() == []
        assert _messages_of_rows(session) == {None}


def _one_task(session: Session) -> Task:
    return session.scalars(select(Task).where(Task.ticket_id.is_not(None))).one()


def test_what_nobody_did_in_all_that_time_is_given_up() -> None:
    _promised("c1", at=LONG_AGO)
    with transaction() as session:
        task, redress = _one_task(session), session.scalars(select(Redress)).one()
        task.status, task.done_at, task.done_by, task.next_try_at = "open", None, None, NOW
        redress.approved_at = redress.decided_by = redress.told_at = None
    assert expire(Tickets(), BEFORE) == Counts(removed=1, anonymised=1), "the visit, the ticket"
    assert expire(Tickets(), BEFORE) == Counts()
    with transaction() as session:
        task, redress = _one_task(session), session.scalars(select(Redress)).one()
        assert (task.status, task.done_at, task.next_try_at, task.note) == ("given_up", NOW, None, None)
        assert (redress.declined_at, redress.reason, redress.basis) == (NOW, None, {})


#: opened, done, status, whether it goes
VISITS: list[tuple[datetime, datetime | None, str, bool]] = [
    (LONG_AGO, LONG_AGO, "done", True),
    (LONG_AGO, LONG_AGO, "given_up", True),
    (LONG_AGO, NOW, "done", False),  # from the day on which it was done
    (LONG_AGO, None, "open", False),  # somebody still has to go there
    (NOW, NOW, "done", False),
]


@pytest.mark.parametrize(("opened", "done", "status", "goes"), VISITS)
def test_visits_have_their_time_too(opened: datetime, done: datetime | None, status: str, goes: bool) -> None:
    _promised("c1", Status.IN_PROGRESS)
    with transaction() as session:
        task = session.scalars(select(Task).where(Task.ticket_id.is_(None))).one()
        task.opened_at, task.done_at, task.status = opened, done, status
    with transaction() as session:  # ids grow with time
        session.delete(_one_task(session))
    assert expire(Tickets(), BEFORE).removed == int(goes)


def test_a_customers_row_stays_while_a_task_is_about_them() -> None:
    _promised("c1", at=LONG_AGO)
    with transaction() as session:
        session.get_one(Ticket, _one_task(session).ticket_id).customer_id = None
    assert expire(Account(), BEFORE) == Counts()
    expire(Tickets(), BEFORE)
    assert expire(Account(), BEFORE).removed == 1


def _noted(session: Session) -> None:
    _one_task(session).note = f"机主{PHONE}的邻居"


def _reasoned(session: Session) -> None:
    session.scalars(select(Redress)).one().reason = f"{PHONE}确实断了"


@pytest.mark.parametrize("writes", [_noted, _reasoned])
def test_what_others_filed_keeps_its_words_without_the_number(writes: Callable[[Session], None]) -> None:
    ticket = _promised("stranger")
    with transaction() as session:
        writes(session)
    erase(Tickets(), subject_of(phone=PHONE, mentions=(ticket,)))
    with transaction() as session:
        said = [_one_task(session).note, session.scalars(select(Redress.reason)).one()]
        assert session.get_one(Ticket, ticket).prevention == f"prevention，{NO_NUMBER}"
    assert PHONE not in "".join(map(str, said))
    assert all(NO_NUMBER in str(each) for each in said)


def test_nobody_waits_for_an_answer_of_somebody_who_is_gone() -> None:
    """A request for papers, which somebody works on and no hold keeps."""
    _promised("c1", Status.PENDING)
    with transaction() as session:
        session.scalars(select(Ticket)).one().kind = Kind.PRIVACY
        pause = session.scalars(select(Pause)).one()
        pause.until, pause.ended_at, pause.ended_by = LATER, None, None
    erase(Tickets(), subject_of("c1"))
    with transaction() as session:
        pause = session.scalars(select(Pause)).one()
        assert (pause.ended_at, pause.ended_by) == (NOW, "closed")
        assert session.scalars(select(Ticket.status)).one() == Status.CANCELLED


def test_why_somebody_wanted_the_number_of_a_visit_is_told_and_forgotten() -> None:
    """The audit has it under the task, also where that is about no ticket."""
    planted, subject = _person()
    with transaction() as session:
        tasks = session.scalars(select(Task.id).where(Task.note.is_not(None))).all()
        write(session, [Note("staff:7", "task_reveal", f"task:{each}", {}, f"给{MARK}打电话") for each in tasks], NOW)
        told = [each.values["reason"] for each in Staff().records(session, subject)]
    assert told.count(f"给{MARK}打电话") == len(tasks) == 2
    erase(Staff(), subject, LATER)
    assert ("audit_entries", "reason") not in scan([planted.mark])
