"""From a line of a bill to a filed complaint: the form knows item, month and amount, and asks only for the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rasa_sdk.events import FollowupAction
from sqlalchemy import select

from care.accounts.proofs import prove
from care.billing.demo.adapter import DemoBilling
from care.billing.disputes import Disputed, Reason, dispute_of
from care.billing.tables import Dispute
from care.billing.values import Month
from care.conversations.tables import Conversation
from care.db import transaction
from care.tickets.tables import Ticket
from tests.support.billing import phone_of, seed
from tests.support.database import count
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

PHONE = phone_of("bill_shock")
OCTOBER = Month(2026, 10)
ITEM = '/billing_detail{"sub": "dispute", "month": "2026-10", "item": "s0-shipin"}'
STORY = "对2026年10月账单里的“畅看视频会员”15.00 元有异议"


@pytest.fixture
async def play(actions: Actions) -> Play:
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", PHONE, NOW)
    return Play(actions)


async def fill(actions: Actions, play: Play, *messages: tuple[str, str]) -> list[list[str]]:
    """The complaint form, from its opening by the action before it; what is said in each turn."""
    talk = play.talk
    said = [(await actions.validate(talk)).said]
    for text, intent in messages:
        assert talk.slots["requested_slot"] is not None
        asked = str(talk.slots["requested_slot"]).removeprefix("complaint_")
        talk.asked(asked).user(text, intent)
        said.append([*(await actions.validate(talk)).said, asked])
    return said


def asked(talk: Talk) -> str:
    return str(talk.slots["requested_slot"]).removeprefix("complaint_")


def ticket() -> Ticket:
    with transaction() as session:
        return session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


async def test_a_line_of_the_bill_opens_the_form(play: Play, actions: Actions) -> None:
    said = await play.say(ITEM)
    assert said == [
        ("utter_dispute_begin", {"what": "10月账单里", "name": "畅看视频会员", "amount": "15.00 元"}),
        ("complaint_form", {}),
    ]
    kept = {name: value for name, value in play.talk.slots.items() if name.startswith("complaint_") and value}
    assert kept == {
        "complaint_dispute": "1",
        "complaint_category": "complaint_vas",
        "complaint_description": STORY,
        "complaint_line": PHONE,
        "complaint_callable": True,
        "complaint_since": "2026年10月",
    }


async def test_the_form_asks_only_for_what_is_missing(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    said = await fill(
        actions,
        play,
        ("我从来没订过这个会员", "complaint_vas"),
        ("把钱退给我", "complaint_vas"),
        ('/affirm{"to": "contact"}', "affirm"),
    )
    assert said == [[], ["objection"], ["wish"], ["utter_complaint_summary", "contact"]]
    talk = play.talk
    assert asked(talk) == "confirmed"
    assert talk.slots["complaint_description"] == f"{STORY}\n我从来没订过这个会员"


async def test_what_is_filed_carries_the_dispute(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    await fill(
        actions,
        play,
        ("我从来没订过这个会员", "complaint_vas"),
        ("把钱退给我", "complaint_vas"),
        ('/affirm{"to": "contact"}', "affirm"),
        ("/affirm", "affirm"),
    )
    talk = play.talk
    for _ in range(2):  # the turn runs again
        result = await actions.run("action_file_complaint", talk)
        assert result.said[0] == "utter_complaint_filed"
    filed = ticket()
    assert (count("tickets"), filed.category, filed.line, filed.wish) == (1, "complaint_vas", PHONE, "把钱退给我")
    assert filed.description.startswith(STORY)
    with transaction() as session:
        assert dispute_of(session, filed.id) == Disputed(
            OCTOBER, "s0-shipin", "畅看视频会员", Decimal("15.00"), Reason.ITEM
        )
    talk.take(result.events).active_loop = {}
    assert talk.slots["complaint_dispute"] is None
    ((name, again),) = await play.say(ITEM)
    assert name == "utter_account"
    assert f"工单 {filed.number} 还在处理" in again["answer"], "the very same is not filed twice"
    assert filed.number in again["buttons"][0]["payload"]


async def test_the_turn_of_the_button_runs_again(play: Play, actions: Actions) -> None:
    talk = play.talk.user(ITEM)
    results = [await actions.run("action_billing", talk) for _ in range(3)]
    assert [result.events for result in results[1:]] == [results[0].events] * 2
    assert results[0].events[-1] == FollowupAction("complaint_form")
    assert count("disputes") == 1


NO_REASON = [
    ("/skip", "skip", "the button"),
    ("没有", "deny", "nothing to add"),
    ("跳过", "skip", "in words"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), NO_REASON)
async def test_nobody_has_to_say_why(play: Play, actions: Actions, text: str, intent: str, reason: str) -> None:
    await play.say(ITEM)
    await fill(actions, play, (text, intent))
    assert (asked(play.talk), play.talk.slots["complaint_description"]) == ("wish", STORY), reason


REASONS = [
    ("为什么扣我15块", "billing_detail", "a question is the reason, and no digression"),
    ("凭什么收费啊，我又没用过", "complaint_billing", "anger with a reason"),
    ("说好免费的", "billing_package", "whatever the label"),
]


@pytest.mark.parametrize(("text", "intent", "reason"), REASONS)
async def test_a_reason_in_any_words(play: Play, actions: Actions, text: str, intent: str, reason: str) -> None:
    await play.say(ITEM)
    await fill(actions, play, (text, intent))
    assert play.talk.slots["complaint_description"] == f"{STORY}\n{text}", reason
    assert asked(play.talk) == "wish"


async def test_a_question_about_the_form_is_answered(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    said = await fill(actions, play, ("多久能处理好", "inform"))
    assert said[1] == ["utter_aside_how_long", "objection"]
    assert asked(play.talk) == "objection"


async def test_a_wish_in_the_reason_is_not_asked_for(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    await fill(actions, play, ("我没订过这个业务，要求退费", "complaint_vas"))
    assert (play.talk.slots["complaint_wish"], asked(play.talk)) == ("退费", "contact")


async def test_an_abandoned_complaint_is_not_mixed_in(play: Play, actions: Actions) -> None:
    play.talk.has(
        complaint_description="宽带断了三天", complaint_category="complaint_broadband", complaint_address="中山路1号"
    )
    await play.say(ITEM)
    assert await fill(actions, play) == [[]], "nothing of 「接着刚才的登记」"
    assert asked(play.talk) == "objection"
    assert (play.talk.slots["complaint_description"], play.talk.slots["complaint_address"]) == (STORY, None)


async def test_left_and_taken_up_again(play: Play, actions: Actions) -> None:
    """A person was asked for in between: the dispute is still in it, and why is not asked twice."""
    await play.say(ITEM)
    await fill(actions, play, ("我没订过", "complaint_vas"))
    play.talk.active_loop = {}
    play.talk.has(requested_slot=None).did("action_listen").user("我要投诉", "complain")
    assert (await actions.validate(play.talk)).said == ["utter_complaint_taken_up"]
    assert (asked(play.talk), play.talk.slots["complaint_dispute"]) == ("wish", "1")


async def test_another_story_afterwards_is_not_the_dispute(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    await fill(actions, play)
    play.talk.active_loop = {}
    play.talk.has(requested_slot=None).did("action_listen").user("你们又偷偷给我开通了天气预报", "complaint_vas")
    await actions.validate(play.talk)
    assert play.talk.slots["complaint_dispute"] is None
    assert play.talk.slots["complaint_description"] == "你们又偷偷给我开通了天气预报"


async def test_a_changed_story_keeps_what_is_disputed(play: Play, actions: Actions) -> None:
    await play.say(ITEM)
    await fill(actions, play, ("我没订过", "complaint_vas"))
    play.talk.asked("confirmed").user('/correct{"field": "description"}')
    await actions.validate(play.talk)
    play.talk.asked("description").user("当时说免费体验一个月", "complaint_vas")
    await actions.validate(play.talk)
    assert play.talk.slots["complaint_description"] == f"{STORY}\n当时说免费体验一个月"


async def test_without_evidence_the_money_is_asked_back(play: Play, actions: Actions) -> None:
    """A subscription that nobody can show an order of: its price comes from the system."""
    said = await play.names('/billing_detail{"sub": "dispute", "item": "s0-shipin"}')
    assert said == ["utter_dispute_begin", "complaint_form"]
    slots = play.talk.slots
    assert slots["complaint_wish"] == "退费"
    assert slots["complaint_description"] == "业务“畅看视频会员”（15.00 元/月）查不到订购凭证，对收费有异议"
    await fill(actions, play, ("没人问过我", "complaint_vas"))
    assert asked(play.talk) == "contact"


WHICH = [
    ('/billing_detail{"sub": "dispute"}', "none is named: the lines to choose from"),
    ('/billing_detail{"sub": "dispute", "month": "2026-10", "item": "i-999"}', "one that is not on the bill"),
]


@pytest.mark.parametrize(("text", "reason"), WHICH)
async def test_which_line_is_asked(play: Play, text: str, reason: str) -> None:
    ((name, said),) = await play.say(text)
    assert name == "utter_account"
    payloads = [button["payload"] for button in said["buttons"]]
    assert sum('"sub": "dispute"' in payload and '"month": "2026-10"' in payload for payload in payloads) >= 3, reason
    assert count("disputes") == 0


async def test_a_month_without_a_bill(play: Play) -> None:
    said = await play.names('/billing_detail{"sub": "dispute", "month": "2026-01", "item": "s0-shipin"}')
    assert "complaint_form" not in said
    assert count("disputes") == 0


async def test_nobody_disputes_a_bill_that_is_not_open_here(play: Play, actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    stranger = Play(actions, "c2")
    assert await stranger.names(ITEM) == ["utter_billing_ask_phone"]
    assert count("disputes") == 0


async def test_games_that_a_child_paid_for(actions: Actions) -> None:
    """From the bill to a refund that a person decides on."""
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", phone_of("minor_purchase"), NOW)
    play = Play(actions)
    await play.say('/billing_detail{"sub": "dispute", "month": "2026-10", "item": "game-1"}')
    said = await fill(actions, play, ("是我儿子玩游戏充的", "complaint_vas"), ("9岁，10月份，星海奇兵", "inform"))
    assert said == [[], ["utter_minor_purchase", "objection"], ["purchase"]]
    assert play.talk.slots["complaint_category"] == "minor_purchase"
    assert play.talk.slots["complaint_description"].endswith("\n是我儿子玩游戏充的\n9岁，10月份，星海奇兵")
    assert asked(play.talk) == "wish"


async def test_many_purchases_of_one_kind_are_one_dispute(actions: Actions) -> None:
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", phone_of("minor_purchase"), NOW)
    play = Play(actions)
    ((_, said),) = await play.say('/billing_detail{"sub": "dispute"}')
    title, payload = said["buttons"][0]["title"], said["buttons"][0]["payload"]
    assert title.startswith("全部话费支付")
    ((name, begun), _) = await play.say(payload)
    assert (name, begun["name"]) == ("utter_dispute_begin", "话费支付：星海奇兵道具（12 笔）")
    with transaction() as session:
        dispute = session.scalars(select(Dispute)).one()
        bill = await DemoBilling(clock=lambda: NOW).bill(phone_of("minor_purchase"), OCTOBER)
        assert bill is not None
        games = [item.amount for item in bill.items if item.id.startswith("game-")]
        assert (len(games), dispute.amount) == (12, sum(games)), "to the cent"


async def test_the_same_charge_twice_is_one_dispute(actions: Actions) -> None:
    seed(NOW, 14)
    with transaction() as session:
        prove(session, "c1", phone_of("double_charge"), NOW)
    play = Play(actions)
    said = await play.say('/billing_detail{"sub": "dispute", "month": "2026-10", "item": "all:s3-shipin"}')
    assert said[0] == (
        "utter_dispute_begin",
        {"what": "10月账单里", "name": "畅看视频会员（2 笔）", "amount": "30.00 元"},
    )
