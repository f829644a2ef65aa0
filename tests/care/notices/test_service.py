"""The outbox: who is told what, once; and who may send it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accounts.rules import mask_numbers
from care.db import run, transaction
from care.notices.rules import GIVE_UP_AFTER, Kind, NumberKind
from care.notices.service import DueNotice, count_waiting, due_notices, mark_failed, mark_sent, notify, notify_number
from care.notices.tables import Notice
from care.settings import settings
from care.tickets.rules import Kind as TicketKind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from tests.support.database import count, raw_bytes, scalar
from tests.support.plans import read_whole
from tests.support.times import NOW, china

PHONE = "13800138000"
STORY = "家里宽带断了三天没人管"


def a_ticket(session: Session, phone: str | None = PHONE) -> Ticket:
    ticket = Ticket(
        category="complaint_broadband",
        department="network",
        priority=3,
        complexity="complex",
        policy_version="test",
        description=STORY,
        outcome="已上门修复，并退费30元",
        notify_phone=phone,
    )
    return open_ticket(session, ticket, TicketKind.COMPLAINT, "customer", NOW)


def told(session: Session) -> list[str]:
    return [notice.text for notice in session.query(Notice).order_by(Notice.id)]


# What is told


@pytest.mark.parametrize("kind", Kind)
def test_what_an_sms_says(session: Session, kind: Kind) -> None:
    ticket = a_ticket(session)
    notify(session, ticket, kind, "x", NOW)
    (said,) = told(session)
    assert said.startswith("【权益通】")
    assert ticket.number in said
    assert len(said) <= 70, "one SMS"
    assert "{" not in said
    assert "http" not in said, "customers learn that an SMS with a link is not ours"
    # A telephone lies on the table, and the number may have a new owner.
    assert STORY not in said
    assert "退费" not in said
    assert mask_numbers(said.replace(ticket.number, "")) == said.replace(ticket.number, ""), "no number of anybody"


PROMISES = [
    # first feedback             solution                     said
    (china("2026-11-22 15:20"), china("2026-11-23 15:20"), ["11月22日 15:20前首次反馈", "11月23日 15:20前给出结果"]),
    (china("2026-11-21 23:59"), china("2027-01-02 09:05"), ["11月21日 23:59前首次反馈", "1月2日 09:05前给出结果"]),
    (None, china("2026-11-23 15:20"), []),  # a promise that is kept already is no news
    (china("2026-11-22 15:20"), None, []),
]


@pytest.mark.parametrize(("feedback", "solution", "said"), PROMISES)
def test_a_filed_ticket_with_its_promises(
    session: Session, feedback: datetime | None, solution: datetime | None, said: list[str]
) -> None:
    notify(session, a_ticket(session), Kind.FILED, "x", NOW, feedback=feedback, solution=solution)
    (text,) = told(session)
    assert all(part in text for part in said)
    assert bool(re.search(r"\d+月", text)) is bool(said)
    assert not re.search("[今明后]天", text), "it may be read the next day"
    assert len(text) <= 134, "two SMS at most"


def test_a_word_that_is_no_kind(session: Session) -> None:
    with pytest.raises(ValueError, match="advertisement"):
        notify(session, a_ticket(session), "advertisement", "x", NOW)


# About no ticket


@pytest.mark.parametrize("kind", NumberKind)
@pytest.mark.usefixtures("database")
def test_a_number_is_told_something_that_is_about_no_ticket(kind: NumberKind) -> None:
    with transaction() as session:
        for once in ("order:1", "order:1", "order:2"):
            notify_number(session, PHONE, kind, "【权益通】套餐已经改好。", once, NOW)
    first, second = take()
    assert (first.ticket_id, first.kind, first.phone, first.text) == (None, kind, PHONE, "【权益通】套餐已经改好。")
    assert first.once != second.once
    assert PHONE.encode() not in raw_bytes()


@pytest.mark.usefixtures("database")
def test_what_can_wait_until_morning() -> None:
    with transaction() as session:
        notify_number(session, PHONE, "reminder", "x", "x", NOW, not_before=NOW + timedelta(hours=8))
    assert take(NOW + timedelta(hours=7, minutes=59)) == []
    assert len(take(NOW + timedelta(hours=8))) == 1


NO_KIND = [kind.value for kind in Kind]  # those are about a ticket


@pytest.mark.parametrize("kind", [*NO_KIND, "advertisement"])
def test_a_kind_that_is_about_a_ticket_needs_one(session: Session, kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        notify_number(session, PHONE, kind, "x", "x", NOW)


def test_with_sms_switched_off_no_number_is_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("QUANYI_SMS", "off")
        settings.cache_clear()
        notify_number(session, PHONE, "reminder", "x", "x", NOW)
    settings.cache_clear()
    assert told(session) == []


# Who is told


def test_without_a_proved_number_nobody_is(session: Session) -> None:
    notify(session, a_ticket(session, phone=None), Kind.FILED, "x", NOW)
    assert told(session) == []


def test_with_sms_switched_off_nobody_is(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = a_ticket(session)
    with monkeypatch.context() as patch:
        patch.setenv("QUANYI_SMS", "off")
        settings.cache_clear()
        notify(session, ticket, Kind.FILED, "x", NOW)
    settings.cache_clear()
    assert told(session) == []


ONCE = [
    # first          second         told   why
    ("feedback:1", "feedback:1", 1),  # the transaction was run again
    ("feedback:1", "feedback:2", 2),  # another event
    ("feedback:1", "result:1", 2),  # of the same number, another kind
]


@pytest.mark.parametrize(("first", "second", "number"), ONCE)
def test_the_same_is_told_once(session: Session, first: str, second: str, number: int) -> None:
    ticket = a_ticket(session)
    for once in (first, second):
        notify(session, ticket, once.split(":")[0], once, NOW)
    assert len(told(session)) == number


@pytest.mark.usefixtures("database")
def test_what_is_undone_is_not_told() -> None:
    def resolve_and_fail(session: Session) -> None:
        notify(session, a_ticket(session), Kind.RESULT, "x", NOW)
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(resolve_and_fail)
    assert count("notices") == 0


@pytest.mark.usefixtures("database")
def test_nothing_stored_can_be_read() -> None:
    with transaction() as session:
        notify(session, a_ticket(session), Kind.RESULT, "x", NOW)
    stored = raw_bytes()
    assert PHONE.encode() not in stored
    assert "处理结果".encode() not in stored


# Taking and marking


def fill(number: int = 1, now: datetime = NOW) -> None:
    with transaction() as session:
        ticket = a_ticket(session)
        for n in range(number):
            notify(session, ticket, Kind.FEEDBACK, f"feedback:{n}", now)


def take(now: datetime = NOW, limit: int = 20) -> list[DueNotice]:
    with transaction() as session:
        return due_notices(session, now, limit)


def state() -> tuple[str, int, datetime | None, datetime | None]:
    with transaction() as session:
        notice = session.query(Notice).one()
        return notice.status, notice.attempts, notice.next_attempt_at, notice.sent_at


@pytest.mark.usefixtures("database")
def test_a_notice_goes_out_and_is_kept_as_proof() -> None:
    fill()
    (due,) = take()
    assert (due.phone, due.kind, due.attempt) == (PHONE, Kind.FEEDBACK, 1)
    sent_at = NOW + timedelta(seconds=1)
    with transaction() as session:
        mark_sent(session, due.id, sent_at)
    assert state() == ("sent", 1, None, sent_at)
    assert take(NOW + timedelta(days=1)) == []


@pytest.mark.usefixtures("database")
def test_nobody_takes_what_somebody_has_just_taken() -> None:
    fill()
    assert len(take()) == 1
    assert take(NOW + timedelta(seconds=29)) == []
    (again,) = take(NOW + timedelta(seconds=30))
    assert again.attempt == 2, "the worker that took it first was killed"


@pytest.mark.usefixtures("database")
def test_the_id_for_the_gateway_stays_and_is_nobody_elses() -> None:
    fill(2)
    first, second = take()
    again, _ = take(NOW + timedelta(seconds=30))
    assert first.once == again.once
    assert first.once != second.once
    with transaction() as session:
        session.execute(text("TRUNCATE notices RESTART IDENTITY"))
    fill(now=NOW + timedelta(seconds=1))  # a restored database: the same row number, another notice
    (other,) = take(NOW + timedelta(seconds=1))
    assert (other.id, other.once == first.once) == (first.id, False)


@pytest.mark.usefixtures("database")
def test_two_workers_at_once_take_different_ones() -> None:
    fill(6)
    others: list[DueNotice] = []
    with transaction() as session:
        mine = due_notices(session, NOW, 4)
        worker = Thread(target=lambda: others.extend(take()))
        worker.start()
        worker.join(5)
        assert not worker.is_alive(), "it waited for our rows"
    assert sorted(notice.id for notice in (*mine, *others)) == [1, 2, 3, 4, 5, 6]
    assert len(mine) == 4


@pytest.mark.usefixtures("database")
def test_the_longest_waiting_first() -> None:
    fill(3)
    with transaction() as session:
        session.execute(text("UPDATE notices SET next_attempt_at = :at WHERE id = 2"), {"at": NOW - timedelta(hours=1)})
    assert take(limit=2)[0].id == 2


@pytest.mark.usefixtures("database")
def test_a_day_of_failures_and_then_no_more() -> None:
    fill()
    now, tries = NOW, 0
    while due := take(now):
        tries += 1
        with transaction() as session:
            given_up = mark_failed(session, due[0], now)
        assert given_up is (now - NOW >= GIVE_UP_AFTER)
        _, _, next_attempt_at, _ = state()
        if next_attempt_at is None:
            break
        now = next_attempt_at
    assert tries == 54
    assert state() == ("given_up", 54, None, None)
    assert take(NOW + timedelta(days=30)) == []


@pytest.mark.usefixtures("database")
def test_a_worker_that_comes_back_late_changes_nothing() -> None:
    """It slept through its time; another one has the notice, and sends it."""
    fill()
    late = NOW + timedelta(hours=25)
    (first,) = take(late)
    (second,) = take(late + timedelta(seconds=30))
    with transaction() as session:
        assert not mark_failed(session, first, late + timedelta(seconds=31))
        mark_sent(session, second.id, late + timedelta(seconds=32))
        assert not mark_failed(session, second, late + timedelta(seconds=33))
        mark_sent(session, first.id, late + timedelta(seconds=34))
    assert state() == ("sent", 2, None, late + timedelta(seconds=32))


@pytest.mark.usefixtures("database")
def test_what_waits_is_counted() -> None:
    fill(3)
    due = take()
    with transaction() as session:
        mark_sent(session, due[0].id, NOW)
        assert count_waiting(session) == 2


@pytest.mark.usefixtures("database")
def test_the_cost_does_not_grow_with_what_was_sent() -> None:
    fill()
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO notices (ticket_id, kind, once, phone, text, status, attempts, created_at)"
                " SELECT 1, 'result', 'old:' || n, '', '', 'sent', 1, now() FROM generate_series(1, 20000) AS n"
            )
        )
    assert scalar("SELECT count(*) FROM notices") == 20_001

    def sweep(session: Session) -> None:
        due_notices(session, NOW, 20)
        count_waiting(session)

    assert read_whole("notices", sweep) == []
