"""「绑定」 and 「解绑」: the words, which number is meant, and the way there and back in WeChat."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from actions.billing.binding import gave_up, meant, wants_binding, wants_unbinding
from care.accounts.proofs import bound_phones, prove
from care.db import transaction, utcnow
from care.wechat.rules import OFFICIAL, Window
from care.wechat.service import Sender, arrive
from tests.support.accounts import log_in
from tests.support.billing import phone_of
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

ONE, TWO = "13800138000", "13800138001"
PHONE = phone_of("bill_shock")
SENDER = Sender(OFFICIAL, "wx-account", "o-1")

WORDS = [
    # words                        binds  unbinds  why
    ("绑定手机号", True, False, "as it stands on many menus"),
    ("我要绑定我的号码", True, False, ""),
    ("怎么绑定手机号", True, False, "a question about it is answered the same"),
    ("绑定13800138000", True, False, "with the number: the code is still to come"),
    ("解绑", False, True, ""),
    ("帮我解除绑定", False, True, ""),
    ("解绑尾号8000", False, True, "which one"),
    ("全部解绑", False, True, ""),
    ("取消绑定吧", False, True, ""),
    ("不绑定了", False, True, ""),
    ("支付宝亲情卡怎么解绑", False, False, "of somebody else's service"),
    ("我二手号码，以前的人绑了支付宝怎么解绑", False, False, "a story"),
    ("手机号被别人绑定了微信怎么办", False, False, "a fear"),
    ("eSIM换手表了要解绑吗", False, False, "another thing that is bound"),
]


@pytest.mark.parametrize(("words", "binds", "unbinds", "why"), WORDS)
def test_words(words: str, binds: bool, unbinds: bool, why: str) -> None:
    assert (wants_binding(words), wants_unbinding(words)) == (binds, unbinds), why


@pytest.mark.parametrize(
    ("words", "phones", "which", "why"),
    [
        ("解绑", [ONE], [ONE], "there is only one"),
        ("解绑", [ONE, TWO], [], "it has to be asked"),
        ("解绑8001", [ONE, TWO], [TWO], "by its last digits"),
        ("解绑13800138000", [ONE, TWO], [ONE], "whole"),
        ("全部解绑", [ONE, TWO], [ONE, TWO], "all of them"),
        ("解绑9999", [ONE], [], "none of theirs: nothing is guessed"),
        ("解绑", [], [], "nothing is bound"),
    ],
)
def test_which_number(words: str, phones: list[str], which: list[str], why: str) -> None:
    assert meant(words, phones) == which, why


GIVEN_UP = [
    # words                        gives up  why
    ("这个号不是我的了", True, "as it is said"),
    ("尾号8000不是我的了", True, "one of several"),
    ("13800138000已经不是我的号码了", True, "whole"),
    ("这个号不是我的", False, "a complaint about somebody's number may begin so"),
    ("我的号被注销了，不是我的了怎么办", False, "a story"),
]


@pytest.mark.parametrize(("words", "is_meant", "why"), GIVEN_UP)
def test_who_gives_a_number_up(words: str, is_meant: bool, why: str) -> None:
    assert gave_up(words) is is_meant, why


def _writes() -> None:
    """What every message in WeChat does before its turn."""
    with transaction() as session:
        arrive(session, SENDER, Window.MESSAGE, utcnow())


def _bound() -> list[str]:
    with transaction() as session:
        return bound_phones(session, SENDER.conversation_id, utcnow())


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("label", ["inform", "nlu_fallback", "billing_balance", "cancel", "privacy_delete"])
async def test_bound_by_a_code_known_for_months_and_unbound(
    actions: Actions, clock: time_machine.Traveller, label: str
) -> None:
    _writes()
    telephone = Telephone(PHONE)
    play = Play(actions, SENDER.conversation_id)
    assert await play.names("绑定手机号", label) == ["utter_binding_how"]
    assert await play.names("查话费", "billing_balance") == ["utter_billing_ask_phone"]
    await play.say(PHONE)
    assert "utter_account" in await play.names(telephone.code())
    assert _bound() == [PHONE]

    clock.move_to(NOW + timedelta(days=60))
    assert _bound() == [], "WeChat has not said lately who writes"
    _writes()
    assert _bound() == [PHONE]
    assert await play.names("查余额", "billing_balance") == ["utter_account"], "no code is asked for"

    assert await play.names("解绑", label) == ["utter_binding_ended"]
    assert _bound() == []
    assert "utter_account" not in await play.names("查余额", "billing_balance"), "nor is it open any more"


@pytest.mark.usefixtures("customers")
async def test_one_of_two_is_named(actions: Actions) -> None:
    log_in(PHONE, TWO, now=NOW)
    play = Play(actions)
    assert await play.names("解绑") == ["utter_binding_which"]
    assert await play.names(f"尾号{TWO[-4:]}不是我的了") == ["utter_binding_ended"]
    with transaction() as session:
        assert bound_phones(session, "c1", NOW) == [PHONE]
        prove(session, "c1", TWO, NOW, method="agent", staff="7")
        assert bound_phones(session, "c1", NOW) == [PHONE], "an agent's word binds nothing"


@pytest.mark.usefixtures("customers")
async def test_where_nothing_is_bound(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("解绑") == ["utter_binding_none"]
    assert "utter_binding_none" not in await play.names("这个号不是我的了", "nlu_fallback"), "that may mean anything"
