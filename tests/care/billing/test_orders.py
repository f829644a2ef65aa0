"""Orders in the database: their states, their steps, and whose they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from care.accounts.proofs import prove
from care.billing.order_rules import Status, Step, is_expired, is_hopeless, title_of, wait_after
from care.billing.orders import (
    Confirmed,
    cancel_order,
    confirm_order,
    effective_words,
    expire_orders,
    mark_failed,
    mark_placed,
    mark_refused,
    next_due,
    note_step,
    order_of,
    show_order,
)
from care.billing.tables import Order, OrderStep
from care.billing.transactions import as_table, read_transactions, transactions
from care.billing.values import OrderKind, OrderRequest, Placed
from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import InvalidInput
from care.notices.tables import Notice
from care.once import OnceKey
from tests.support.database import count, raw_bytes
from tests.support.plans import read_whole
from tests.support.times import NOW, china
from tests.support.waiting import at_once

PHONE = "13800138000"
REQUEST = OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin")
SHOWN = "退订“畅看视频会员”\n现在：15.00 元/月"
PLACED = Placed("R1", date(2026, 12, 1))

WAITS = [(1, 10), (2, 20), (3, 40), (7, 640), (8, 1280), (9, 1800), (200, 1800)]


@pytest.mark.parametrize(("attempts", "seconds"), WAITS)
def test_the_wait_doubles_up_to_half_an_hour(attempts: int, seconds: int) -> None:
    assert wait_after(attempts) == timedelta(seconds=seconds)


def test_the_limits_of_time() -> None:
    assert not is_expired(NOW, NOW + timedelta(minutes=9, seconds=59))
    assert is_expired(NOW, NOW + timedelta(minutes=10))
    assert not is_hopeless(NOW, NOW + timedelta(hours=23, minutes=59))
    assert is_hopeless(NOW, NOW + timedelta(hours=24))


EFFECTIVE = [
    (date(2026, 11, 21), "今天"),
    (date(2026, 12, 1), "2026年12月1日"),
    (date(2027, 1, 1), "2027年1月1日"),
]


@pytest.mark.parametrize(("day", "words"), EFFECTIVE)
def test_when_it_is_effective(day: date, words: str) -> None:
    assert effective_words(day, NOW) == words


def test_the_first_line_names_an_order() -> None:
    assert title_of(SHOWN) == "退订“畅看视频会员”"


@pytest.fixture
def conversations(database: object) -> None:
    with transaction() as session:
        session.add_all(Conversation(id=each, channel="rest", created_at=NOW) for each in ("c1", "c2"))
        session.flush()
        for each in ("c1", "c2"):
            prove(session, each, PHONE, NOW)


def show(message_id: int = 1, conversation_id: str = "c1", request: OrderRequest = REQUEST, now: datetime = NOW) -> int:
    with transaction() as session:
        return show_order(session, conversation_id, message_id, PHONE, request, SHOWN, now)


def confirm(order_id: int, now: datetime = NOW, conversation_id: str = "c1") -> Confirmed:
    with transaction() as session:
        return confirm_order(session, conversation_id, order_id, now)


def steps(order_id: int) -> list[str]:
    with transaction() as session:
        rows = session.scalars(select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.id))
        return [row.step for row in rows]


def status(order_id: int) -> str:
    with transaction() as session:
        return session.get_one(Order, order_id).status


def test_shown_once_for_a_message(conversations: None) -> None:
    assert show() == show() == 1
    assert (count("orders"), steps(1)) == (1, ["shown"])
    with transaction() as session:
        assert session.scalars(select(OrderStep.note)).all() == [SHOWN], "the evidence is what was shown"


def test_two_at_once_are_one(conversations: None) -> None:
    assert at_once(show, show, show) == [1, 1, 1]
    assert (count("orders"), steps(1)) == (1, ["shown"])


def test_a_second_order_takes_the_place_of_the_first(conversations: None) -> None:
    first, second, other = show(1), show(2), show(3, "c2")
    assert (status(first), status(second), status(other)) == ("cancelled", "shown", "shown")
    assert steps(first) == ["shown", "cancelled"]
    assert confirm(first) is Confirmed.GONE


def test_confirmed_once(conversations: None) -> None:
    order = show()
    assert [confirm(order), confirm(order, NOW + timedelta(minutes=1))] == [Confirmed.YES, Confirmed.YES]
    assert steps(order) == ["shown", "confirmed"]


NOT_CONFIRMED = [
    ("c1", 10, "expired", Confirmed.EXPIRED, "shown ten minutes ago"),
    ("c2", 0, "shown", Confirmed.GONE, "another conversation's"),
]


@pytest.mark.parametrize(("conversation", "minutes", "becomes", "answer", "reason"), NOT_CONFIRMED)
def test_not_confirmed(
    conversations: None, conversation: str, minutes: int, becomes: str, answer: Confirmed, reason: str
) -> None:
    order = show()
    assert confirm(order, NOW + timedelta(minutes=minutes), conversation) is answer, reason
    assert status(order) == becomes


def test_an_unproved_number_confirms_nothing(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    order = show()
    assert confirm(order) is Confirmed.EXPIRED
    assert steps(order) == ["shown", "expired"]


def test_a_proof_that_runs_out_while_the_code_is_read(conversations: None) -> None:
    """Proved at 15:20 for 15 minutes; shown in the 14th: the order's own code goes to the same number."""
    shown_at, confirmed_at = NOW + timedelta(minutes=14), NOW + timedelta(minutes=18)
    order = show(now=shown_at)
    assert confirm(order, confirmed_at) is Confirmed.YES


def test_nobody_else_sees_or_cancels_it(conversations: None) -> None:
    order = show()
    with transaction() as session:
        assert order_of(session, "c2", order, NOW) is None
        assert not cancel_order(session, "c2", order, NOW)
        assert cancel_order(session, "c1", order, NOW)
        assert not cancel_order(session, "c1", order, NOW), "once is enough"
    assert steps(order) == ["shown", "cancelled"]


def test_what_is_confirmed_cannot_be_cancelled(conversations: None) -> None:
    order = show()
    confirm(order)
    with transaction() as session:
        assert not cancel_order(session, "c1", order, NOW)
    assert status(order) == "confirmed"


def test_a_step_is_noted_once_for_a_message(conversations: None) -> None:
    order = show()
    for message_id in (2, 2, 3):
        with transaction() as session:
            note_step(session, OnceKey("c1", message_id, ""), order, Step.CODE_SENT, NOW)
    assert steps(order) == ["shown", "code_sent", "code_sent"]


def test_whoever_confirms_tries_first(conversations: None) -> None:
    """The worker comes ten seconds later, and each order has one worker."""
    order = show()
    confirm(order)
    with transaction() as session:
        assert next_due(session, NOW + timedelta(seconds=9), 10) == []
    with transaction() as first, transaction() as second:
        due = next_due(first, NOW + timedelta(seconds=10), 10)
        assert [(each.id, each.phone, each.request, each.attempt) for each in due] == [(order, PHONE, REQUEST, 2)]
        assert next_due(second, NOW + timedelta(seconds=10), 10) == []


def test_placed_and_told_once(conversations: None) -> None:
    order = show()
    confirm(order)
    with transaction() as session:
        assert mark_placed(session, order, PLACED, NOW)
        assert not mark_placed(session, order, PLACED, NOW)
        assert not mark_refused(session, order, "order_done", NOW, by_sms=True), "it is done"
    assert steps(order) == ["shown", "confirmed", "placed", "told"]
    with transaction() as session:
        state = order_of(session, "c1", order, NOW)
        assert state is not None
        assert (state.status, state.placed) == (Status.PLACED, PLACED)
        (notice,) = session.scalars(select(Notice))
        assert (notice.ticket_id, notice.kind, notice.once) == (None, "order", f"order:{order}")


@pytest.mark.parametrize(("by_sms", "notices"), [(True, 1), (False, 0)])
def test_refused(conversations: None, by_sms: bool, notices: int) -> None:
    order = show()
    confirm(order)
    with transaction() as session:
        assert mark_refused(session, order, "order_not_possible", NOW, by_sms=by_sms)
    assert (status(order), count("notices")) == ("refused", notices)


def test_given_up_after_a_day(conversations: None) -> None:
    order = show()
    confirm(order)
    with transaction() as session:
        assert not mark_failed(session, order, "billing", NOW + timedelta(hours=23))
    with transaction() as session:
        assert mark_failed(session, order, "billing", NOW + timedelta(hours=24))
    assert steps(order) == ["shown", "confirmed", "failed", "failed", "refused", "told"]
    with transaction() as session:
        (notice,) = session.scalars(select(Notice))
        assert "没能办成" in notice.text


def test_what_nobody_confirms_is_ended(conversations: None) -> None:
    order = show()
    show(2, "c2")
    confirm(order)
    with transaction() as session:
        assert expire_orders(session, NOW + timedelta(minutes=9), 10) == 0
        assert expire_orders(session, NOW + timedelta(minutes=10), 10) == 1
    assert [status(1), status(2)] == ["confirmed", "expired"]
    assert steps(2) == ["shown", "expired"]


def test_personal_data_is_sealed(conversations: None) -> None:
    confirm(show())
    with transaction() as session:
        mark_placed(session, 1, PLACED, NOW)
    stored = raw_bytes()
    for secret in (PHONE, "畅看视频会员", "15.00"):
        assert secret.encode() not in stored


def test_the_sweeps_read_what_waits_only(conversations: None) -> None:
    with transaction() as session:
        session.add_all(
            Order(
                conversation_id="c1",
                message_id=message_id,
                phone=PHONE,
                phone_index=b"0",
                kind="unsubscribe",
                subject="s",
                shown="x",
                status="placed",
                created_at=NOW,
            )
            for message_id in range(100, 1100)
        )
    assert read_whole("orders", lambda s: next_due(s, NOW, 10)) == []
    assert read_whole("orders", lambda s: expire_orders(s, NOW, 10)) == []


def test_each_kind_of_order_is_one_transaction() -> None:
    kinds = [kind for each in transactions().values() for kind in each.orders]
    assert sorted(kinds) == sorted(OrderKind)
    assert all(each.code and each.level == 2 for each in transactions().values() if each.orders)


def test_the_documentation_prints_the_table() -> None:
    from tests.support.source import ROOT

    assert as_table() in (ROOT / "docs/billing.md").read_text(encoding="utf-8")


GOOD = """
transactions:
  all:
    {title: 退订, topic: unsubscribe, button: 退订, code: true, effective: 次月, undo: 可以, source: 工信部要求,
     orders: [unsubscribe, change_plan, roaming_voice_on, roaming_voice_off, roaming_data_on, roaming_data_off]}
"""
FAULTS = [
    (("topic: unsubscribe", "topic: calls"), "no topic", "a topic that nobody answers"),
    (("topic: unsubscribe", "topic: usage"), "level 2", "an order at level 1"),
    (("code: true", "code: false"), "a code of its own", "an order without its code"),
    (("roaming_data_off", "roaming_data_on"), "exactly one", "a kind twice, another missing"),
    (("undo: 可以, ", ""), "undo", "a field that is missing"),
]


@pytest.mark.parametrize(("change", "named", "reason"), FAULTS)
def test_faults_of_the_table(change: tuple[str, str], named: str, reason: str) -> None:
    read_transactions(GOOD)
    with pytest.raises(InvalidInput, match=named):
        read_transactions(GOOD.replace(*change))


def test_a_moment_in_china_decides_the_day() -> None:
    assert effective_words(date(2026, 11, 22), china("2026-11-22 00:05")) == "今天"
