"""Who gets an answer to which question, and who is asked for what first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from actions.account import Access, Meant, NeedsChoice, NeedsCode, NeedsNumber, Ready, access
from actions.billing.question import payload
from care.accounts.proofs import OpenLine, open_lines
from care.accounts.rules import Level
from care.accounts.tables import Binding
from care.billing.access import LEVELS
from care.billing.demo.adapter import DemoBilling
from care.billing.values import LineStatus
from care.db import transaction
from tests.support.accounts import log_in, open_account
from tests.support.billing import phone_of
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("customers")

#: the demo's first customer (tests/support/billing.py)
PHONE = phone_of("bill_shock")
MASKED = "138****8000"
ASKS = {"utter_billing_ask_phone", "utter_billing_ask_other_phone", "utter_billing_ask_code", "utter_billing_ask_line"}

#: words by topic: label, sub-label
WORDS = {
    "transactions": ("你能办什么业务", "billing_package"),
    "offers": ("有什么套餐", "billing_package"),
    "roaming": ("去日本漫游多少钱", "billing_roaming"),
    "balance": ("查余额", "billing_balance"),
    "topup": ("充的话费到账了吗", "billing_balance"),
    "usage": ("流量还剩多少", "billing_usage"),
    "plan": ("我的套餐", "billing_package"),
    "contract": ("合约什么时候到期", "billing_package"),
    "vas": ("我开了哪些业务", "billing_package"),
    "arrears": ("我欠多少", "billing_arrears_suspension"),
    "reminders": ("关闭流量提醒", "billing_usage"),
    "bill": ("上个月账单", "billing_detail"),
    "why": ("话费怎么这么多", "billing_detail"),
    "consent": ("视频会员是谁开的", "billing_package"),
    "invoice": ("开发票", "billing_invoice"),
    "change": ("换39元套餐", "billing_package"),
    "unsubscribe": ("退订视频会员", "billing_package"),
    "roaming_switch": ("关闭国际漫游", "billing_roaming"),
}


async def _ask(play: Play, topic: str) -> list[str]:
    if topic in WORDS:
        return await play.names(*WORDS[topic])
    return await play.names(payload(topic))  # asked by buttons, and by a sub-label alone


@pytest.mark.parametrize("topic", LEVELS)
async def test_a_stranger(actions: Actions, topic: str) -> None:
    said = await _ask(Play(actions), topic)
    if LEVELS[topic] == Level.ANONYMOUS:
        assert said
        assert not ASKS & set(said)
    else:
        assert said == ["utter_billing_ask_phone"]


@pytest.mark.parametrize("topic", LEVELS)
async def test_somebody_who_is_logged_in(actions: Actions, topic: str) -> None:
    """Their number is known: it is not asked for, and where a code is needed it is sent at once."""
    log_in(PHONE, now=NOW)
    play = Play(actions)
    said = await _ask(play, topic)
    if LEVELS[topic] == Level.PROVED:
        assert said == ["utter_billing_ask_code"]
        assert Telephone(PHONE).code()
    else:
        assert said
        assert not ASKS & set(said)


@pytest.mark.parametrize("topic", LEVELS)
async def test_somebody_whose_number_is_proved(actions: Actions, topic: str) -> None:
    open_account(PHONE, NOW)
    said = await _ask(Play(actions), topic)
    assert said
    assert not ASKS & set(said)


@pytest.mark.parametrize("topic", [topic for topic, level in LEVELS.items() if level > Level.ANONYMOUS])
async def test_the_question_is_answered_in_the_turn_of_the_code(actions: Actions, topic: str) -> None:
    """And as if it had been asked just then by somebody who was proved before."""
    play = Play(actions)
    await _ask(play, topic)
    assert await play.say(PHONE) == [("utter_billing_ask_code", {"phone": MASKED})]
    (first, *answer) = await play.say(Telephone(PHONE).code())
    assert first == ("utter_billing_proved", {"minutes": "15"})
    assert answer
    assert not {name for name, _ in answer} & (ASKS | {"utter_billing_down"})
    assert play.talk.slots["billing_topic"] is None


def _line(number: int, level: Level = Level.PROVED) -> OpenLine:
    return OpenLine(f"p{number}", f"1380013800{number}", level, NOW, NOW)


A, B, KNOWN = _line(1), _line(2), _line(3, Level.KNOWN)
L0, L1, L2 = Level

ACCESS: list[tuple[list[OpenLine], Level, Meant, Access]] = [
    # open numbers, what the topic needs, what tells the number; what follows
    ([], L0, Meant(), Ready(None)),
    ([A], L0, Meant(), Ready(A)),  # an open number makes the answer better
    ([A, B], L0, Meant(), Ready(None)),  # which of the two is not asked for that
    ([A], L0, Meant(phone=B.phone), Ready(None)),  # named, and not open
    ([], L1, Meant(), NeedsNumber()),
    ([], L2, Meant(phone=A.phone), NeedsCode(A.phone)),  # named: not asked for
    ([], L1, Meant(last_phone=A.phone), NeedsCode(A.phone)),  # proved before, and over
    ([], L1, Meant(last_phone=A.phone, is_another=True), NeedsNumber()),
    ([A], L2, Meant(), Ready(A)),
    ([KNOWN], L1, Meant(), Ready(KNOWN)),
    ([KNOWN], L2, Meant(), NeedsCode(KNOWN.phone, KNOWN)),  # what is known is not asked for
    ([A], L1, Meant(phone=B.phone), NeedsCode(B.phone)),  # another number needs a code of its own
    ([A], L1, Meant(line="p9", line_phone=B.phone), NeedsCode(B.phone)),  # its proof is over: not about another number
    ([A, KNOWN], L1, Meant(line="p9", line_phone=B.phone), NeedsCode(B.phone)),
    ([], L1, Meant(line="p9", line_phone=B.phone), NeedsCode(B.phone)),
    ([A], L1, Meant(line="p9", line_phone=B.phone, last_line=A.id), NeedsCode(B.phone)),
    ([A], L0, Meant(line="p9", line_phone=B.phone), Ready(None)),  # for anybody, and without A's figures
    ([A], L1, Meant(line="p999"), NeedsNumber()),  # no line of this conversation, a forged one
    ([A, B], L1, Meant(line="p999", last_line=A.id), NeedsNumber()),
    ([], L1, Meant(line="p999", last_phone=A.phone), NeedsNumber()),
    ([A], L2, Meant(line="b7", line_phone=A.phone), Ready(A)),  # a binding that became a proof
    ([A], L1, Meant(phone=A.phone, line="p9", line_phone=B.phone), Ready(A)),  # what was said or proved just now
    ([A], L1, Meant(is_another=True), NeedsNumber()),
    ([A, B], L1, Meant(), NeedsChoice((A, B))),
    ([A, B], L1, Meant(is_another=True), NeedsChoice((A, B))),
    ([A, B], L1, Meant(phone=B.phone), Ready(B, is_one_of_several=True)),
    ([A, B], L1, Meant(line=B.id, line_phone=B.phone), Ready(B, is_one_of_several=True)),  # chosen
    ([A, B], L1, Meant(last_line=B.id), Ready(B, is_one_of_several=True)),  # talked of last
    ([A, B], L1, Meant(line=A.id, line_phone=A.phone, last_line=B.id), Ready(A, is_one_of_several=True)),
    ([A, B], L1, Meant(last_line="p9", last_phone=A.phone), Ready(A, is_one_of_several=True)),  # proved anew
    ([A, KNOWN], L2, Meant(line=KNOWN.id, line_phone=KNOWN.phone), NeedsCode(KNOWN.phone, KNOWN)),
    ([A, B], L2, Meant(phone="13800138009"), NeedsCode("13800138009")),
]


@pytest.mark.parametrize(("lines", "least", "meant", "expected"), ACCESS)
def test_access(lines: list[OpenLine], least: Level, meant: Meant, expected: Access) -> None:
    assert access(lines, least, meant) == expected


async def test_a_button_of_a_number_that_is_over_is_not_answered_about_another(
    actions: Actions, clock: time_machine.Traveller
) -> None:
    other = phone_of("roaming_month")
    first = open_account(PHONE, NOW)
    clock.shift(timedelta(minutes=10))
    open_account(other, NOW + timedelta(minutes=10))
    clock.shift(timedelta(minutes=6))
    assert await Play(actions).say(payload("balance", line=first)) == [("utter_billing_ask_code", {"phone": MASKED})]


async def test_a_button_of_a_binding_that_became_a_proof(actions: Actions) -> None:
    log_in(PHONE, phone_of("roaming_month"), now=NOW)
    play = Play(actions)
    ((_, values),) = await play.say("查余额", "billing_balance")
    (button,) = [each["payload"] for each in values["buttons"] if each["title"] == MASKED]
    assert '"line": "b' in button
    open_account(PHONE, NOW)
    assert (await play.say(button))[0] == ("utter_billing_about", {"phone": MASKED})


async def test_a_button_of_anothers_line_asks_for_the_number(actions: Actions) -> None:
    open_account(PHONE, NOW)
    theirs = open_account(phone_of("roaming_month"), NOW, "c2")
    assert await Play(actions).names(payload("balance", line=theirs)) == ["utter_billing_ask_phone"]


HOLDERS = [
    # proved, before the number got its holder   asked by                             still open at level 1
    (timedelta(hours=-1), "utter_billing_ask_code_suspended", True),  # proved by the holder of today
    (timedelta(0), "utter_billing_ask_code_suspended", True),
    (timedelta(seconds=1), "utter_billing_ask_code", False),  # by the one before, who is not told how it stands
]


@pytest.mark.parametrize(("before", "asked_by", "is_open"), HOLDERS)
async def test_who_is_told_that_a_line_is_suspended(
    actions: Actions, before: timedelta, asked_by: str, is_open: bool
) -> None:
    phone = phone_of("arrears")
    line = await DemoBilling(lambda: NOW).line(phone)
    assert line.status is LineStatus.ARREARS
    log_in(phone, now=NOW)
    with transaction() as session:
        session.execute(update(Binding).values(bound_at=line.holder_since - before))
    play = Play(actions)
    assert await play.names("上个月账单", "billing_detail") == [asked_by]
    with transaction() as session:
        assert bool(open_lines(session, "c1", NOW, Level.KNOWN)) is is_open
    assert (await play.names(Telephone(phone).code()))[0] == "utter_billing_proved", "who has it now can prove it"
