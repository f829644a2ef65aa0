"""Notices by SMS: the number is proved by a code before anything is sent to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.contact import offer_notices
from care.accounts.codes import issue_code
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.rules import Inbound, Reply
from care.conversations.service import receive, store_replies
from care.db import transaction
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.tables import Ticket
from care.wording import buttons, say
from tests.support.environment import NOBODY, forget_settings
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW, china

PHONE, OTHER = "13800138000", "13900139000"


def _file(line: str | None = PHONE, contact: str | None = None) -> None:
    with transaction() as session:
        draft = Draft("complaint_broadband", "断网三天了", line=line, contact=contact)
        file_complaint(session, draft, OnceKey("c1", 101, "action_file_complaint"), policy(), NOW)


def _told() -> list[tuple[str | None, list[str]]]:
    """Where the tickets' notices go, and which were written."""
    with transaction() as session:
        notices = session.scalars(select(Notice)).all()
        return [
            (ticket.notify_phone, [notice.kind for notice in notices if notice.ticket_id == ticket.id])
            for ticket in session.scalars(select(Ticket))
        ]


OFFERS = [(PHONE, "utter_contact_offer", "138****8000"), (None, "utter_contact_offer_without_number", None)]


@pytest.mark.parametrize(("phone", "response", "shown"), OFFERS)
def test_the_offer_behind_a_filed_complaint(actions: Actions, phone: str | None, response: str, shown: str) -> None:
    dispatcher = CollectingDispatcher()
    offer_notices(dispatcher, phone)
    (said,) = dispatcher.messages
    assert (said["response"], said.get("phone")) == (response, shown)


@pytest.fixture
def settings_changed(actions: Actions) -> Iterator[None]:
    """What a test sets is forgotten behind it."""
    yield
    forget_settings()


async def test_without_sms_nothing_is_offered(
    actions: Actions, settings_changed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _file()
    monkeypatch.setenv("QUANYI_SMS", "off")
    forget_settings()
    dispatcher = CollectingDispatcher()
    offer_notices(dispatcher, PHONE)
    assert dispatcher.messages == []
    assert await Play(actions).names("短信通知我", "notify_me") == ["utter_contact_off"]
    monkeypatch.undo()


async def test_a_proved_number_hears_of_the_ticket(actions: Actions) -> None:
    _file()
    play = Play(actions)
    assert await play.say("/notify_me") == [("utter_contact_ask_code", {"phone": "138****8000"})]
    assert _told() == [(None, [])], "not before it is proved"
    assert await play.say(Telephone(PHONE).code()) == [("utter_contact_proved", {"phone": "138****8000"})]
    assert _told() == [(PHONE, ["filed"])]
    assert play.waits_for is None
    assert play.talk.slots["contact_phone"] is None


WHERE = [
    # line      contact                       to
    (PHONE, None, PHONE),
    (PHONE, "13900139000，晚上七点后", OTHER),  # the contact comes first
    ("ad12345678", "13900139000", OTHER),
]


@pytest.mark.parametrize(("line", "contact", "to"), WHERE)
async def test_the_number_that_the_customer_gave(actions: Actions, line: str, contact: str | None, to: str) -> None:
    _file(line, contact)
    before = len(Telephone(to).received())
    await Play(actions).say("短信通知我", "notify_me")
    assert len(Telephone(to).received()) == before + 1


async def test_without_a_number_it_is_asked_for(actions: Actions) -> None:
    _file(line="01087654321")
    play = Play(actions)
    assert await play.names("/notify_me") == ["utter_contact_ask_phone"]
    assert await play.names("发到13900139000") == ["utter_contact_ask_code"]
    assert await play.names(f"{Telephone(OTHER).code()}。") == ["utter_contact_proved"]
    assert _told() == [(OTHER, ["filed"])]


async def test_another_number_by_button_by_words_and_while_a_code_is_awaited(actions: Actions) -> None:
    _file()
    play = Play(actions)
    assert await play.names('/notify_me{"choice": "other"}') == ["utter_contact_ask_phone"]
    assert await play.names("13100131000") == ["utter_contact_ask_code"]
    assert await play.names("换个号码吧") == ["utter_contact_ask_phone"]
    assert await play.names("一三九零零一三九零零零") == ["utter_contact_ask_code"]
    assert await play.names(Telephone("13100131000").code()) != ["utter_contact_proved"], "a code is for one number"
    assert await play.names(Telephone(OTHER).code()) == ["utter_contact_proved"]


DECLINED = [('/notify_me{"choice": "no"}', "notify_me"), ("不用了", "deny"), ("算了", "cancel"), ("随便", "skip")]


@pytest.mark.parametrize(("text", "intent"), DECLINED)
async def test_it_can_be_left(actions: Actions, text: str, intent: str) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    assert await play.names(text, intent) == ["utter_contact_declined"]
    assert play.waits_for is None
    assert _told() == [(None, [])]


async def test_declined_at_once(actions: Actions) -> None:
    _file()
    assert await Play(actions).names('/notify_me{"choice": "no"}') == ["utter_contact_declined"]


async def test_five_wrong_codes_lock_the_number_for_a_quarter_of_an_hour(
    actions: Actions, clock: time_machine.Traveller
) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    right = Telephone(PHONE).code()
    wrong = "000000" if right != "000000" else "111111"
    said = [await play.say(wrong) for _ in range(5)]
    assert said[:4] == [[("utter_code_wrong", {"tries": str(left)})] for left in (4, 3, 2, 1)]
    locked = {"until": "今天 15:35"}
    assert said[4] == [("utter_code_used_up", locked)]
    assert play.waits_for is None, "there is nothing to wait for"
    assert await play.say(right) == [("utter_code_used_up", locked)]
    assert await play.say("/send_again") == [("utter_code_locked", locked)]
    assert _told() == [(None, [])]
    clock.move_to(china("2026-11-21 15:35"))
    assert await play.names("/send_again") == ["utter_contact_ask_code"]
    assert await play.names(Telephone(PHONE).code()) == ["utter_contact_proved"]


async def test_a_lock_that_ends_within_a_minute_is_told_by_the_next(
    actions: Actions, clock: time_machine.Traveller
) -> None:
    """Who comes back at the told minute is not refused again."""
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    wrong = "000000" if Telephone(PHONE).code() != "000000" else "111111"
    clock.move_to(china("2026-11-21 15:20:01"))
    said = [await play.say(wrong) for _ in range(5)]
    assert said[-1] == [("utter_code_used_up", {"until": "今天 15:36"})]


def test_what_is_said_to_a_lock_offers_a_person() -> None:
    for key in ("code_used_up", "code_locked", "code_daily_cap"):
        assert "以后" in say(key, until="今天 15:35")
        assert [button["payload"] for button in buttons(key)] == ["/handoff"]


async def test_a_code_is_good_for_five_minutes(actions: Actions, clock: time_machine.Traveller) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    code = Telephone(PHONE).code()
    clock.move_to(china("2026-11-21 15:25"))
    assert await play.names(code) == ["utter_code_expired"]
    assert await play.names("/send_again") == ["utter_contact_ask_code"]
    assert await play.names(Telephone(PHONE).code()) == ["utter_contact_proved"]


AGAIN = ["/send_again", "没收到，再发一个", "重新发送", "收不到短信啊"]


@pytest.mark.parametrize("text", AGAIN)
async def test_another_code_after_a_minute(actions: Actions, clock: time_machine.Traveller, text: str) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    before = len(Telephone(PHONE).received())
    assert await play.names(text) == ["utter_code_too_soon"], "and the first one is still good"
    assert play.waits_for == "contact_code"
    clock.move_to(china("2026-11-21 15:22"))
    assert await play.names(text) == ["utter_contact_ask_code"]
    assert len(Telephone(PHONE).received()) == before + 1


async def test_too_many_codes_a_day(actions: Actions, clock: time_machine.Traveller) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    for minute in range(22, 36, 2):
        clock.move_to(china(f"2026-11-21 15:{minute}"))
        assert await play.names("/send_again") == ["utter_contact_ask_code"]
    clock.move_to(china("2026-11-21 15:36"))
    assert await play.say("/send_again") == [("utter_code_daily_cap", {"until": "明天 15:20"})]
    assert play.waits_for is None, "there is nothing to wait for"


async def test_the_same_turn_run_again_counts_as_one_code(actions: Actions) -> None:
    """The first code may be lost with the turn, so the second run sends one that replaces it."""
    _file()
    play = Play(actions)
    talk = play.talk.user("/notify_me")
    for _ in range(12):  # more often than codes a day
        result = await actions.run("action_notify_me", talk)
        assert result.said == ["utter_contact_ask_code"]
    talk.take(result.events)
    assert await play.names(Telephone(PHONE).code()) == ["utter_contact_proved"]


async def test_the_same_right_code_run_again_is_right(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    talk = play.talk.user(Telephone(PHONE).code())
    for _ in range(2):
        assert (await actions.run("validate_contact_form", talk)).said == ["utter_contact_proved"]
    assert _told() == [(PHONE, ["filed"])]


async def test_a_code_of_something_else_proves_no_contact(actions: Actions) -> None:
    """The SMS said that it is for the account."""
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    with transaction() as session:
        code = issue_code(session, PHONE, "account", "c1", 90, NOW)
    assert await play.names(str(code), message_id="91") == ["utter_code_missing"]
    assert _told() == [(None, [])]


async def test_a_gateway_that_is_down_loses_nothing(actions: Actions, settings_changed: None) -> None:
    _file()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANYI_SMS_URL", NOBODY)
        patch.setenv("QUANYI_SMS_KEY", "sms-key-of-the-tests")
        forget_settings()
        play = Play(actions)
        assert await play.names("/notify_me") == ["utter_code_not_sent"]
    assert play.waits_for is None
    assert _told() == [(None, [])]


async def test_without_an_open_ticket_there_is_nothing_to_tell(actions: Actions) -> None:
    assert await Play(actions).names("短信通知我", "notify_me") == ["utter_contact_no_ticket"]


async def test_answers_that_are_no_code_leave_it_for_later(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_contact_again_code"]
    assert await play.names("咕咕咕", "nlu_fallback") == ["utter_contact_again_code"]
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_contact_later"]
    assert play.waits_for is None


async def test_a_question_in_between(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    said = await play.names("会不会泄露我的号码", "privacy_leak")
    assert said == ["utter_aside_data", "utter_contact_again_code"]
    assert await play.names(Telephone(PHONE).code()) == ["utter_contact_proved"]


LEAVING = [
    ("/ticket_status", "ticket_status", "utter_ticket_status"),
    ("/rights_other", "rights_other", "utter_rights"),
    ("/complain", "complain", "complaint_form"),
    ("上个月莫名其妙多扣了我五十块钱", "complaint_billing", "complaint_form"),
    ("转人工", "handoff", "utter_handoff_requested"),
]


@pytest.mark.parametrize(("text", "intent", "response"), LEAVING)
async def test_another_matter_is_not_held_up(actions: Actions, text: str, intent: str, response: str) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    assert (await play.names(text, intent))[0] == response
    assert play.waits_for is None


async def test_a_wish_about_the_ticket_is_done_at_once(actions: Actions) -> None:
    """Nobody is held by the question for a code."""
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    assert await play.names("再催一下", "ticket_status", sub="urge") == ["utter_ticket_urged"]
    assert play.waits_for is None
    await play.say("短信通知我", "notify_me")
    assert await play.names("补充一下，今天又断了", "ticket_status", sub="add") == ["utter_ticket_added"]
    await play.say("短信通知我", "notify_me")
    assert await play.names("我的投诉到哪了", "ticket_status") == ["utter_ticket_status"]
    await play.say("短信通知我", "notify_me")
    assert await play.names("撤回投诉", "cancel") == ["utter_ticket_ask_confirmed"]
    assert play.waits_for == "ticket_confirmed"


async def test_a_code_behind_another_matter_still_counts(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("/notify_me")
    assert await play.names("我的投诉到哪了", "ticket_status") == ["utter_ticket_status"]
    assert await play.names(f"验证码{Telephone(PHONE).code()}", "inform") == ["utter_contact_proved"]
    assert _told() == [(PHONE, ["filed"])]
    assert play.talk.slots["contact_phone"] is None


OFFERED = [("好的", "affirm", "utter_contact_ask_code"), ("不了", "deny", "utter_contact_declined")]


@pytest.mark.parametrize(("text", "intent", "response"), OFFERED)
async def test_a_bare_yes_or_no_to_the_offer(actions: Actions, text: str, intent: str, response: str) -> None:
    """The offer was in the session that the filing closed, so Rasa has forgotten it."""
    _file()
    with transaction() as session:
        inbound = Inbound("rest", "m1", "确认登记", "c1")
        received = receive(session, inbound, NOW)
        offer = Reply("要用短信告诉您进展吗？", [{"title": "短信通知我", "payload": "/notify_me"}])
        store_replies(session, received.message_id, "c1", [Reply("已登记"), offer], "bot", NOW)
    after = received.message_id + 10
    play = Play(actions)
    assert await play.names(text, intent, message_id=str(after)) == [response]


async def test_a_bare_yes_to_something_else(actions: Actions) -> None:
    _file()
    assert await Play(actions).names("好的", "affirm") == ["utter_anything_else"]
