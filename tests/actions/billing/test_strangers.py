"""Nobody is ever shown another customer's data: 500 random pairs of one who was proved and one who is pried into.

What is changed of the second customer (everything) must change no byte of any answer to the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy import text

from actions.billing.question import payload
from care.accounts.proofs import prove
from care.accounts.rules import mask_phone
from care.billing.access import LEVELS
from care.billing.demo.adapter import DemoBilling
from care.conversations.tables import Conversation
from care.db import engine, transaction
from tests.support.billing import seed
from tests.support.database import empty
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW

PAIRS = 500
MESSAGES = 3
#: of 40 customers, the first half is proved, the second is pried into
CUSTOMERS = 40
#: the only ones that name the number of somebody else: they ask for a code to it
MAY_NAME_IT = {"utter_billing_ask_code"}

LABELS = {
    "余额": "billing_balance",
    "上个月账单": "billing_detail",
    "话费怎么这么多": "billing_detail",
    "流量还剩多少": "billing_usage",
    "我的套餐": "billing_package",
    "开了哪些业务": "billing_package",
    "退订会员": "billing_package",
    "会员是谁开的": "billing_package",
    "有什么套餐": "billing_package",
    "欠了多少钱": "billing_arrears_suspension",
    "日本漫游多少钱": "billing_roaming",
    "开发票": "billing_invoice",
    "充的钱到账没": "billing_balance",
}


@dataclass(frozen=True)
class Victim:
    phone: str
    #: of a proof in a conversation of their own
    line: str
    #: ids of what they have: subscriptions, lines of the last bill
    items: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    text: str
    label: str


def _pries(random: Random, victim: Victim) -> Said:
    """A message of the first customer's that may be after the second one's data."""
    words, label = random.choice(list(LABELS.items()))
    topic = random.choice(list(LEVELS))
    item = random.choice(victim.items)
    return random.choice(
        [
            Said(words, label),
            Said(f"查{victim.phone}的{words}", label),
            Said(f"{victim.phone}是我老公的号，{words}", label),
            Said(victim.phone, "inform"),
            Said(f"我妈的{words}", label),
            Said("换个号码", "billing_balance"),
            Said("123456", "inform"),
            Said(f"尾号{victim.phone[-4:]}", "billing_balance"),
            Said(payload(topic), ""),
            Said(payload(topic, line=victim.line), ""),
            Said(payload(topic, item=item, line=victim.line), ""),
            Said(payload(random.choice(["item", "dispute", "consent", "unsubscribe"]), item=item), ""),
        ]
    )


async def _hears(actions: Actions, number: int, phone: str, said: list[Said]) -> list[str]:
    """The answers of a conversation in which `phone` was proved, each with everything that goes with it."""
    conversation = f"a{number}"
    with transaction() as session:
        session.add(Conversation(id=conversation, channel="rest", created_at=NOW))
        prove(session, conversation, phone, NOW)
    play = Play(actions, conversation)
    heard = []
    for message in said:
        answers = await play.say(message.text, message.label)
        heard += [json.dumps(answer, ensure_ascii=False) for answer in answers]
    return heard


def _victims(phones: list[str]) -> Iterator[tuple[str, str]]:
    with transaction() as session:
        for phone in phones:
            session.add(Conversation(id=f"v{phone}", channel="rest", created_at=NOW))
            yield phone, prove(session, f"v{phone}", phone, NOW).id


def _forget_conversations() -> None:
    """Our side begins anew, with the same ids; the operator's side stays."""
    with engine().begin() as connection:
        empty(connection)


_CHANGES = (
    "UPDATE lines SET voice_on = NOT voice_on, data_on = NOT data_on",
    "UPDATE plans SET plan = CASE plan WHEN 'liuliang-29' THEN 'changxiang-129' ELSE 'liuliang-29' END",
    "UPDATE top_ups SET amount = amount * 3 + 1000",
    "DELETE FROM bills",
    "DELETE FROM subscriptions",
)


def _change_everything(phones: list[str]) -> None:
    """Every row that the operator keeps of them: plan with its allowances, services, bills, payments, switches."""
    with engine().begin() as connection:
        connection.execute(text("SET LOCAL search_path TO demo_operator"))
        for change in _CHANGES:
            connection.execute(text(f"{change} WHERE phone = ANY(:phones)"), {"phones": phones})


@pytest.mark.usefixtures("actions")
async def test_no_answer_ever_shows_data_of_another_customer(actions: Actions) -> None:
    random, system = Random(2026), DemoBilling(lambda: NOW)
    phones = [customer.phone for customer in seed(NOW, CUSTOMERS)]
    own, others = phones[: CUSTOMERS // 2], phones[CUSTOMERS // 2 :]
    items = {phone: tuple(each.id for each in await system.subscriptions(phone)) or ("s0-shipin",) for phone in others}
    lines = dict(_victims(others))
    pairs = [(random.choice(own), random.choice(others)) for _ in range(PAIRS)]
    talks = []
    for one, other in pairs:
        victim = Victim(other, lines[other], items[other])
        talks.append((one, other, [_pries(random, victim) for _ in range(MESSAGES)]))

    async def all_answers() -> list[list[str]]:
        return [await _hears(actions, number, one, said) for number, (one, _, said) in enumerate(talks)]

    before = await all_answers()
    seen_before = [(await system.balance(phone), await system.usage(phone)) for phone in others]
    _forget_conversations()
    assert dict(_victims(others)) == lines
    _change_everything(others)
    seen_after = [(await system.balance(phone), await system.usage(phone)) for phone in others]
    for phone, (balance, usage), (other_balance, other_usage) in zip(others, seen_before, seen_after, strict=True):
        assert balance != other_balance, phone
        assert usage != other_usage, phone
    after = await all_answers()

    for (_, other, said), first, second in zip(talks, before, after, strict=True):
        assert first == second, said
        for answer in first:
            assert other not in answer, said
            assert mask_phone(other) not in answer or json.loads(answer)[0] in MAY_NAME_IT, said
    heard = {json.loads(answer)[0] for answers in before for answer in answers}
    assert {"utter_account", "utter_billing_ask_code", "utter_billing_ask_phone"} <= heard, "they were answered at all"
