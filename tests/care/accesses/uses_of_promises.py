"""What staff do so that promises are kept, and the rows that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.accounts.service import customer_of_phone
from care.answers.tables import Answer
from care.db import transaction
from care.followup import notes, reaching, staff
from care.redress import service as redress
from care.sla.policy import policy
from care.sla.tables import Clock
from care.tasks import service as tasks
from care.tasks.closing import close_ticket, enter_findings
from care.tasks.findings import Findings
from care.tasks.tables import Task
from care.tickets.tables import Ticket
from tests.care.accesses.house import PHONE, TICKET, House, Uses, in_session
from tests.support.tickets import file, reach
from tests.support.times import NOW


def _told(session: Session, house: House) -> None:
    staff.give_feedback(session, house.number, "师傅明天上午到", "7", NOW)
    reaching.told_by_word(session, house.number, session.scalars(select(Answer.id)).one(), "7", NOW)


def _asked(session: Session, house: House) -> None:
    notes.ask_customer(session, house.number, "几楼？", "7", NOW)
    reaching.asked_by_word(session, house.number, "7", NOW)


def _renewed(house: House) -> None:
    """About money: no time of the law is as short as its promise."""
    number = file(303, "c1", "complaint_vas")
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
        reaching.renew(session, number, NOW + timedelta(hours=60), "要问代理商", "7", NOW, policy())


def _closed(session: Session, house: House) -> None:
    """By 7, who then calls to apologise; 8 asks afterwards."""
    staff.record_result(session, house.number, "已更换光猫，测速正常。", "7", NOW)
    reach(session, house.number)
    close_ticket(session, house.number, "7", NOW, Findings(True, "network_fault", "更换光猫批次"))
    session.flush()
    session.execute(text("TRUNCATE accesses"))


def _of(session: Session, kind: str) -> int:
    return session.scalars(select(Task.id).where(Task.kind == kind)).one()


def _found(session: Session, house: House) -> None:
    staff.record_result(session, house.number, "已更换光猫，测速正常。", "7", NOW)
    session.execute(text("TRUNCATE accesses"))
    enter_findings(session, house.number, Findings(False, "misunderstanding"), "7", NOW)


def _apology(step: Callable[[Session, int], object]) -> Callable[[House], None]:
    def work(session: Session, house: House) -> None:
        _closed(session, house)
        step(session, _of(session, "apology"))

    return in_session(work)


def _quarterly(session: Session, house: House) -> None:
    """Of no ticket: of the number that is called."""
    customer = customer_of_phone(session, PHONE, NOW)
    assert customer is not None
    task = tasks.open_task(session, "quarterly", None, NOW, customer_id=customer.id, quarter="2026Q4")
    tasks.take(session, task.id, "7", NOW)


def _redressed(*steps: str) -> Callable[[House], None]:
    """What the law gives for a repair that was late: proposed by the system, then these steps of 7."""

    def run(house: House) -> None:
        with transaction() as session:
            ticket = session.get_one(Ticket, house.ticket_id)
            clock = session.scalars(select(Clock).where(Clock.name == "repair", Clock.kind != "alarm")).one()
            (proposed,) = redress.propose_for_miss(session, ticket, clock, NOW)
            session.execute(text("TRUNCATE accesses"))
            if "facts" in steps:
                redress.give_facts(session, proposed.id, {"monthly_fee": "99.00"}, "7", NOW)
            if "decline" in steps:
                redress.decline(session, proposed.id, "自有设备", "7", NOW)
            if "approve" in steps:
                redress.approve(session, proposed.id, "7", NOW)
            if "told" in steps:
                proposed.told_at = None
                redress.tell_by_word(session, proposed.id, "7", NOW)

    return run


USES_OF_PROMISES: Uses = {
    "care.tasks.closing.enter_findings": (in_session(_found), {TICKET: 1}),
    "care.tasks.service.take": (in_session(_quarterly), {("agent", "7", "quality", "call", PHONE, None): 1}),
    "care.tasks.service.tried": (_apology(lambda s, each: tasks.tried(s, each, None, "7", NOW)), {TICKET: 1}),
    "care.tasks.service.done": (
        _apology(lambda s, each: tasks.done(s, each, "apologised", 9, None, "7", NOW, policy())),
        {TICKET: 1},
    ),
    "care.tasks.service.reveal_number": (
        _apology(lambda s, each: tasks.reveal_number(s, each, "致歉", "7", NOW)),
        {TICKET: 1},
    ),
    # Written down, and said.
    "care.followup.reaching.told_by_word": (in_session(_told), {TICKET: 2}),
    "care.followup.reaching.asked_by_word": (in_session(_asked), {TICKET: 2}),
    "care.followup.reaching.renew": (_renewed, {TICKET: 1}),
    "care.redress.service.give_facts": (_redressed("facts"), {TICKET: 1}),
    "care.redress.service.approve": (_redressed("facts", "approve"), {TICKET: 2}),
    "care.redress.service.decline": (_redressed("decline"), {TICKET: 1}),
    "care.redress.service.tell_by_word": (_redressed("facts", "approve", "told"), {TICKET: 3}),
}
