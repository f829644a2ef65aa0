"""Redress from the miss of a clock to the customer who is told of it, once, whatever became of the ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.db import transaction
from care.errors import CareError, Conflict, InvalidInput
from care.escalation.sweep import sweep
from care.followup.service import prove_contact
from care.notices.tables import Notice
from care.redress.rules import Status
from care.redress.service import (
    approve,
    decline,
    figures,
    give_facts,
    list_redresses,
    propose_for_miss,
    redresses_of,
    status_of,
    tell_by_word,
)
from care.redress.tables import Redress
from care.sla.service import clocks_of, end_clocks, meet_clocks
from care.tickets.rules import EventKind
from care.tickets.rules import Status as TicketStatus
from care.tickets.service import change_status, ticket_by_number
from care.tickets.tables import Ticket
from tests.care.redress.conftest import File
from tests.support.desk import noted
from tests.support.tickets import notes
from tests.support.times import NOW
from tests.support.waiting import at_once

HOUR = timedelta(hours=1)
FEE = {"monthly_fee": "99.00"}


def of(number: str, session: Session) -> Ticket:
    ticket = ticket_by_number(session, number)
    assert ticket is not None
    return ticket


def only(session: Session) -> Redress:
    return session.scalars(select(Redress)).one()


def in_session(work: Callable[[Session, Redress], object]) -> None:
    with transaction() as session:
        work(session, only(session))


def amount() -> int | None:
    with transaction() as session:
        return only(session).amount


def status() -> Status:
    with transaction() as session:
        return status_of(only(session))


def said(words: str = "月租") -> list[str]:
    with transaction() as session:
        texts = session.scalars(select(Message.text).order_by(Message.id))
        return [text for text in texts if words in text]


MISSES = [
    # area      hours   proposed    why
    ("town", 47.9, 0, "in time"),
    ("town", 48, 1, "城镇 48 小时"),
    ("country", 48, 0, "农村 has 72"),
    ("country", 71.9, 0, "still in time"),
    ("country", 72, 1, "农村 72 小时"),
    (None, 48, 1, "where the place is not known, the shorter time runs"),
]


@pytest.mark.parametrize(("area", "hours", "proposed", "why"), MISSES)
def test_a_late_repair_raises_the_law(area: str | None, hours: float, proposed: int, why: str, file: File) -> None:
    file(**({"area": area} if area else {}))
    sweep(NOW + hours * HOUR)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Redress)) == proposed, why


def test_it_is_proposed_once(file: File) -> None:
    number = file()
    for hours in (48, 48, 60, 400):
        sweep(NOW + hours * HOUR)
    with transaction() as session:
        (clock,) = (
            each
            for each in clocks_of(session, [of(number, session).id])[of(number, session).id]
            if each.name == "repair"
        )
        assert propose_for_miss(session, of(number, session), clock, NOW) == []
        assert [each.law for each in redresses_of(session, of(number, session).id)] == ["fault"]
    assert notes(number, EventKind.REDRESS) == ["障碍超时，免收月租费：等主管核实"]


def test_two_workers_propose_it_once(file: File) -> None:
    number = file()

    def propose() -> int:
        with transaction() as session:
            ticket = of(number, session)
            (clock,) = (each for each in clocks_of(session, [ticket.id])[ticket.id] if each.name == "repair")
            return len(propose_for_miss(session, ticket, clock, NOW + 48 * HOUR))

    assert sorted(at_once(propose, propose)) == [0, 1]


GROWS = [
    # hours after the report    days    fen     why
    (49, 3, 990, "21, 22 and 23 November"),
    (96, 5, 1650, "five days by then"),
    (240, 11, 3620, "over the end of the month: 330 × 10 of November, and 9900 / 31 of December, rounded up"),
]


@pytest.mark.parametrize(("hours", "days", "fen", "why"), GROWS)
def test_it_grows_while_the_fault_lasts(hours: int, days: int, fen: int, why: str, file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    now = NOW + hours * HOUR
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", NOW + 48 * HOUR))
    with transaction() as session:
        found = figures(session, only(session), now)
        assert found.lasts
        assert found.worth is not None
        assert (found.worth.last - found.worth.first).days + 1 == days
    in_session(lambda s, each: approve(s, each.id, "9", now))
    assert amount() == fen, why


def test_it_ends_with_the_repair(file: File) -> None:
    number = file()
    sweep(NOW + 48 * HOUR)
    with transaction() as session:
        meet_clocks(session, of(number, session).id, None, NOW + 60 * HOUR)
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", NOW + 400 * HOUR))
    assert amount() == 4 * 330  # 21 to 24 November
    with transaction() as session:
        assert not figures(session, only(session), NOW + 400 * HOUR).lasts


def test_what_a_supervisor_types_counts_more_than_the_clock(file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    typed = {**FEE, "began_on": "2026-11-18", "ended_on": "2026-11-22"}
    in_session(lambda s, each: give_facts(s, each.id, typed, "9", NOW + 72 * HOUR))
    in_session(lambda s, each: approve(s, each.id, "9", NOW + 200 * HOUR))
    assert amount() == 5 * 330


def test_the_customer_is_told_unasked_and_once(file: File) -> None:
    number = file(contact="13800138000")
    sweep(NOW + 48 * HOUR)
    now = NOW + 49 * HOUR
    with transaction() as session:
        prove_contact(session, "c1", number, "13800138000", now)
    assert said() == [], "nobody hears of an amount before it is approved"
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", now))
    assert said() == []
    for _ in range(2):
        in_session(lambda s, each: approve(s, each.id, "9", now))
    assert status() == Status.TOLD
    (told,) = said()
    assert number in told
    assert "《电信条例》第三十二条" in told
    assert "11月21日到11月23日，共 9.90 元" in told
    assert "不等于撤回投诉" in told
    assert "话费账户" not in told, "only where the operator says so"
    with transaction() as session:
        (sms,) = session.scalars(select(Notice).where(Notice.kind == "redress"))
        assert "9.90" not in sms.text
    assert notes(number, EventKind.REDRESS) == [
        "障碍超时，免收月租费：等主管核实",
        "障碍超时，免收月租费：批准 9.90 元",
        "障碍超时，免收月租费：已告知客户",
    ]


def test_two_supervisors_approve_once(file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", NOW + 49 * HOUR))

    def one() -> None:
        in_session(lambda s, each: approve(s, each.id, "9", NOW + 50 * HOUR))

    at_once(one, one)
    assert len(said()) == 1


def test_without_a_conversation_somebody_tells_it(file: File) -> None:
    number = file(in_chat=False)
    sweep(NOW + 48 * HOUR)
    now = NOW + 49 * HOUR
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", now))
    with transaction() as session, pytest.raises(Conflict, match="before it is approved"):
        tell_by_word(session, only(session).id, "9", now)
    in_session(lambda s, each: approve(s, each.id, "9", now))
    assert status() == Status.APPROVED
    for _ in range(2):
        in_session(lambda s, each: tell_by_word(s, each.id, "9", now))
    assert status() == Status.TOLD
    assert len(notes(number, EventKind.REDRESS)) == 3


def _withdrawn(session: Session, ticket: Ticket, now: datetime) -> None:
    end_clocks(session, ticket.id, None, now)
    change_status(session, ticket.id, TicketStatus.CANCELLED, "customer", now)


def _closed(session: Session, ticket: Ticket, now: datetime) -> None:
    meet_clocks(session, ticket.id, None, now)
    for step in (TicketStatus.IN_PROGRESS, TicketStatus.RESOLVED, TicketStatus.CLOSED):
        change_status(session, ticket.id, step, "staff:7", now)


@pytest.mark.parametrize("end", [_withdrawn, _closed])
def test_it_does_not_depend_on_what_became_of_the_complaint(
    end: Callable[[Session, Ticket, datetime], None], file: File
) -> None:
    number = file()
    sweep(NOW + 48 * HOUR)
    with transaction() as session:
        end(session, of(number, session), NOW + 50 * HOUR)
    with transaction() as session:
        (((listed, _),), _) = list_redresses(session, True)
        assert status_of(listed) == Status.PROPOSED
    in_session(lambda s, each: give_facts(s, each.id, FEE, "9", NOW + 90 * HOUR))
    in_session(lambda s, each: approve(s, each.id, "9", NOW + 90 * HOUR))
    assert amount() == 990, "until the end of the complaint"
    assert len(said()) == 1


def test_a_miss_that_is_found_after_the_end_is_proposed_as_well(file: File) -> None:
    """The worker was away while it was answered late."""
    number = file()
    with transaction() as session:
        ticket = of(number, session)
        (clock,) = (each for each in clocks_of(session, [ticket.id])[ticket.id] if each.name == "repair")
        clock.missed_at = NOW + 50 * HOUR
        _closed(session, ticket, NOW + 50 * HOUR)
    sweep(NOW + 51 * HOUR)
    assert status() == Status.PROPOSED


def test_declining_needs_words_and_tells_nobody(file: File) -> None:
    number = file()
    sweep(NOW + 48 * HOUR)
    with transaction() as session, pytest.raises(InvalidInput, match="in words"):
        decline(session, only(session).id, " … ", "9", NOW)
    for _ in range(2):
        in_session(lambda s, each: decline(s, each.id, "用户自有路由器故障", "9", NOW + 49 * HOUR))
    assert status() == Status.DECLINED
    assert said() == []
    assert notes(number, EventKind.REDRESS)[1:] == ["障碍超时，免收月租费：不适用"]


def _facts(session: Session, id: int) -> object:
    return give_facts(session, id, FEE, "9", NOW)


REFUSED = [
    (lambda s, id: approve(s, 999, "9", NOW), "redress", "there is none"),
    (lambda s, id: approve(s, id, "9", NOW + 49 * HOUR), "facts_missing", "the fee is not known"),
    (lambda s, id: give_facts(s, id, {"days": "3"}, "9", NOW), "fact", "it is worked out from days, not from a number"),
    (lambda s, id: give_facts(s, id, {}, "9", NOW), "fact", "nothing given"),
    (lambda s, id: give_facts(s, id, {"monthly_fee": "x"}, "9", NOW), "fact_value", "no amount"),
    (
        lambda s, id: give_facts(s, id, {**FEE, "ended_on": "2026-11-01"}, "9", NOW),
        "period",
        "repaired before it was reported",
    ),
]


@pytest.mark.parametrize(("step", "reason", "why"), REFUSED)
def test_what_is_refused(step: Callable[[Session, int], object], reason: str, why: str, file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    with transaction() as session, pytest.raises(CareError) as error:
        step(session, only(session).id)
    assert error.value.reason == reason, why


def test_what_is_decided_stays(file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    in_session(lambda s, each: decline(s, each.id, "用户自有路由器故障", "9", NOW))
    for step in (lambda s, id: approve(s, id, "9", NOW), _facts):
        with transaction() as session, pytest.raises(Conflict) as error:
            step(session, only(session).id)
        assert error.value.reason == "redress_decided"


def test_an_installation_is_worked_out_from_what_is_typed(file: File) -> None:
    file(description="预约了装机一直没来装")
    sweep(NOW + 48 * HOUR)
    with transaction() as session:
        by_law = {each.law: each for each in session.scalars(select(Redress))}
        assert by_law.keys() == {"fault", "installation"}
        installation = by_law["installation"]
        assert figures(session, installation, NOW).missing == ["due_on", "paid_fee"]
        give_facts(session, installation.id, {"due_on": "2026-11-20", "paid_fee": "100"}, "9", NOW + 48 * HOUR)
        approve(session, installation.id, "9", NOW + 48 * HOUR)
        assert installation.amount == 300  # 21 to 23 November
    (told,) = said("违约金")
    assert "《电信条例》第三十一条" in told


def test_steps_leave_their_traces(file: File) -> None:
    file()
    sweep(NOW + 48 * HOUR)
    with transaction() as session:
        id = only(session).id
        give_facts(session, id, FEE, "9", NOW)
        approve(session, id, "9", NOW + 49 * HOUR)
        assert noted(session) == [
            ("staff:9", "redress_facts", f"redress:{id}"),
            ("staff:9", "redress_approve", f"redress:{id}"),
        ]


def test_lists_go_on_behind_the_last_one(file: File) -> None:
    numbers = [file(n) for n in (1, 2, 3)]
    sweep(NOW + 48 * HOUR)
    with transaction() as session:
        first, after = list_redresses(session, True, limit=2)
        second, end = list_redresses(session, True, after, limit=2)
        assert sorted(number for _, number in first + second) == sorted(numbers)
        assert (len(first), end) == (2, None)
        decline(session, first[0][0].id, "用户自有路由器故障", "9", NOW)
        assert len(list_redresses(session, True)[0]) == 2
        assert [number for _, number in list_redresses(session, False)[0]] == [first[0][1]]
