"""What a conversation gives to other companies' systems is written down: the billing system and the SMS gateway."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.db import transaction
from tests.support.accounts import log_in, open_account
from tests.support.billing import down, phone_of, seed
from tests.support.rasa import Actions, Talk
from tests.support.telephone import Telephone
from tests.support.times import NOW

PHONE = phone_of("bill_shock")
LOOKED = ("partner", "billing", "verify", "line")
SENT = ("partner", "sms", "verify", "code")


def uses() -> dict[tuple[str, ...], int]:
    with transaction() as session:
        found = session.scalars(select(Access)).all()
        assert {(row.phone_index, row.conversation_id) for row in found} <= {(phone_index(PHONE), "c1")}
        return {(row.reader, row.who, row.use, row.what): row.times for row in found}


@pytest.fixture(autouse=True)
def customers(actions: Actions) -> None:
    seed(NOW, 1)


@pytest.mark.parametrize(
    ("words", "label", "what"),
    [
        ("余额多少", "billing_balance", "balance"),
        ("上个月的账单", "billing_detail", "bill"),
        ("我的流量", "billing_usage", "usage"),
        # Anybody may ask it; a number that is open is used to answer better.
        ("有什么套餐", "billing_package/offers", "offers"),
    ],
)
async def test_an_answer_about_an_account(actions: Actions, words: str, label: str, what: str) -> None:
    open_account(PHONE, NOW)
    intent, _, sub = label.partition("/")
    await actions.run("action_billing", Talk().user(words, intent, sub=sub or None))
    assert uses() == {("partner", "billing", "answer", what): 1}


async def test_asked_again_is_counted(actions: Actions) -> None:
    open_account(PHONE, NOW)
    for _ in range(3):
        await actions.run("action_billing", Talk().user("余额多少", "billing_balance"))
    assert uses() == {("partner", "billing", "answer", "balance"): 3}


async def test_a_system_that_is_down_was_asked_all_the_same(actions: Actions) -> None:
    log_in(PHONE, now=NOW)
    with down():
        await actions.run("action_billing", Talk().user("余额多少", "billing_balance"))
    assert uses() == {("partner", "billing", "answer", "balance"): 1}


async def test_without_a_number_nobody_is_asked_about(actions: Actions) -> None:
    await actions.run("action_billing", Talk().user("余额多少", "billing_balance"))
    await actions.run("action_billing", Talk().user("有什么套餐", "billing_package", sub="offers"))
    assert uses() == {}


async def test_before_a_code_is_sent_the_system_is_asked_whether_the_number_is_ours(actions: Actions) -> None:
    await actions.run("action_billing", Talk().user(f"查{PHONE}的余额", "billing_balance"))
    assert uses() == {LOOKED: 1, SENT: 1}
    # The second one comes too soon: the gateway is not given the number.
    await actions.run("action_billing", Talk().user(f"查{PHONE}的余额", "billing_balance", message_id="2"))
    assert uses() == {LOOKED: 2, SENT: 1}


async def test_our_own_audit_sends_no_sms(actions: Actions) -> None:
    telephone = Telephone(PHONE)
    before = len(telephone.received())
    with transaction() as session:
        session.execute(update(Conversation).values(channel=AUDIT_CHANNEL))
    result = await actions.run("action_billing", Talk().user(f"查{PHONE}的余额", "billing_balance"))
    assert [name for name, _ in result.responses] == ["utter_billing_ask_code"], "as everybody hears it"
    assert uses() == {LOOKED: 1}
    assert len(telephone.received()) == before
