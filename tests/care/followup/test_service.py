"""Urging, adding, reopening, withdrawing: who may, what is written, and what it does to the clocks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.accounts.proofs import prove
from care.attachments.rules import CheckedFile
from care.attachments.service import evidence_of, store_evidence
from care.errors import InvalidInput, NotAllowed
from care.followup import service
from care.followup.staff import give_feedback, record_result
from care.followup.urging import Urged
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import Policy
from care.sla.service import due_times, meet_clocks
from care.sla.tables import Clock
from care.sla.versions import remember
from care.tasks.closing import close_ticket
from care.tickets.rules import Level, Status
from care.tickets.service import change_status, grant_level
from care.tickets.tables import Ticket, TicketEvent
from tests.care.followup.conftest import File
from tests.support.tickets import FOUND
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)
_MESSAGES = itertools.count(1)


def _key(conversation_id: str = "c1") -> OnceKey:
    return OnceKey(conversation_id, next(_MESSAGES), "step")


def _events(session: Session, ticket: Ticket) -> list[tuple[str, str, str | None, str | None]]:
    """What happened after it was filed."""
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    return [(event.actor, event.kind, event.status, event.note) for event in session.scalars(query)][1:]


def _resolve(session: Session, ticket: Ticket, close: bool = False) -> None:
    record_result(session, ticket.number, "已关闭该业务并退费", "8", NOW + HOUR, told=True)
    if close:
        close_ticket(session, ticket.number, "8", NOW + HOUR, FOUND)


# Asking


def test_ones_own_tickets(session: Session, file: File) -> None:
    ticket = file()
    (standing,) = service.own_tickets(session, "c1", NOW + HOUR)
    assert standing == service.Standing(
        number=ticket.number,
        category="未经同意的增值业务",
        department="客户服务部",
        stage="accepted",
        status="acknowledged",
        kind="complaint",
        is_open=True,
        promises_feedback=True,
        feedback_due=china("2026-11-22 15:20"),
        solution_due=china("2026-11-22 15:20"),
        first_feedback_at=None,
        outcome=None,
        may_reopen=False,
    )
    assert service.own_tickets(session, "c2", NOW) == []


def test_as_it_goes_on(session: Session, file: File) -> None:
    ticket = file()
    give_feedback(session, ticket.number, "业务方正在核对订购记录", "7", NOW + HOUR, told=True)
    (standing,) = service.own_tickets(session, "c1", NOW + HOUR)
    assert (standing.stage, standing.feedback_due, standing.first_feedback_at) == ("working", None, NOW + HOUR)
    assert standing.solution_due == china("2026-11-22 15:20")
    record_result(session, ticket.number, "已退费10元", "7", NOW + 2 * HOUR, told=True)
    (standing,) = service.own_tickets(session, "c1", NOW + 3 * HOUR)
    assert (standing.stage, standing.is_open, standing.outcome) == ("answered", False, "已退费10元")
    assert (standing.solution_due, standing.first_feedback_at, standing.may_reopen) == (None, NOW + HOUR, True)


def test_a_promise_that_is_over_is_not_told(session: Session, file: File) -> None:
    file()
    (standing,) = service.own_tickets(session, "c1", china("2026-11-22 15:20"))
    assert (standing.is_open, standing.feedback_due, standing.solution_due) == (True, None, None)


def test_a_category_that_the_policy_lost(session: Session, file: File) -> None:
    ticket = file()
    ticket.category, ticket.department = "of_last_year", "of_last_year"
    (standing,) = service.own_tickets(session, "c1", NOW)
    assert (standing.category, standing.department) == ("其他", "")


def test_the_newest_three_and_those_proved_by_a_code(session: Session, file: File) -> None:
    numbers = [file().number for _ in range(3)]
    elsewhere = file("c2")
    grant_level(session, "c1", elsewhere, Level.DIGITS, NOW)
    assert [each.number for each in service.own_tickets(session, "c1", NOW)] == numbers[::-1]
    service.grant(session, "c1", elsewhere.number.lower(), "code", NOW)
    found = [each.number for each in service.own_tickets(session, "c1", NOW)]
    assert found == [elsewhere.number, numbers[2], numbers[1]]
    assert len(service.own_tickets(session, "c1", NOW, limit=1)) == 1


def test_a_grant_for_nothing(session: Session, conversations: None) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.grant(session, "c1", "TS261121-000000", "code", NOW)
    assert refused.value.reason == "no_ticket"


STANDINGS = [
    # what c2 has proved, and what it is told: stage, category, outcome
    (None, None),
    (Level.DIGITS, ("answered", "", None)),
    (Level.CODE, ("answered", "未经同意的增值业务", "已关闭该业务并退费")),
]


@pytest.mark.parametrize(("level", "told"), STANDINGS)
def test_as_much_as_was_proved(session: Session, file: File, level: Level | None, told: Any) -> None:
    ticket = file()
    _resolve(session, ticket)
    if level:
        grant_level(session, "c2", ticket, level, NOW)
    standing = service.standing_of(session, "c2", ticket.number, NOW + HOUR)
    assert (standing and (standing.stage, standing.category, standing.outcome)) == told
    assert service.standing_of(session, "c2", "TS261121-000000", NOW) is None


# Urging


def test_urging_is_counted_and_raises_the_priority_once_in_two_hours(session: Session, file: File) -> None:
    ticket = file()
    told = []
    for hours, words in [(0, "怎么还没人管"), (1, "快点"), (2, " "), (3, "急"), (10, "再不管我申诉")]:
        urged = service.urge(session, "c1", None, words, _key(), NOW + hours * HOUR)
        told.append((urged.times, urged.priority, urged.is_raised))
    assert told == [(1, 2, True), (2, 2, False), (3, 1, True), (4, 1, False), (5, 1, False)]
    assert _events(session, ticket) == [
        ("customer", "urged", None, "怎么还没人管"),
        ("system", "priority", None, "3 → 2"),
        ("customer", "urged", None, "快点"),
        ("customer", "urged", None, None),  # a button has no words
        ("system", "priority", None, "2 → 1"),
        ("customer", "urged", None, "急"),
        ("customer", "urged", None, "再不管我申诉"),  # urgent already
    ]


def test_the_same_message_urges_once(session: Session, file: File) -> None:
    ticket = file()
    key = _key()
    first = service.urge(session, "c1", None, "快点", key, NOW)
    assert (
        service.urge(session, "c1", None, "快点", key, NOW + 3 * HOUR)
        == first
        == Urged(ticket.number, 1, 2, is_raised=True)
    )


def test_the_newest_open_one_is_meant(session: Session, file: File) -> None:
    first, second = file(), file()
    _resolve(session, second)
    assert service.urge(session, "c1", None, "快点", _key(), NOW).number == first.number
    assert service.urge(session, "c1", first.number, "快点", _key(), NOW).number == first.number


def test_who_knows_the_line_may_urge_and_learns_nothing(session: Session, file: File) -> None:
    """Somebody complains about a line of which a ticket is open already, filed elsewhere."""
    ticket = file()
    urged = service.urge(session, "c2", ticket.number, "我也断网了", _key("c2"), NOW, line="13800138000")
    assert (urged.times, urged.priority) == (1, 2)
    assert _events(session, ticket)[0] == ("caller", "urged", None, "我也断网了")
    for line in ("13900139000", None):  # another one's, none
        with pytest.raises(NotAllowed) as refused:
            service.urge(session, "c2", ticket.number, "快点", _key("c2"), NOW, line=line)
        assert refused.value.reason == "needs_proof"


# Adding


def test_adding_words(session: Session, file: File) -> None:
    ticket = file()
    assert service.add_information(session, "c1", None, " 昨天又扣了一次 ", _key(), NOW) == ticket.number
    assert _events(session, ticket) == [("customer", "information", None, "昨天又扣了一次")]


def test_a_ticket_that_waited_for_the_customer_goes_on(session: Session, file: File) -> None:
    ticket = file()
    change_status(session, ticket.id, Status.PENDING, "staff:7", NOW, "请提供截图")
    service.add_information(session, "c1", None, "这就是截图上的金额", _key(), NOW)
    assert ticket.status == "inProgress"
    assert _events(session, ticket)[1:] == [
        ("customer", "information", None, "这就是截图上的金额"),
        ("customer", "status", "inProgress", None),
    ]


def test_nothing_is_added_without_words(session: Session, file: File) -> None:
    file()
    with pytest.raises(InvalidInput) as refused:
        service.add_information(session, "c1", None, "？", _key(), NOW)
    assert refused.value.reason == "field_empty"


def test_a_file_from_another_conversation_comes_along(session: Session, file: File) -> None:
    """补充材料 in a new conversation, proved by a code."""
    ticket = file()
    service.grant(session, "c2", ticket.number, "code", NOW)
    store_evidence(session, "c2", CheckedFile("账单.png", "image/png", b"bytes"), "m1", NOW)
    service.add_information(session, "c2", ticket.number, "账单在这里", _key("c2"), NOW)
    assert [evidence.name for evidence in evidence_of(session, ticket.id, "1007", NOW)] == ["账单.png"]


# Reopening


@pytest.mark.parametrize("closed", [False, True])
def test_reopening(session: Session, file: File, shipped: Policy, closed: bool) -> None:
    ticket = file()
    _resolve(session, ticket, close=closed)
    now = NOW + 24 * HOUR
    standing = service.reopen(session, "c1", None, "钱没退到", _key(), now, shipped)
    assert (standing.status, standing.is_open, standing.outcome, standing.may_reopen) == (
        "inProgress", True, None, False,
    )  # fmt: skip
    assert standing.solution_due == now + 24 * HOUR, "a new promise, from now on"
    assert (standing.feedback_due, standing.first_feedback_at) == (None, NOW + HOUR), "that one was kept"
    assert ticket.priority == 2
    assert _events(session, ticket)[-2:] == [
        ("customer", "reopened", "inProgress", "钱没退到"),
        ("system", "priority", None, "3 → 2"),
    ]
    results = [note for _, kind, status, note in _events(session, ticket) if (kind, status) == ("status", "resolved")]
    assert results == ["已关闭该业务并退费"], "the first result stays in the history"
    rows = session.scalars(select(Clock).where(Clock.kind == "promise", Clock.name == "solution_simple")).all()
    assert [(row.starts_at, row.met_at) for row in rows] == [(NOW, NOW + HOUR), (now, None)]


def test_a_second_result(session: Session, file: File, shipped: Policy) -> None:
    ticket = file()
    _resolve(session, ticket)
    service.reopen(session, "c1", None, "没退到", _key(), NOW + 24 * HOUR, shipped)
    record_result(session, ticket.number, "已原路退回", "8", NOW + 25 * HOUR, told=True)
    (standing,) = service.own_tickets(session, "c1", NOW + 26 * HOUR)
    assert (standing.outcome, standing.may_reopen, standing.solution_due) == ("已原路退回", True, None)
    assert standing.first_feedback_at == NOW + HOUR


def test_too_late_to_reopen(session: Session, file: File, shipped: Policy) -> None:
    _resolve(session, file())
    with pytest.raises(InvalidInput) as refused:
        service.reopen(session, "c1", None, "还是不行", _key(), NOW + timedelta(days=31), shipped)
    assert refused.value.reason == "reopen_too_late"


# Withdrawing


def test_withdrawing(session: Session, file: File) -> None:
    ticket = file()
    assert service.withdraw(session, "c1", None, _key(), NOW + HOUR) == ticket.number
    assert ticket.status == "cancelled"
    assert _events(session, ticket) == [("customer", "withdrawn", "cancelled", None)]
    assert due_times(session, ticket.id) == {}
    clocks = session.scalars(select(Clock)).all()
    assert {(clock.met_at, clock.missed_at, clock.ended_at) for clock in clocks} == {(None, None, NOW + HOUR)}
    (standing,) = service.own_tickets(session, "c1", NOW + HOUR)
    assert (standing.stage, standing.is_open, standing.may_reopen) == ("withdrawn", False, False)


def test_what_was_late_before_it_was_withdrawn_stays_missed(session: Session, file: File) -> None:
    """Also where the job that looks for it has not come by."""
    ticket = file()
    later = NOW + timedelta(hours=30)  # first feedback and solution were due in 24
    service.withdraw(session, "c1", None, _key(), later)
    clocks = session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind != "alarm")).all()
    assert {clock.name: clock.missed_at for clock in clocks} == {
        "first_feedback": later,
        "solution_simple": later,
        "answer": None,
    }
    assert {clock.ended_at for clock in clocks} == {later}


def test_the_same_message_withdraws_one(session: Session, file: File) -> None:
    first, second = file(), file()
    key = _key()
    assert service.withdraw(session, "c1", None, key, NOW) == second.number
    assert service.withdraw(session, "c1", None, key, NOW) == second.number
    assert first.status == "acknowledged"


# Who may

Step = Callable[[Session, str, str | None, Policy], object]

STEPS: dict[str, Step] = {
    "urge": lambda session, who, number, policy: service.urge(session, who, number, "快", _key(who), NOW),
    "add": lambda session, who, number, policy: service.add_information(session, who, number, "又", _key(who), NOW),
    "reopen": lambda session, who, number, policy: service.reopen(session, who, number, "没", _key(who), NOW, policy),
    "withdraw": lambda session, who, number, policy: service.withdraw(session, who, number, _key(who), NOW),
}
LEVELS = [
    # step, what c2 has proved, and whether it may
    ("urge", None, False),
    ("urge", Level.DIGITS, True),
    ("urge", Level.CODE, True),
    ("add", None, False),
    ("add", Level.DIGITS, True),
    ("reopen", None, False),
    ("reopen", Level.DIGITS, True),
    ("withdraw", None, False),
    ("withdraw", Level.DIGITS, False),  # four digits are no reason to stop work for somebody
    ("withdraw", Level.CODE, True),
]


@pytest.mark.parametrize(("step", "level", "may"), LEVELS)
def test_who_may(session: Session, file: File, shipped: Policy, step: str, level: Level | None, may: bool) -> None:
    ticket = file()
    if step == "reopen":
        record_result(session, ticket.number, "已退费", "8", NOW)
    if level:
        grant_level(session, "c2", ticket, level, NOW)
    if may:
        STEPS[step](session, "c2", ticket.number.lower(), shipped)
        return
    messages = []
    for number in (ticket.number, "TS261121-000000", "不知道"):
        with pytest.raises(NotAllowed) as refused:
            STEPS[step](session, "c2", number, shipped)
        messages.append((refused.value.reason, str(refused.value)))
    assert {reason for reason, _ in messages} == {"needs_proof"}
    assert len(set(messages)) == 1, "whether the ticket exists cannot be told from the answer"


REFUSALS = [
    # step, status of the ticket, and why not
    ("urge", Status.RESOLVED, "ticket_closed"),
    ("urge", Status.CLOSED, "ticket_closed"),
    ("urge", Status.CANCELLED, "ticket_closed"),
    ("urge", Status.REJECTED, "ticket_closed"),
    ("add", Status.CLOSED, "ticket_closed"),
    ("add", Status.RESOLVED, "ticket_closed"),  # 不满意: reopening is the way
    ("withdraw", Status.RESOLVED, "ticket_closed"),
    ("withdraw", Status.CANCELLED, "ticket_closed"),
    ("reopen", Status.IN_PROGRESS, "not_resolved"),
    ("reopen", Status.CANCELLED, "not_resolved"),
    ("reopen", Status.REJECTED, "not_resolved"),
]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("step", "status", "reason"), REFUSALS)
def test_in_what_state(
    session: Session, file: File, shipped: Policy, step: str, status: Status, reason: str, named: bool
) -> None:
    ticket = file()
    session.execute(update(Ticket).values(status=status))
    session.expire_all()
    with pytest.raises(InvalidInput) as refused:
        STEPS[step](session, "c1", ticket.number if named else None, shipped)
    assert refused.value.reason == reason
    assert _events(session, ticket) == []


@pytest.mark.parametrize("step", STEPS)
def test_a_conversation_without_tickets(session: Session, conversations: None, shipped: Policy, step: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        STEPS[step](session, "c1", None, shipped)
    assert refused.value.reason == "no_ticket"


# Contacts

PHONES = [
    # line, contact, proved contact, and where a code for the withdrawal goes
    ("13800138000", "13900139000 晚上", "13700137000", "13700137000"),  # the proved one first
    ("13800138000", "13900139000 晚上", None, "13900139000"),  # then the one that the filer gave
    ("13800138000", "微信", None, None),  # not the line: it may be complained about
    ("13800138000", None, None, None),
    ("02158888886", "021-58888886", None, None),  # no SMS gets there
    (None, None, None, None),
]


@pytest.mark.parametrize(("line", "contact", "proved", "phone"), PHONES)
def test_withdrawal_phone(
    session: Session, file: File, line: str | None, contact: str | None, proved: str | None, phone: str | None
) -> None:
    ticket = file(line=line, contact=contact)
    ticket.notify_phone = proved
    assert service.withdrawal_phone(session, ticket.number.lower()) == phone
    assert service.withdrawal_phone(session, "TS261121-000000") is None


def test_a_withdrawal_by_the_line_only_where_its_filer_proved_it(session: Session, file: File) -> None:
    ticket = file(line="13800138000", contact=None)
    prove(session, "another", "13800138000", NOW)
    assert service.withdrawal_phone(session, ticket.number) is None, "whoever has the telephone did not file it"
    assert ticket.conversation_id is not None
    prove(session, ticket.conversation_id, "13800138000", NOW)
    assert service.withdrawal_phone(session, ticket.number) == "13800138000"


def test_notice_phone(session: Session, file: File) -> None:
    assert service.notice_phone(session, "c1") is None, "no ticket"
    first = file()
    second = file(contact=None)
    assert service.notice_phone(session, "c1") == (second.number, "13800138000")
    service.withdraw(session, "c1", second.number, _key(), NOW)
    assert service.notice_phone(session, "c1") == (first.number, "13900139000")
    assert service.notice_phone(session, "c2") is None
    grant_level(session, "c2", first, Level.CODE, NOW)
    assert service.notice_phone(session, "c2") is None, "who is told of it, the filer decides"
    third = file(line=None, contact="微信")
    assert service.notice_phone(session, "c1") == (third.number, None)


def test_a_proved_contact_hears_of_every_open_ticket(session: Session, file: File) -> None:
    first, second, withdrawn = file(), file(), file()
    service.withdraw(session, "c1", withdrawn.number, _key(), NOW)
    elsewhere = file("c2")
    told = service.prove_contact(session, "c1", first.number, "13900139000", NOW + HOUR)
    assert told == [second.number, first.number]
    assert [ticket.notify_phone for ticket in (first, second, withdrawn, elsewhere)] == [
        "13900139000", "13900139000", None, None,
    ]  # fmt: skip
    assert _events(session, first) == [("customer", "contact", None, None)]
    notices = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [(notice.ticket_id, notice.kind, notice.phone) for notice in notices] == [
        (second.id, "filed", "13900139000"),
        (first.id, "filed", "13900139000"),
    ]
    assert "11月22日 15:20" in notices[0].text, "both promises are still to come"
    assert service.prove_contact(session, "c1", first.number, "13900139000", NOW + HOUR) == [], "nothing new"
    assert len(session.scalars(select(Notice)).all()) == 2


def test_promises_that_are_over_are_not_told(session: Session, file: File) -> None:
    ticket = file()
    service.prove_contact(session, "c1", ticket.number, "13900139000", NOW + 30 * HOUR)
    assert "11月22日" not in session.scalars(select(Notice)).one().text


@pytest.mark.parametrize("number", ["TS261121-000000", "x"])
def test_a_contact_for_a_ticket_of_others(session: Session, file: File, number: str) -> None:
    elsewhere = file("c2")
    for wrong in (number, elsewhere.number):
        with pytest.raises(InvalidInput) as refused:
            service.prove_contact(session, "c1", wrong, "13900139000", NOW)
        assert refused.value.reason == "no_ticket"
    assert elsewhere.notify_phone is None


def test_the_proved_contact_hears_of_the_withdrawal(session: Session, file: File) -> None:
    ticket = file()
    service.prove_contact(session, "c1", ticket.number, "13900139000", NOW)
    service.withdraw(session, "c1", None, _key(), NOW)
    assert session.scalars(select(Notice.kind).order_by(Notice.id)).all() == ["filed", "closed"]


def test_a_reopened_ticket_is_promised_what_its_version_promised(session: Session, file: File, shipped: Policy) -> None:
    """Filed while the policy promised a result in 12 hours."""
    spec = shipped.clocks["solution_simple"].model_copy(update={"hours": 12, "alarms": []})
    clocks = shipped.clocks | {"solution_simple": spec}
    remember(session, shipped.model_copy(update={"version": "2026-01.1", "clocks": clocks}), NOW)
    ticket = file()
    ticket.policy_version = "2026-01.1"
    record_result(session, ticket.number, "已退费", "7", NOW + HOUR)
    meet_clocks(session, ticket.id, None, NOW + HOUR)
    service.reopen(session, "c1", None, "没退到", _key(), NOW + 2 * HOUR, shipped)
    assert due_times(session, ticket.id)["solution_simple"] == NOW + 14 * HOUR
