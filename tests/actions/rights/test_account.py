"""Porting and closing, from the words or the button to the account, and honestly where it cannot be looked up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from care.accesses.tables import Access
from care.billing import system
from care.billing.demo.adapter import DemoBilling
from care.billing.system import Part
from care.db import transaction
from tests.support.accounts import log_in, open_account
from tests.support.billing import down, phone_of, seed
from tests.support.environment import forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

PORTING = '/rights_portability{"step": "check"}'
CLOSING = '/rights_cancellation{"step": "check"}'
PHONE = phone_of("bill_shock")


@pytest.fixture(autouse=True)
def customers(actions: Actions) -> None:
    seed(NOW, 14)


BUTTONS = [(PORTING, "五个条件都符合"), (CLOSING, "没有什么挡着")]


@pytest.mark.parametrize(("button", "told"), BUTTONS)
async def test_a_stranger_proves_the_number_first(actions: Actions, button: str, told: str) -> None:
    play = Play(actions)
    assert await play.names(button) == ["utter_billing_ask_phone"]
    assert await play.names(PHONE) == ["utter_billing_ask_code"]
    (proved, (name, values)) = await play.say(Telephone(PHONE).code())
    assert (proved[0], name) == ("utter_billing_proved", "utter_account")
    assert told in values["answer"]
    assert values["custom"]["card"]["kind"] == "figures"
    assert play.waits_for is None


async def test_who_is_known_hears_it_at_once(actions: Actions) -> None:
    log_in(PHONE, now=NOW)
    assert await Play(actions).names(PORTING) == ["utter_account"]


async def test_which_of_two_numbers(actions: Actions) -> None:
    other = phone_of("contract_ending")
    log_in(PHONE, other, now=NOW)
    play = Play(actions)
    ((name, values),) = await play.say(CLOSING)
    assert name == "utter_billing_ask_line"
    (button,) = [each["payload"] for each in values["buttons"] if each["title"] == "138****8008"]
    (about, (_, told)) = await play.say(button)
    assert about == ("utter_billing_about", {"phone": "138****8008"})
    assert "24 个月合约" in told["answer"]
    assert play.waits_for is None


ASKED = [
    # words, label; what follows for a stranger; why
    (
        "帮我查我的号能不能转网",
        "rights_portability",
        ["utter_porting_begins", "utter_billing_ask_phone"],
        "the issue's",
    ),
    ("我的号码可以携号转网吗", "rights_portability", ["utter_porting_begins", "utter_billing_ask_phone"], "one's own"),
    (
        "查一下我的转网资格",
        "rights_portability",
        ["utter_porting_begins", "utter_billing_ask_phone"],
        "to be looked up",
    ),
    (
        "帮我看看我符不符合携转条件",
        "rights_portability",
        ["utter_porting_begins", "utter_billing_ask_phone"],
        "conditions",
    ),
    ("我要销户", "rights_cancellation", ["utter_closing_begins", "utter_billing_ask_phone"], "the brief's"),
    ("帮我把这个号注销了吧", "rights_cancellation", ["utter_closing_begins", "utter_billing_ask_phone"], "an errand"),
    (
        "看看我销户还差什么",
        "rights_cancellation",
        ["utter_closing_begins", "utter_billing_ask_phone"],
        "what is missing",
    ),
    ("销户", "rights_cancellation", ["utter_article"], "no more than the topic: its article"),
    ("欠费能转网吗", "rights_portability", ["utter_article"], "a general question"),
    ("携号转网", "rights_portability", ["utter_article"], "the topic"),
]


@pytest.mark.parametrize(("words", "label", "said", "why"), ASKED, ids=[words for words, *_ in ASKED])
async def test_what_the_words_ask_for(actions: Actions, words: str, label: str, said: list[str], why: str) -> None:
    found = {"porting-arrears": 0.9} if said == ["utter_article"] and "欠费" in words else {}
    assert await Play(actions).names(words, label, articles=found) == said, why


async def test_words_of_who_was_proved_are_answered_without_a_word_before(actions: Actions) -> None:
    open_account(PHONE, NOW)
    assert await Play(actions).names("我要销户", "rights_cancellation") == ["utter_account"]


@pytest.mark.parametrize(
    ("words", "label", "said"),
    [
        ("我要销户", "rights_cancellation", ["utter_closing_begins", "utter_billing_ask_phone"]),
        (CLOSING, "", ["utter_billing_ask_phone"]),
        ("查余额", "billing_balance", ["utter_billing_ask_phone"]),
    ],
)
async def test_another_question_while_the_number_is_asked_for(
    actions: Actions, words: str, label: str, said: list[str]
) -> None:
    play = Play(actions)
    await play.say(PORTING)
    assert await play.names(words, label) == said
    assert play.waits_for == "billing_phone"


async def test_leaving_the_question_for_good(actions: Actions) -> None:
    play = Play(actions)
    await play.say(PORTING)
    assert await play.names("算了不查了", "cancel") == ["utter_billing_declined"]
    assert play.waits_for is None


async def test_a_child_is_asked_for_nothing(actions: Actions) -> None:
    play = Play(actions)
    await play.say("我今年12岁", "inform")
    assert "utter_billing_ask_phone" not in await play.names("我要销户", "rights_cancellation")
    assert play.waits_for is None


async def test_when_the_billing_system_is_down_it_can_be_tried_again(actions: Actions) -> None:
    open_account(PHONE, NOW)
    play = Play(actions)
    with down():
        ((name, values),) = await play.say("我要销户", "rights_cancellation")
    assert name == "utter_billing_down"
    assert await play.names(values["buttons"][0]["payload"]) == ["utter_account"]


async def test_every_look_is_written_down(actions: Actions) -> None:
    """网络数据安全管理条例第二十五条 asks for records of who was given data; the customer can see them."""
    open_account(PHONE, NOW)
    await Play(actions).say(PORTING)
    await Play(actions).say(CLOSING)
    with transaction() as session:
        assert {row.what for row in session.query(Access)} >= {"porting", "closing"}


@pytest.fixture(params=["off", "not offered"])
def unknown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No billing system, or one that does not tell: as TM Forum's two APIs."""
    if request.param == "off":
        monkeypatch.setenv("QUANYI_BILLING", "off")
    else:
        monkeypatch.setattr(DemoBilling, "offers", frozenset(Part) - {Part.LEAVING})
    forget_settings()
    system.billing.cache_clear()
    yield
    monkeypatch.undo()
    forget_settings()
    system.billing.cache_clear()


@pytest.mark.usefixtures("unknown")
async def test_where_it_cannot_be_looked_up_that_is_said(actions: Actions) -> None:
    play = Play(actions)
    ((name, values),) = await play.say(PORTING)
    assert (name, values["how"]) == ("utter_porting_unchecked", "用这个号码发短信 CXXZ#姓名#证件号 到 10086")
    assert [each["title"] for each in values["buttons"]] == ["要什么条件", "携转的步骤", "转人工"]
    ((name, values),) = await play.say("我要销户", "rights_cancellation")
    assert name == "utter_closing_unchecked"
    assert [each["title"] for each in values["buttons"]] == ["怎么销户", "余额怎么退", "转人工"]
    assert play.waits_for is None, "no number is asked for in vain"


async def test_a_number_is_not_closed_here(actions: Actions, clock: time_machine.Traveller) -> None:
    """However often it is asked for, nothing is ordered, and a person is one press away."""
    open_account(PHONE, NOW)
    play = Play(actions)
    for _ in range(2):
        ((_, values),) = await play.say("帮我销户", "rights_cancellation")
        assert values["buttons"][-1]["payload"] == "/handoff"
        assert "我自己不能替您销" in values["answer"]
    assert "billing_changed" not in play.talk.slots
