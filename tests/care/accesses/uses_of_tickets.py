"""What staff do with tickets, and the rows that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from care.appeals import service as appeals
from care.appeals.rules import Authority, Letter, Outcome
from care.complaints.entering import Entry, enter_ticket
from care.db import transaction
from care.desk.advice import advise
from care.desk.ticket_page import open_page
from care.desk.ticket_reveal import Shown, reveal
from care.followup import assignments, linking, notes, staff
from care.followup.evidence import open_evidence
from care.followup.listing import note_search
from care.followup.working import note_use
from care.sla.policy import policy
from care.tasks.closing import close_ticket
from care.tickets.rules import Channel, Kind, Status
from care.tickets.service import change_status, ticket_by_number
from tests.care.accesses.house import ENTERED, EVIDENCE, OTHERS, PHONE, TICKET, House, Uses, in_session
from tests.support.desk import member
from tests.support.tickets import FOUND, arrive, file
from tests.support.times import NOW


def _feedback(house: House) -> None:
    with transaction() as session:
        staff.give_feedback(session, house.number, "已联系", "7", NOW)


def _result(house: House) -> None:
    with transaction() as session:
        staff.record_result(session, house.number, "已更换光猫，测速正常。", "7", NOW)


def _closed(house: House) -> None:
    _result(house)
    arrive(house.number)
    with transaction() as session:
        close_ticket(session, house.number, "8", NOW, FOUND)


def _closed_by_itself(house: House) -> None:
    _result(house)
    with transaction() as session:
        close_ticket(session, house.number, None, NOW, FOUND)


def _complexity(house: House) -> None:
    with transaction() as session:
        staff.change_complexity(session, house.number, "simple", "已查明", "7", True, NOW, policy())


def _second(house: House) -> str:
    """Number of another ticket about the same line, of the other conversation."""
    number = file(202, "c2")
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
    return number


def _linked(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        linking.link(session, house.number, other, "related", "7", NOW)


def _merged(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        linking.merge(session, other, house.number, "同一件事", "7", NOW, policy())


def _reopened(house: House) -> None:
    _result(house)
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
        notes.reopen_for_customer(session, house.number, "又断了", "7", NOW, policy())


def _advised(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        staff.record_result(session, other, "已修好", None, NOW)
        advise(session, house.number, "7", NOW)


ENTRY = Entry("entry-0001", Kind.COMPLAINT, Channel.HOTLINE, "complaint_vas", "乱开彩铃", line=PHONE)


def _appeal(house: House, step: Callable[[Session, str], object]) -> None:
    """An appeal about the number, and the step on it by agent 7."""
    with transaction() as session:
        day = NOW.date()
        entry = replace(ENTRY, entry_id="appeal-0001", kind=Kind.APPEAL, channel=Channel.AUTHORITY)
        number = appeals.enter_appeal(
            session, entry, Letter(Authority.MIIT, "GD-1", day, day, day), None, "6", NOW, policy()
        ).number
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
        step(session, number)


#: steps of agent 7 on the ticket, each of which reads it
STEPS: dict[str, Callable[[Session, str], object]] = {
    "care.followup.assignments.take": lambda s, number: assignments.take(s, number, "7", NOW),
    "care.followup.assignments.set_priority": lambda s, number: assignments.set_priority(s, number, 1, "7", NOW),
    "care.followup.assignments.transfer_to_department": lambda s, number: assignments.transfer_to_department(
        s, number, "service", "不是线路", "7", NOW, policy()
    ),
    "care.followup.notes.add_note": lambda s, number: notes.add_note(s, number, "晚上在家", "7", NOW),
    "care.followup.notes.ask_customer": lambda s, number: notes.ask_customer(s, number, "几楼？", "7", NOW),
    "care.followup.notes.urge_for_caller": lambda s, number: notes.urge_for_caller(s, number, "快点", "7", NOW),
    "care.desk.ticket_reveal.reveal": lambda s, number: reveal(s, number, [Shown.LINE], "回电核实", "7", NOW),
    "care.followup.working.note_use": lambda s, number: note_use(s, ticket_by_number(s, number), "7", NOW),  # type: ignore[arg-type]
}


def _assigned(session: Session, house: House) -> None:
    member(session, number="7")
    assignments.assign(session, house.number, "7", "7", NOW)


def _resumed(session: Session, house: House) -> None:
    change_status(session, house.ticket_id, Status.PENDING, "staff:7", NOW)
    notes.resume(session, house.number, "7", NOW)


def _opened_evidence(session: Session, house: House) -> None:
    file_id = session.execute(text("SELECT id FROM attachments")).scalar_one()
    open_evidence(session, house.number, file_id, "7", NOW)


USES_OF_TICKETS: Uses = {
    "care.followup.staff.give_feedback": (_feedback, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    "care.followup.staff.record_result": (_result, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    "care.tasks.closing.close_ticket": (
        _closed,
        {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1, ("agent", "8", "ticket", "ticket", PHONE, "c1"): 1},
    ),
    "closed by the system: nobody read it": (
        _closed_by_itself,
        {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1},
    ),
    "care.followup.staff.change_complexity": (_complexity, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    **{
        name: (in_session(lambda session, house, step=step: step(session, house.number)), {TICKET: 1})
        for name, step in STEPS.items()
    },
    "care.followup.assignments.assign": (in_session(_assigned), {TICKET: 1}),
    "care.followup.notes.resume": (in_session(_resumed), {TICKET: 1}),
    "care.followup.notes.reopen_for_customer": (_reopened, {TICKET: 1}),
    "care.followup.linking.link": (_linked, {TICKET: 1, OTHERS: 1}),
    "care.followup.linking.merge": (_merged, {TICKET: 1, OTHERS: 1}),
    "care.followup.listing.note_search": (
        in_session(lambda session, house: note_search(session, PHONE, "7", NOW)),
        {("agent", "7", "ticket", "tickets", PHONE, None): 1},
    ),
    "care.followup.evidence.open_evidence": (in_session(_opened_evidence), {EVIDENCE: 1}),
    "care.desk.ticket_page.open_page": (
        in_session(lambda session, house: open_page(session, house.number, "7", lambda permission: True, NOW)),
        {TICKET: 1, EVIDENCE: 1},
    ),
    "care.desk.advice.advise": (_advised, {OTHERS: 1}),
    "care.complaints.entering.enter_ticket": (
        in_session(lambda session, house: enter_ticket(session, ENTRY, "7", NOW, policy())),
        {ENTERED: 1},
    ),
    "care.appeals.service.enter_appeal": (
        in_session(
            lambda session, house: appeals.enter_appeal(
                session,
                replace(ENTRY, kind=Kind.APPEAL, channel=Channel.AUTHORITY),
                Letter(Authority.MIIT, "GD-2", NOW.date(), NOW.date(), NOW.date()),
                None,
                "7",
                NOW,
                policy(),
            )
        ),
        {ENTERED: 1},
    ),
    "care.appeals.service.go_back_to": (
        lambda house: _appeal(house, lambda s, number: appeals.go_back_to(s, number, house.number, "7", NOW)),
        {ENTERED: 1},
    ),
    "care.appeals.service.write_reply": (
        lambda house: _appeal(house, lambda s, number: appeals.write_reply(s, number, "已修复", "7", NOW)),
        {ENTERED: 1},
    ),
    "care.appeals.service.record_outcome": (
        lambda house: _appeal(
            house,
            lambda s, number: appeals.record_outcome(
                s, number, Outcome.WITHDRAWN, "7", NOW, reason="来函说客户撤回了", is_supervisor=True
            ),
        ),
        {ENTERED: 1},
    ),
}
