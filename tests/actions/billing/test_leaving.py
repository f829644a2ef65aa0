"""「退出」: who says so, and that what was proved is over."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from actions.billing.leaving import wants_out
from care.accounts.proofs import open_lines, prove
from care.accounts.rules import Level, Purpose
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.service import own_tickets
from tests.support.accounts import log_in, open_account
from tests.support.billing import phone_of
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.tickets import file
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("customers")

PHONE = phone_of("bill_shock")
OUT = [
    ("退出", True),
    ("退出登录", True),
    ("别让别人看到我的话费", True),
    ("不看了", True),
    ("好了，看完了", True),
    ("我要退出这个套餐", False),
    ("退订", False),
    ("别人能看到吗", False),
]


@pytest.mark.parametrize(("text", "is_meant"), OUT)
def test_who_wants_out(text: str, is_meant: bool) -> None:
    assert wants_out(text) is is_meant


def test_who_wants_out_is_told_at_once() -> None:
    """Before anything is proved, so from anybody: a pattern that looks for long would hold up everybody."""
    began = time.process_time()
    for token in ("我", "帮我", "帮", "给我", "我的", "不看了", "退出", "别让别人看"):
        assert not wants_out(f"{token * 3000}查")
        wants_out(f"{(token * 24)[:23]}查")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("label", ["cancel", "nlu_fallback", "privacy_policy", "billing_balance"])
async def test_out_ends_what_was_proved(actions: Actions, label: str) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    assert await play.names("查余额", "billing_balance") == ["utter_account"]
    assert await play.names("别让别人看到", label) == ["utter_billing_locked_up"]
    assert await play.names("查余额", "billing_balance") == ["utter_billing_ask_phone"]
    assert play.talk.slots["billing_line"] is None


async def test_out_ends_what_was_proved_for_personal_data(actions: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY)
    assert await Play(actions).names("退出", "cancel") == ["utter_billing_locked_up"]
    with transaction() as session:
        assert open_lines(session, "c1", NOW, Level.PROVED, Purpose.IDENTITY) == []


async def test_out_of_nothing_is_a_word_like_others(actions: Actions) -> None:
    assert await Play(actions).names("退出", "cancel") == ["utter_all_right"]


async def test_out_ends_what_the_login_allowed(actions: Actions) -> None:
    """Level 1 as well: 「再查要重新验证」 is said, and must be so until the page says again who is logged in."""
    log_in(PHONE, now=NOW)
    play = Play(actions)
    assert await play.names("查余额", "billing_balance") == ["utter_account"]
    assert await play.names("退出", "cancel") == ["utter_billing_locked_up"]
    assert "utter_account" not in await play.names("查余额", "billing_balance")


async def test_out_ends_what_the_number_let_them_ask_about_tickets(actions: Actions) -> None:
    """One that was filed elsewhere by the holder; what was filed here stays asked about here."""
    with transaction() as session:
        session.add(Conversation(id="elsewhere", channel="rest", created_at=NOW))
        session.flush()
        prove(session, "elsewhere", PHONE, NOW)
    number = file(conversation_id="elsewhere")
    open_account(PHONE, NOW)
    with transaction() as session:
        assert [each.number for each in own_tickets(session, "c1", NOW)] == [number]
    assert await Play(actions).names("退出", "cancel") == ["utter_billing_locked_up"]
    with transaction() as session:
        assert own_tickets(session, "c1", NOW) == []
