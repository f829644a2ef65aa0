"""Appeals: from the letter to the outcome; the law's clock, and what customers do not see of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appeals import service as appeals
from care.appeals.figures import Figure, figures, total
from care.appeals.rules import Authority, Letter, Outcome
from care.appeals.tables import Appeal
from care.audit import service as audit
from care.complaints.entering import Entry, enter_ticket
from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import CareError, Conflict, InvalidInput, NotAllowed
from care.followup import notes, service, staff
from care.once import OnceKey
from care.sla.policy import DEFAULT, load_policy
from care.sla.service import clocks_of, due_times
from care.sla.tables import Clock
from care.tasks.closing import close_ticket
from care.tickets.rules import Channel, Kind
from care.tickets.tables import Ticket, TicketEvent, TicketLink
from tests.support.desk import noted
from tests.support.tickets import FOUND
from tests.support.times import NOW, china

SHIPPED = load_policy(DEFAULT)
LETTER = Letter(Authority.MIIT, "GD-2026-1", date(2026, 11, 18), date(2026, 11, 20), date(2026, 12, 5))
ENTRY = Entry(
    "appeal-0001", Kind.APPEAL, Channel.AUTHORITY, "complaint_vas", "来函称用户被乱开彩铃，要求退费", line="13800138000"
)
CALL = replace(ENTRY, entry_id="call-0001", kind=Kind.COMPLAINT, channel=Channel.HOTLINE)
HOUR = timedelta(hours=1)
TOLD = "12381 来电告知，用户已在平台撤诉"


def _enter(session: Session, letter: Letter = LETTER, complaint: str | None = None, **changes: Any) -> Ticket:
    entered = appeals.enter_appeal(session, replace(ENTRY, **changes), letter, complaint, "8001", NOW, SHIPPED)
    return session.get_one(Ticket, entered.ticket_id)


def _complaint(session: Session) -> str:
    return enter_ticket(session, CALL, "8001", NOW - 2 * HOUR, SHIPPED).number


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str | None]]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.kind, event.status) for event in session.scalars(query)]


def test_from_the_letter(session: Session) -> None:
    ticket = _enter(session)
    assert ticket.number.startswith("SS261121-")
    assert (ticket.kind, ticket.channel, ticket.department, ticket.priority) == ("appeal", "authority", "rights", 1)
    (clock,) = clocks_of(session, [ticket.id])[ticket.id]
    assert (clock.name, clock.kind, clock.due_at) == ("appeal_reply", "statutory", china("2026-12-06 00:00"))
    alarms = session.scalars(select(Clock.due_at).where(Clock.kind == "alarm").order_by(Clock.due_at)).all()
    assert alarms == [china("2026-12-03 00:00"), china("2026-12-05 00:00"), china("2026-12-05 20:00")]
    appeal = session.get_one(Appeal, ticket.id)
    assert (appeal.authority, appeal.external_number, appeal.complaint_id) == ("miit", "GD-2026-1", None)


def test_a_letter_that_was_found_too_late(session: Session) -> None:
    late = replace(LETTER, dated=None, received_on=date(2026, 11, 1), due_on=date(2026, 11, 10))
    ticket = _enter(session, late)
    (clock,) = clocks_of(session, [ticket.id])[ticket.id]
    assert clock.due_at < NOW, "and is missed from the start"
    assert session.scalars(select(Clock).where(Clock.kind == "alarm")).all() == [], "nobody is warned of the past"


def test_each_letter_once(session: Session) -> None:
    first = _enter(session)
    assert _enter(session).number == first.number, "the same entry, sent again"
    with pytest.raises(Conflict) as refused:
        _enter(session, entry_id="appeal-0002")
    assert refused.value.reason == "appeal_known"
    assert first.number in str(refused.value), "whoever types it a second time is told where it is"
    session.rollback()


def test_two_authorities_may_have_the_same_number(session: Session) -> None:
    _enter(session)
    other = _enter(session, replace(LETTER, authority=Authority.MARKET), entry_id="appeal-0002")
    assert session.get_one(Appeal, other.id).authority == "hotline_12315"


def test_the_complaint_that_it_goes_back_to(session: Session) -> None:
    number = _complaint(session)
    ticket = _enter(session, complaint=number)
    complaint = session.scalars(select(Ticket).where(Ticket.number == number)).one()
    assert session.get_one(Appeal, ticket.id).complaint_id == complaint.id
    link = session.scalars(select(TicketLink)).one()
    assert (link.ticket_id, link.other_id, link.kind) == (ticket.id, complaint.id, "appeal")
    assert due_times(session, complaint.id), "its own clocks run on"


def test_it_is_offered_where_the_letter_names_none(session: Session) -> None:
    number = _complaint(session)
    ticket = _enter(session)
    (offered,) = appeals.offered_complaints(session, ticket, LETTER.received_on)
    assert offered.number == number
    for _ in range(2):
        appeals.go_back_to(session, ticket.number, number, "8001", NOW)
    assert [kind for kind, _ in _events(session, ticket)].count("linked") == 1
    unknown = _enter(session, replace(LETTER, external_number="GD-2026-2"), entry_id="appeal-0002", line=None)
    assert appeals.offered_complaints(session, unknown, LETTER.received_on) == [], "no line, nothing to go by"


@pytest.mark.parametrize("named", ["TS261121-000000", "itself"])
def test_no_complaint(session: Session, named: str) -> None:
    ticket = _enter(session)
    with pytest.raises(InvalidInput) as refused:
        appeals.go_back_to(session, ticket.number, ticket.number if named == "itself" else named, "8001", NOW)
    assert refused.value.reason == "complaint"


def test_the_written_reply_meets_the_clock(session: Session) -> None:
    ticket = _enter(session)
    for _ in range(2):
        appeals.write_reply(session, ticket.number, "经查，已退费并致歉。", "8002", NOW + HOUR)
    appeal = session.get_one(Appeal, ticket.id)
    assert (appeal.reply, appeal.replied_at) == ("经查，已退费并致歉。", NOW + HOUR)
    assert (ticket.status, ticket.assignee, ticket.outcome) == ("resolved", "8002", None)
    (clock,) = clocks_of(session, [ticket.id])[ticket.id]
    assert (clock.met_at, clock.missed_at) == (NOW + HOUR, None)
    assert _events(session, ticket)[1:] == [("status", "inProgress"), ("replied", None), ("status", "resolved")]
    assert [action for _, action, _ in noted(session)] == ["ticket_enter", "ticket_appeal_reply"]
    with pytest.raises(Conflict) as refused:
        appeals.write_reply(session, ticket.number, "再补充几句。", "8002", NOW + 2 * HOUR)
    assert refused.value.reason == "replied"


def test_the_outcome_closes_it(session: Session) -> None:
    ticket = _enter(session)
    appeals.write_reply(session, ticket.number, "已退费。", "8001", NOW + HOUR)
    for _ in range(2):
        appeals.record_outcome(session, ticket.number, Outcome.SETTLED, "8001", NOW + 2 * HOUR)
    assert (ticket.status, session.get_one(Appeal, ticket.id).outcome) == ("closed", "settled")
    with pytest.raises(Conflict) as refused:
        appeals.record_outcome(session, ticket.number, Outcome.UPHELD, "8001", NOW + 3 * HOUR)
    assert refused.value.reason == "outcome_known"


def test_the_answer_comes_before_the_outcome(session: Session) -> None:
    ticket = _enter(session)
    with pytest.raises(Conflict) as refused:
        appeals.record_outcome(session, ticket.number, Outcome.DISMISSED, "8001", NOW)
    assert refused.value.reason == "not_replied"


def test_what_the_customer_took_back_there(session: Session) -> None:
    ticket = _enter(session)
    appeals.record_outcome(session, ticket.number, Outcome.WITHDRAWN, "8003", NOW, reason=TOLD, is_supervisor=True)
    assert (ticket.status, due_times(session, ticket.id)) == ("closed", {})
    (clock,) = clocks_of(session, [ticket.id])[ticket.id]
    assert (clock.met_at, clock.missed_at, clock.ended_at) == (None, None, NOW), "neither met nor missed"
    (noted_last,) = [each for each in audit.pending(session) if each.action == "ticket_appeal_outcome"]
    assert (noted_last.actor, noted_last.reason) == ("staff:8003", TOLD)


NOBODY_ELSE = [
    # who, their reason, the refusal
    (False, TOLD, "permission"),  # an agent alone cannot say that an appeal is gone
    (True, None, "reason_missing"),
    (True, " ", "reason_missing"),
]


@pytest.mark.parametrize(("is_supervisor", "reason", "refusal"), NOBODY_ELSE)
def test_who_ends_an_appeal_without_an_answer(
    session: Session, is_supervisor: bool, reason: str | None, refusal: str
) -> None:
    ticket = _enter(session)
    with pytest.raises(CareError) as refused:
        appeals.record_outcome(
            session, ticket.number, Outcome.WITHDRAWN, "8001", NOW, reason=reason, is_supervisor=is_supervisor
        )
    assert refused.value.reason == refusal
    assert due_times(session, ticket.id), "the answer is still owed"


def test_what_was_answered_and_then_taken_back_needs_no_reason(session: Session) -> None:
    ticket = _enter(session)
    appeals.write_reply(session, ticket.number, "已退费。", "8001", NOW)
    appeals.record_outcome(session, ticket.number, Outcome.WITHDRAWN, "8001", NOW + HOUR)
    assert ticket.status == "closed"


def test_a_day_that_was_missed_stays_missed(session: Session) -> None:
    """Also where the job that looks for it has not come by: due on the 5th, taken back on the 8th."""
    ticket = _enter(session)
    later = china("2026-12-08 09:00")
    appeals.record_outcome(session, ticket.number, Outcome.WITHDRAWN, "8003", later, reason=TOLD, is_supervisor=True)
    (clock,) = clocks_of(session, [ticket.id])[ticket.id]
    assert (clock.met_at, clock.missed_at, clock.ended_at) == (None, later, later)
    assert [kind for kind, _ in _events(session, ticket)].count("delay") == 1


def test_the_same_letter_typed_by_two_at_once(database: object) -> None:
    """The unique number decides; whoever comes second is told, whichever look came before the other's commit."""
    both = Barrier(2)

    def one(staff: str) -> str:
        try:
            with transaction() as session:
                session.execute(select(1))
                both.wait(timeout=10)
                entry = replace(ENTRY, entry_id=f"appeal-of-{staff}", line=None)  # a line would make them wait before
                number = appeals.enter_appeal(session, entry, LETTER, None, staff, NOW, SHIPPED).number
                sleep(0.5)  # the first one commits while the second one waits
                return number[:2]
        except Conflict as error:
            return error.reason

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ["8001", "8002"])) == ["SS", "appeal_known"]
    with transaction() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1, "no ticket without a letter"


Step = Callable[[Session, str], object]

FOR_CUSTOMERS: dict[str, Step] = {
    "feedback": lambda session, number: staff.give_feedback(session, number, "在查", "8001", NOW),
    "result": lambda session, number: staff.record_result(session, number, "已退费", "8001", NOW),
    "close": lambda session, number: close_ticket(session, number, "8001", NOW, FOUND),
    "pause": lambda session, number: notes.ask_customer(session, number, "哪天？", "8001", NOW),
    "urge": lambda session, number: notes.urge_for_caller(session, number, "快点", "8001", NOW),
    "complexity": lambda session, number: staff.change_complexity(
        session, number, "complex", "取证", "8003", True, NOW, SHIPPED
    ),
}


@pytest.mark.parametrize("step", FOR_CUSTOMERS)
def test_no_step_that_is_told_to_a_customer(session: Session, step: str) -> None:
    """A result to the customer would meet the clock of an answer that the authority never got."""
    ticket = _enter(session)
    with pytest.raises(Conflict) as refused:
        FOR_CUSTOMERS[step](session, ticket.number)
    assert refused.value.reason == "appeal"
    assert due_times(session, ticket.id) == {"appeal_reply": china("2026-12-06 00:00")}


def test_customers_find_no_appeal(session: Session) -> None:
    ticket = _enter(session)
    session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    session.flush()
    wrong = service.prove_by_digits(session, "c1", ticket.number, "8000", OnceKey("c1", 1, "prove"), NOW)
    assert isinstance(wrong, service.Refused), "as a ticket that does not exist"
    assert service.standing_of(session, "c1", ticket.number, NOW) is None
    assert service.withdrawal_phone(session, ticket.number) is None
    with pytest.raises(InvalidInput) as unknown:
        service.grant(session, "c1", ticket.number, "code", NOW)
    assert unknown.value.reason == "no_ticket"
    with pytest.raises(NotAllowed) as refused:
        service.withdraw(session, "c1", ticket.number, OnceKey("c1", 2, "withdraw"), NOW)
    assert refused.value.reason == "needs_proof"


def test_an_appeal_makes_no_complaint_a_repeat(session: Session) -> None:
    _enter(session)
    entered = enter_ticket(session, CALL, "8001", NOW, SHIPPED)
    assert session.get_one(Ticket, entered.ticket_id).repeat_of is None


OF_APPEALS: dict[str, Step] = {
    "reply": lambda session, number: appeals.write_reply(session, number, "已退费", "8001", NOW),
    "outcome": lambda session, number: appeals.record_outcome(session, number, Outcome.SETTLED, "8001", NOW),
    "link": lambda session, number: appeals.go_back_to(session, number, number, "8001", NOW),
}


@pytest.mark.parametrize("step", OF_APPEALS)
def test_a_complaint_is_no_appeal(session: Session, step: str) -> None:
    number = _complaint(session)
    with pytest.raises(CareError) as refused:
        OF_APPEALS[step](session, number)
    assert refused.value.reason == "appeal"


def test_figures_count_letters_and_nothing_else(session: Session) -> None:
    _complaint(session)
    first = _enter(session)
    _enter(session, replace(LETTER, authority=Authority.MARKET), entry_id="appeal-0002")
    october = replace(
        LETTER, external_number="GD-2026-9", dated=None, received_on=date(2026, 10, 8), due_on=date(2026, 10, 20)
    )
    _enter(session, october, entry_id="appeal-0003")
    appeals.write_reply(session, first.number, "已退费", "8001", NOW)
    appeals.record_outcome(session, first.number, Outcome.UPHELD, "8001", NOW)
    session.flush()
    assert figures(session, date(2026, 1, 1), date(2026, 12, 31)) == [
        Figure(date(2026, 10, 1), Authority.MIIT, None, 1),
        Figure(date(2026, 11, 1), Authority.MARKET, None, 1),
        Figure(date(2026, 11, 1), Authority.MIIT, Outcome.UPHELD, 1),
    ]
    assert total(figures(session, date(2026, 11, 1), date(2026, 11, 30))) == 2
