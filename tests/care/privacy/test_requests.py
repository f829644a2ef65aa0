"""Requests about personal data, from being shown to their receipt: once each, and whatever is run again."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.proofs import end_proofs, prove
from care.accounts.rules import Purpose
from care.conversations.service import open_conversation
from care.db import transaction
from care.errors import Conflict, InvalidInput
from care.followup import service as followup
from care.followup.staff import give_feedback, record_result
from care.once import OnceKey
from care.privacy import by_person, receipts, requests
from care.privacy.requests import RequestState
from care.privacy.results import Refusal, sentences, what_stays
from care.privacy.rules import Hold, Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import Incident, PrivacyRequest
from care.sla.policy import policy
from care.sla.tables import Clock
from care.tasks.closing import close_ticket
from care.tickets.tables import Ticket, TicketEvent
from tests.support.database import count
from tests.support.tickets import FOUND
from tests.support.times import NOW, china

PHONE = "13800138000"
SUBJECT = Subject(PHONE, None, ("c1",), (), until=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def here(session: Session) -> str:
    """A conversation in which the number was proved for requests about personal data."""
    conversation_id = open_conversation(session, "socketio", "key", NOW)
    prove(session, conversation_id, PHONE, NOW - MINUTE, purpose=Purpose.IDENTITY)
    return conversation_id


def begin(session: Session, here: str, kind: Kind = Kind.DELETE, message_id: int = 5) -> RequestState:
    detail = {"subject": SUBJECT.as_json(), "new": "张三"}
    return requests.begin(session, OnceKey(here, message_id, "x"), kind, PHONE, NOW, detail)


def confirmed(session: Session, here: str, kind: Kind = Kind.DELETE, message_id: int = 5) -> RequestState:
    shown = begin(session, here, kind, message_id)
    return requests.confirm(session, here, shown.id, NOW + MINUTE, steps=3)


def ticket_of(session: Session, state: RequestState) -> Ticket:
    return session.scalars(select(Ticket).where(Ticket.number == state.number)).one()


# Shown, confirmed, cancelled


def test_shown_first_and_nothing_is_promised_yet(session: Session, here: str) -> None:
    shown = begin(session, here)
    assert (shown.status, shown.number, shown.due_at) == (Status.SHOWN, None, None)
    assert begin(session, here) == shown, "the same message is the same request"
    assert begin(session, here, Kind.COPY).id != shown.id, "one message may ask for two things"
    assert requests.due(session, Kind.DELETE, NOW, 9) == []


def test_a_second_question_of_the_kind_takes_the_place_of_the_first(session: Session, here: str) -> None:
    first, second = begin(session, here, message_id=5), begin(session, here, message_id=6)
    old = requests.state_of(session, here, first.id)
    assert old is not None
    assert (old.status, second.status) == (Status.CANCELLED, Status.SHOWN)
    assert requests.confirm(session, here, first.id, NOW).status is Status.CANCELLED
    assert requests.newest(session, here, Kind.DELETE) == second


#: kind, and when it is due when it is said yes to at NOW, Saturday 21 November 2026, 15:20
DUE = [
    (Kind.VIEW, china("2026-11-21 16:20")),  # at once: an hour at most
    (Kind.USAGE, china("2026-11-21 16:20")),
    (Kind.COPY, china("2026-11-21 16:20")),
    (Kind.WITHDRAW, china("2026-11-21 16:20")),
    (Kind.CORRECT, china("2026-11-26 00:00")),  # three working days: Mon 23, Tue 24, Wed 25
    (Kind.DELETE, china("2026-12-08 00:00")),  # 15 days: Sun 6 December rolls to Mon 7
]


@pytest.mark.parametrize(("kind", "due"), DUE)
def test_a_yes_gives_number_and_clock(session: Session, here: str, kind: Kind, due: datetime) -> None:
    shown = begin(session, here, kind)
    state = requests.confirm(session, here, shown.id, NOW, steps=3)
    assert (state.status, state.due_at, state.steps) == (Status.CONFIRMED, due, 3)
    assert state.number is not None
    assert state.number.startswith("YS261121-")
    assert requests.confirm(session, here, shown.id, NOW + MINUTE) == state, "again: the same"
    ticket = ticket_of(session, state)
    assert (ticket.kind, ticket.category, ticket.department) == ("privacy", f"privacy_{kind}", "security")
    kinds = session.scalars(select(Clock.kind).where(Clock.ticket_id == ticket.id)).all()
    assert set(kinds) <= {"promise", "alarm"}, "our own word is never told as the law's"
    taken = requests.due(session, kind, NOW, 9)
    assert bool(taken) is (kind in (Kind.COPY, Kind.DELETE)), "a worker does these two"


#: what happened between being shown and the yes, minutes after it; is it confirmed?
YES = [
    ("", 3, True),
    ("", 4, False),  # the proof is over: somebody else may sit there, and it cannot be undone
    ("ended", 1, False),  # 「退出」: whoever says yes now may be somebody else
    ("never", 1, False),  # no proof of this number here
    ("other purpose", 1, False),  # one for the account opens no personal data
]


@pytest.mark.parametrize(("what", "minutes", "is_confirmed"), YES)
def test_only_whom_it_was_shown_to_can_say_yes(session: Session, what: str, minutes: int, is_confirmed: bool) -> None:
    here = open_conversation(session, "socketio", "key", NOW)
    if what != "never":
        purpose = Purpose.ACCOUNT if what == "other purpose" else Purpose.IDENTITY
        prove(session, here, PHONE, NOW - MINUTE, purpose=purpose)
    shown = begin(session, here)
    if what == "ended":
        end_proofs(session, here, NOW)
    state = requests.confirm(session, here, shown.id, NOW + minutes * MINUTE)
    assert state.status is (Status.CONFIRMED if is_confirmed else Status.CANCELLED)
    assert (state.number is not None) is is_confirmed


@pytest.mark.parametrize(("minutes", "is_confirmed"), [(29, True), (30, False)])
def test_a_copy_may_be_thought_over(session: Session, here: str, minutes: int, is_confirmed: bool) -> None:
    """It is given to nobody without a fresh proof."""
    shown = begin(session, here, Kind.COPY)
    state = requests.confirm(session, here, shown.id, NOW + minutes * MINUTE)
    assert (state.status is Status.CONFIRMED) is is_confirmed


def test_without_a_number_no_proof_is_needed(session: Session) -> None:
    """Only this conversation is asked about."""
    here = open_conversation(session, "socketio", "key", NOW)
    shown = requests.begin(session, OnceKey(here, 5, "x"), Kind.DELETE, None, NOW)
    state = requests.confirm(session, here, shown.id, NOW)
    assert state.status is Status.CONFIRMED
    assert ticket_of(session, state).line is None


def test_what_was_said_until_the_yes_belongs_to_it(session: Session, here: str) -> None:
    shown = begin(session, here)
    requests.confirm(session, here, shown.id, NOW, until=11)
    (taken,) = requests.due(session, Kind.DELETE, NOW, 9)
    assert taken.subject is not None
    assert (taken.subject.until, taken.subject.conversations, taken.detail["new"]) == (11, (here,), "张三")


def test_another_conversation_has_nothing_to_say(session: Session, here: str) -> None:
    shown = begin(session, here)
    for step in (requests.confirm, requests.cancel):
        with pytest.raises(InvalidInput) as refused:
            step(session, "c-other", shown.id, NOW)
        assert refused.value.reason == "privacy_request"
    state = requests.confirm(session, here, shown.id, NOW)
    assert state.number
    assert requests.state_of(session, "c-other", shown.id) is None
    assert requests.state_of(session, "c-other", state.number) is None
    assert requests.state_of(session, here, state.number) == state
    assert requests.newest(session, "c-other", Kind.DELETE) is None


def test_cancelled_is_cancelled_and_confirmed_goes_on(session: Session, here: str) -> None:
    first = begin(session, here, message_id=5)
    assert requests.cancel(session, here, first.id, NOW).status is Status.CANCELLED
    second = confirmed(session, here, message_id=6)
    assert requests.cancel(session, here, second.id, NOW).status is Status.CONFIRMED


def test_what_nobody_said_yes_to_is_forgotten(session: Session, here: str) -> None:
    waiting, going = begin(session, here), confirmed(session, here, Kind.COPY)
    assert requests.forget_shown(session, NOW + 29 * MINUTE, 9) == 0
    assert requests.forget_shown(session, NOW + 30 * MINUTE, 9) == 1
    session.flush()
    row = session.get(PrivacyRequest, waiting.id)
    assert row is not None
    assert (row.status, row.detail) == (Status.CANCELLED, None)
    after = requests.state_of(session, here, going.id)
    assert after is not None
    assert after.status is Status.CONFIRMED


# The worker


def test_one_worker_has_it_until_its_next_try(session: Session, here: str) -> None:
    state = confirmed(session, here)
    at = NOW + MINUTE
    assert [each.attempt for each in requests.due(session, Kind.DELETE, at, 9)] == [1]
    assert requests.due(session, Kind.DELETE, at + MINUTE, 9) == []
    again = requests.due(session, Kind.DELETE, at + 2 * MINUTE, 9)
    assert [(each.state.id, each.attempt) for each in again] == [(state.id, 2)], "its worker died"


def test_one_that_its_customer_took_back_is_not_done(session: Session, here: str) -> None:
    """撤回 on the ticket, as on every ticket."""
    state = confirmed(session, here)
    followup.withdraw(session, here, state.number, OnceKey(here, 9, "withdraw"), NOW)
    assert requests.due(session, Kind.DELETE, NOW + MINUTE, 9) == []
    after = requests.state_of(session, here, state.id)
    assert after is not None
    assert after.status is Status.CANCELLED
    with pytest.raises(Conflict):
        requests.finish(session, state.id, NOW, {})


def counts(removed: int = 0, anonymised: int = 0, *held: tuple[Hold, int, str | None]) -> dict[str, Any]:
    return {
        "removed": removed,
        "anonymised": anonymised,
        "held": [{"hold": hold, "count": n, "until": until} for hold, n, until in held],
    }


def test_steps_are_counted_once(session: Session, here: str) -> None:
    state = confirmed(session, here)
    requests.mark_step(session, state.id, "files", counts(2))
    after = requests.mark_step(session, state.id, "files", counts(0))
    assert (after.steps_done, after.steps) == (("files",), 3)
    after = requests.mark_step(session, state.id, "conversations", counts(25))
    assert after.steps_done == ("files", "conversations")
    receipt = requests.finish(session, state.id, NOW + 2 * MINUTE, {})
    assert receipt.body["result"] == ["已删除：2 个文件、25 条对话记录。"]


# Done


def test_a_deletion_leaves_nothing_personal_behind(session: Session, here: str) -> None:
    state = confirmed(session, here)
    assert state.number
    followup.urge(session, here, state.number, "张三在催", OnceKey(here, 9, "urge"), NOW)
    receipt = requests.finish(session, state.id, NOW + 2 * MINUTE, {})
    session.flush()
    row = session.get(PrivacyRequest, state.id, populate_existing=True)
    ticket = ticket_of(session, state)
    session.refresh(ticket)
    assert row is not None
    assert (row.phone, row.phone_index, row.detail, row.next_attempt_at) == (None, None, None, None)
    assert (ticket.line, ticket.line_index, ticket.description) == (None, None, "（已按客户要求删除）")
    assert ticket.outcome == "没有找到可以删除的资料。"
    assert set(session.scalars(select(TicketEvent.note).where(TicketEvent.ticket_id == ticket.id))) == {None}
    assert receipt.body["phone"] == "138****8000", "the receipt stays"
    assert PHONE not in receipts.canonical(receipt.body).decode()


@pytest.mark.parametrize("kind", [Kind.VIEW, Kind.USAGE, Kind.WITHDRAW, Kind.CORRECT])
def test_what_is_done_at_once_has_ticket_and_receipt(session: Session, here: str, kind: Kind) -> None:
    key = OnceKey(here, 5, "x")
    state, again = [
        requests.at_once(session, key, kind, PHONE, NOW, {"off": ["marketing_calls"], "fields": {"contact": 2}})
        for _ in range(2)
    ]
    assert state == again
    assert (state.status, state.phone, state.done_at) == (Status.DONE, PHONE, NOW)
    session.flush()
    ticket = ticket_of(session, state)
    assert (ticket.status, ticket.line) == ("closed", PHONE)
    events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
    assert [(event.actor, event.status) for event in events] == [
        ("customer", "acknowledged"),
        ("system", "inProgress"),
        ("system", "resolved"),
        ("system", "closed"),
    ]
    met = session.scalars(select(Clock.met_at).where(Clock.ticket_id == ticket.id, Clock.kind == "promise")).all()
    assert met == [NOW]
    (standing,) = followup.own_tickets(session, here, NOW + MINUTE)
    assert (standing.stage, standing.outcome, standing.may_reopen) == ("closed", ticket.outcome, True)


def test_two_workers_finish_it_once(database: object) -> None:
    with transaction() as session:
        here = open_conversation(session, "socketio", "key", NOW)
        prove(session, here, PHONE, NOW - MINUTE, purpose=Purpose.IDENTITY)
        state = confirmed(session, here)
    start, given = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        with transaction() as session:
            given.append(requests.finish(session, state.id, NOW, {"places": {"files": counts(2)}}))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 4
    assert len({receipt.digest for receipt in given}) == 1
    assert count("privacy_receipts") == 1
    assert count("ticket_events") == 4


def test_what_was_never_said_yes_to_is_not_finished(session: Session, here: str) -> None:
    with pytest.raises(Conflict) as refused:
        requests.finish(session, begin(session, here).id, NOW, {})
    assert refused.value.reason == "privacy_status"


# Refused


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_says_why_and_where_to_complain(session: Session, here: str, reason: Refusal) -> None:
    shown = begin(session, here)
    receipt = requests.refuse(session, shown.id, reason, NOW)
    assert requests.refuse(session, shown.id, reason, NOW + MINUTE) == receipt
    assert receipt.body["outcome"] == "refused"
    (why,) = receipt.body["result"]
    assert why.startswith(("没有办理：", "没有办成："))
    for words in ("我要投诉", "履行个人信息保护职责的部门", "第六十五条", "起诉", "第五十条"):
        assert words in receipt.body["complain"]
    state = requests.state_of(session, here, receipt.number)
    assert state is not None
    assert (state.status, ticket_of(session, state).status) == (Status.REFUSED, "rejected")
    with pytest.raises(Conflict):
        requests.finish(session, shown.id, NOW, {})


# By a person


def ask_person(session: Session, here: str, kind: Kind = Kind.DELETE, message_id: int = 5) -> RequestState:
    return by_person.to_person(session, OnceKey(here, message_id, "x"), kind, PHONE, "家人去世，想删他的资料", NOW)


#: kind, and by when a person has an answer
BY_PERSON = [
    (Kind.CORRECT, china("2026-11-26 00:00")),
    (Kind.DELETE, china("2026-12-08 00:00")),
    (Kind.COPY, china("2026-12-08 00:00")),  # nobody looks at papers within an hour
    (Kind.VIEW, china("2026-12-08 00:00")),
]


@pytest.mark.parametrize(("kind", "due"), BY_PERSON)
def test_a_person_hears_of_it_and_answers_in_a_day(session: Session, here: str, kind: Kind, due: datetime) -> None:
    state, again = ask_person(session, here, kind), ask_person(session, here, kind)
    assert state == again
    assert state.due_at == due
    assert requests.due(session, kind, NOW + MINUTE, 9) == [], "no worker does it"
    ticket = ticket_of(session, state)
    assert (ticket.description, ticket.notify_phone) == ("家人去世，想删他的资料", PHONE)
    (standing,) = followup.own_tickets(session, here, NOW)
    assert (standing.feedback_due, standing.solution_due) == (china("2026-11-22 15:20"), due)


def test_a_number_that_is_not_proved_hears_nothing(session: Session) -> None:
    here = open_conversation(session, "socketio", "key", NOW)
    assert ticket_of(session, ask_person(session, here)).notify_phone is None


#: kind, what staff did, what becomes of the request, and what its receipt says came of it
SETTLED = [
    (Kind.COPY, "resolve", Status.DONE, "done"),
    (Kind.COPY, "close", Status.DONE, "done"),
    (Kind.DELETE, "resolve", Status.CONFIRMED, None),  # what was answered goes with a deletion: first it is read
    (Kind.DELETE, "close", Status.DONE, "done"),
    (Kind.COPY, "reject", Status.REFUSED, "refused"),
    (Kind.COPY, "withdraw", Status.CANCELLED, None),
    (Kind.COPY, "feedback", Status.CONFIRMED, None),
]


@pytest.mark.parametrize(("kind", "step", "status", "outcome"), SETTLED)
def test_what_staff_did_settles_it(
    session: Session, here: str, kind: Kind, step: str, status: Status, outcome: str | None
) -> None:
    state = ask_person(session, here, kind)
    assert state.number
    if step in ("resolve", "close"):
        record_result(session, state.number, "张三的资料已处理", "7", NOW)
    if step == "close":
        close_ticket(session, state.number, "7", NOW, FOUND)
    if step == "feedback":
        give_feedback(session, state.number, "正在核对", "7", NOW)
    if step == "reject":
        ticket_of(session, state).status = "rejected"
    if step == "withdraw":
        followup.withdraw(session, here, state.number, OnceKey(here, 9, "withdraw"), NOW)
    settled = by_person.settle(session, NOW + MINUTE, 10)
    assert settled == (status is not Status.CONFIRMED)
    assert by_person.settle(session, NOW + MINUTE, 10) == 0
    after = requests.state_of(session, here, state.id)
    receipt = receipts.receipt_of(session, state.number)
    assert after is not None
    assert (after.status, receipt.body["outcome"] if receipt else None) == (status, outcome)
    assert receipt is None or "张三" not in receipts.canonical(receipt.body).decode()
    if kind is Kind.DELETE and step == "close":
        session.refresh(ticket := ticket_of(session, state))
        assert ticket.outcome == "已由专人核对办结，处理结果已在工单里告诉您。"


def test_a_leak_is_the_most_urgent_and_an_incident(session: Session, here: str) -> None:
    """个保法第五十七条: 立即采取补救措施."""
    key = OnceKey(here, 5, "x")
    state, again = [by_person.report_leak(session, key, "骗子知道我的套餐和地址", None, NOW) for _ in range(2)]
    assert state == again
    ticket = ticket_of(session, state)
    assert (ticket.priority, ticket.department, ticket.category) == (1, "security", "privacy_leak")
    names = session.scalars(select(Clock.name).where(Clock.ticket_id == ticket.id, Clock.kind != "alarm")).all()
    assert sorted(names) == ["answer", "first_feedback", "solution_complex"]
    assert state.due_at == NOW + timedelta(hours=48)
    incident = session.scalars(select(Incident)).one()
    assert (incident.ticket_id, incident.source) == (ticket.id, "report")


def test_more_words_about_an_open_leak_go_to_its_ticket(session: Session, here: str) -> None:
    """Each report calls people at once: one conversation has one open."""
    first = by_person.report_leak(session, OnceKey(here, 5, "x"), "骗子知道我的套餐", None, NOW)
    more = [by_person.report_leak(session, OnceKey(here, 6, "x"), "还知道地址", None, NOW) for _ in range(2)]
    assert more == [first, first]
    rows = [len(session.scalars(select(table)).all()) for table in (Incident, PrivacyRequest)]
    assert rows == [1, 1]
    notes = session.scalars(select(TicketEvent.note).where(TicketEvent.note.is_not(None))).all()
    assert notes == ["还知道地址"], "once, although the turn was run again"
    record_result(session, str(first.number), "查过了", "7", NOW)
    close_ticket(session, str(first.number), None, NOW, FOUND)
    later = by_person.report_leak(session, OnceKey(here, 7, "x"), "又来了", None, NOW)
    assert later.number != first.number


def test_one_that_cannot_be_read_does_not_stop_the_others(session: Session, here: str) -> None:
    broken, sound = confirmed(session, here), confirmed(session, here, message_id=6)
    kept = requests.locked(session, broken.id).detail or {}
    older = {name: value for name, value in kept["subject"].items() if name != "number_from"}
    requests.locked(session, broken.id).detail = kept | {"subject": older}
    taken = {each.state.id: each.subject is None for each in requests.due(session, Kind.DELETE, NOW + MINUTE, 9)}
    assert taken == {broken.id: True, sound.id: False}


def test_one_that_was_reopened_is_a_persons(session: Session, here: str) -> None:
    """The customer is not satisfied with what was done without anybody."""
    state = requests.at_once(session, OnceKey(here, 5, "x"), Kind.VIEW, PHONE, NOW, {})
    standing = followup.reopen(session, here, state.number, "不全", OnceKey(here, 6, "x"), NOW, policy())
    assert standing.is_open
    assert (standing.feedback_due, standing.solution_due) == (china("2026-11-22 15:20"), china("2026-12-08 00:00"))


# In words

RESULTS: list[tuple[Kind, dict[str, Any], list[str]]] = [
    (Kind.DELETE, {}, ["没有找到可以删除的资料。"]),
    (
        Kind.DELETE,
        {"places": {"conversations": counts(25), "files": counts(2), "tickets": counts(0, 1), "orders": counts()}},
        ["已删除：25 条对话记录、2 个文件。", "已去掉能认出您的内容，只留作统计：1 条工单资料。"],
    ),
    (Kind.COPY, {"records": 40}, ["已把我们保存的资料打包成加密副本，共 40 条记录。"]),
    (Kind.CORRECT, {"fields": {"contact": 2}}, ["已更正：联系方式（2 张工单）。"]),
    (Kind.CORRECT, {"fields": {"call_name": 1}}, ["已更正：对您的称呼。"]),
    (
        Kind.WITHDRAW,
        {"off": ["marketing_calls", "reminder:usage_80", "training"]},
        ["已关闭：营销电话、提醒短信“用到套餐的80%”、用我的话改进小益。"],
    ),
    (Kind.WITHDRAW, {"on": ["personalisation"]}, ["已打开：按用量推荐套餐。"]),
    (Kind.VIEW, {}, ["已在对话里给您看了我们保存的资料。"]),
    (Kind.DELETE, {"by_person": True}, ["已由专人核对办结，处理结果已在工单里告诉您。"]),
]


@pytest.mark.parametrize(("kind", "result", "said"), RESULTS)
def test_results_in_words(kind: Kind, result: dict[str, Any], said: list[str]) -> None:
    assert sentences(kind, result) == said


def test_what_stays_is_told_once_for_each_reason() -> None:
    places = {
        "notices": counts(1, 0, (Hold.SMS_RECORD, 3, "2027-05-01T00:00:00+08:00")),
        "telephone": counts(0, 0, (Hold.SMS_RECORD, 2, "2027-05-02T00:30:00+08:00"), (Hold.OPERATOR, 0, None)),
        "tickets": counts(0, 0, (Hold.OPEN_TICKET, 1, None)),
        "operator": counts(0, 0, (Hold.OPERATOR, 1, None)),  # elsewhere: nobody here knows how many
    }
    sms, elsewhere, ticket = what_stays({"places": places})
    assert (sms["what"], sms["until"]) == ("短信收发记录（5 条）", "2027-05-02")
    assert "第二十条" in sms["source"]
    assert (ticket["what"], ticket["until"]) == ("还没办完的投诉、报障或申诉，或者还没给您的减免、赔付（1 条）", None)
    assert elsewhere["what"] == "实名资料、账单和通话记录"
