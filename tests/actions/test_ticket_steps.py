"""Adding to a ticket, withdrawing and reopening it, and what comes in between, where it was filed."""

from __future__ import annotations

import pytest
import time_machine

from care.conversations.service import owner_of
from care.db import transaction
from care.followup.staff import record_result
from care.tickets.rules import EventKind, Status
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.tickets import file, notes, resolve, status_of, step
from tests.support.times import NOW, china

# adding


async def test_words_with_the_wish_to_add_are_added_at_once(actions: Actions) -> None:
    number = file()
    said = "补充一下，师傅昨天来过，没修好就走了"
    responses = await Play(actions).say(said, "ticket_status", sub="add")
    assert responses == [("utter_ticket_added", {"number": number})]
    assert notes(number, EventKind.INFORMATION) == [said]


ONLY_THE_WISH = ["我要补充信息", "再补充一点", "补充一下", "我還要補充", "補充資料", "帮我加几句话"]


@pytest.mark.parametrize("text", ONLY_THE_WISH)
async def test_the_bare_wish_to_add_asks_for_the_words(actions: Actions, text: str) -> None:
    number = file()
    play = Play(actions)
    assert await play.names(text, "ticket_status", sub="add") == ["utter_ticket_ask_words"]
    assert play.waits_for == "ticket_words"
    # whatever it looks like, it is what was asked for
    said = "我家宽带断了之后电话也打不通，转了三次人工都没人管"
    assert await play.say(said, "complaint_service") == [("utter_ticket_added", {"number": number})]
    assert notes(number, EventKind.INFORMATION) == [said]
    assert play.waits_for is None


async def test_adding_can_be_given_up(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say("我要补充信息", "ticket_status", sub="add")
    assert await play.names("/cancel") == ["utter_all_right"]
    assert notes(number, EventKind.INFORMATION) == []
    assert play.waits_for is None


AFTER_FILING = [("号码错了，是13900139000", "correct"), ("打我手机就行，下午三点以后", "inform")]


@pytest.mark.parametrize(("text", "intent"), AFTER_FILING)
async def test_what_sounds_like_an_answer_after_filing_is_offered_to_be_added(
    actions: Actions, text: str, intent: str
) -> None:
    number = file()
    play = Play(actions)
    assert await play.names(text, intent) == ["utter_ticket_ask_add_instead"]
    assert await play.names("好的", "affirm") == ["utter_ticket_added"]
    assert notes(number, EventKind.INFORMATION) == [text]


# withdrawing


@pytest.mark.parametrize(
    ("text", "intent", "sub"),
    [("撤回我的投诉", "ticket_status", "withdraw"), ("取消刚才那个投诉", "cancel", None), ("撤诉", "cancel", None)],
)
async def test_withdrawing_is_asked_back_and_then_done(
    actions: Actions, text: str, intent: str, sub: str | None
) -> None:
    number = file()
    play = Play(actions)
    assert await play.say(text, intent, sub=sub) == [("utter_ticket_ask_confirmed", {"number": number})]
    assert status_of(number) == "acknowledged"
    assert await play.say("/affirm") == [("utter_ticket_withdrawn", {"number": number})]
    assert status_of(number) == "cancelled"
    assert play.waits_for is None


async def test_the_same_withdrawal_run_again_says_the_same(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    talk = play.talk.user("/affirm")
    first = await actions.validate(talk, "ticket_form")
    again = Talk().has(ticket_step="withdraw", ticket_number=number).in_form("ticket_form", "ticket_confirmed")
    again.user("/affirm", message_id=talk.latest_message["message_id"])
    assert (await actions.validate(again, "ticket_form")).responses == first.responses


CONFIRMATIONS = [
    # said          label       what happens
    ("确认撤回", "affirm", "cancelled"),
    ("撤吧", "cancel", "cancelled"),  # yes to the question, though its label is another
    ("是的", "affirm", "cancelled"),
    ("不撤回", "deny", "acknowledged"),
    ("不投诉了", "deny", "cancelled"),  # agrees, for all the no in it
    ("算了不要处理了", "cancel", "cancelled"),
    ("帮我撤了", "ticket_status", "cancelled"),
    ("撤了吧，不投诉了", "cancel", "cancelled"),
    ("先别撤", "cancel", "acknowledged"),
    ("算了", "cancel", "acknowledged"),  # of this question, not of the complaint
    ("不", "deny", "acknowledged"),
    ("不撤了", "cancel", "acknowledged"),
    ("先不撤", "deny", "acknowledged"),
    ("不用撤了", "deny", "acknowledged"),
    ("算了不撤了", "cancel", "acknowledged"),
    ("我再想想吧不了", "inform", "acknowledged"),
]


@pytest.mark.parametrize(("text", "intent", "status"), CONFIRMATIONS)
async def test_only_a_clear_yes_withdraws(actions: Actions, text: str, intent: str, status: str) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.names(text, intent)
    assert said == ["utter_ticket_withdrawn" if status == "cancelled" else "utter_ticket_kept"]
    assert status_of(number) == status
    assert play.waits_for is None


UNCLEAR = ["不知道", "不要了", "撤了还能再投诉吗"]


@pytest.mark.parametrize("text", UNCLEAR)
async def test_what_is_neither_yes_nor_no_is_asked_again(actions: Actions, text: str) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert (await play.names(text, "nlu_fallback"))[-1] == "utter_ticket_ask_confirmed"
    assert status_of(number) == "acknowledged"


async def test_what_is_withdrawn_is_over(actions: Actions) -> None:
    number = file()
    step(number, Status.CANCELLED)
    for text, sub in (("快点处理", "urge"), ("再加一条", "add"), ("撤了吧", "withdraw")):
        responses = await Play(actions).say(text, "ticket_status", sub=sub)
        assert responses == [("utter_ticket_closed", {"number": number, "stage": "已撤回"})]


async def test_giving_up_words_when_nothing_is_filed(actions: Actions) -> None:
    assert await Play(actions).names("取消刚才那个投诉", "cancel") == ["utter_all_right"]


# reopening


async def test_not_satisfied_with_the_result(actions: Actions) -> None:
    number = file()
    resolve(number)
    play = Play(actions)
    assert await play.names("要求重新处理", "ticket_status", sub="reopen") == ["utter_ticket_ask_reason"]
    responses = await play.say("换了光猫还是断，师傅根本没测", "complaint_broadband")
    assert [name for name, _ in responses] == ["utter_ticket_reopened", "utter_ticket_status"]
    assert "处理结果：后天 15:20前。" in responses[1][1]["ticket"], "with a new promise"
    assert notes(number, EventKind.REOPENED) == ["换了光猫还是断，师傅根本没测"]
    assert status_of(number) == "inProgress"
    assert play.waits_for is None


async def test_the_reason_may_be_in_the_first_words_or_left_out(actions: Actions) -> None:
    number = file()
    resolve(number)
    said = "没解决，换了光猫还是断"
    assert (await Play(actions).names(said, "ticket_status", sub="reopen"))[0] == "utter_ticket_reopened"
    with transaction() as session:
        record_result(session, number, "又换了一次", "7", NOW)
    play = Play(actions)
    play.talk.user("占位").user("占位")  # later messages of the conversation
    await play.say("重新处理", "ticket_status", sub="reopen")
    assert (await play.names("/skip"))[0] == "utter_ticket_reopened"
    assert notes(number, EventKind.REOPENED) == [said, None]


async def test_reopening_what_is_still_open_offers_to_urge(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    said = await play.names("没解决，要求重新处理，宽带还是断", "ticket_status", sub="reopen")
    assert said == ["utter_ticket_ask_urge_instead"]
    assert await play.names("好", "affirm") == ["utter_ticket_urged"]
    assert len(notes(number, EventKind.URGED)) == 1


async def test_a_result_of_long_ago_begins_anew(actions: Actions, clock: time_machine.Traveller) -> None:
    number = file()
    resolve(number)
    clock.move_to(china("2027-01-05 10:00"))
    assert await Play(actions).names("重新处理", "ticket_status", sub="reopen") == ["utter_reopen_too_late"]


UNSATISFIED = ("还是没解决", "satisfaction")


async def test_dissatisfaction_after_a_result_offers_to_reopen(actions: Actions) -> None:
    number = file()
    resolve(number)
    play = Play(actions)
    assert await play.say(*UNSATISFIED, sub="unsolved") == [("utter_ticket_ask_reopen_instead", {"number": number})]
    assert await play.names("嗯", "affirm") == ["utter_ticket_ask_reason"]


async def test_dissatisfaction_before_a_result_offers_to_urge(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    assert await play.say(*UNSATISFIED, sub="unsolved") == [("utter_ticket_ask_urge_instead", {"number": number})]
    assert await play.names("不用", "deny") == ["utter_all_right"]
    assert notes(number, EventKind.URGED) == []


async def test_dissatisfaction_with_a_story_and_no_ticket_opens_a_complaint(actions: Actions) -> None:
    said = await Play(actions).names("还是没解决，我家宽带断了三天", "satisfaction", sub="unsolved")
    assert said == ["complaint_form"]


async def test_dissatisfaction_without_a_ticket_offers_ways_on(actions: Actions) -> None:
    assert await Play(actions).names(*UNSATISFIED, sub="unsolved") == ["utter_unsolved"]


# in the middle of a question


async def test_a_question_in_between_is_answered_and_ours_asked_again(actions: Actions) -> None:
    file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.names("你是真人吗", "greet_chitchat", sub="robot")
    assert said == ["utter_aside_robot", "utter_ticket_ask_confirmed"]
    assert play.waits_for == "ticket_confirmed"


async def test_another_step_instead_of_an_answer(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.say("那还是再催一下吧", "ticket_status", sub="urge")
    assert [(name, values["number"]) for name, values in said] == [("utter_ticket_urged", number)]
    assert status_of(number) == "acknowledged"
    assert play.waits_for is None


async def test_a_story_of_its_own_goes_to_its_form(actions: Actions) -> None:
    file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("上个月莫名其妙多扣了我五十块钱", "complaint_billing") == ["complaint_form"]


async def test_a_button_of_another_answer_drops_the_question(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    payload = f'/ticket_status{{"step": "urge", "ticket_number": "{number}"}}'
    assert await play.names(payload) == ["utter_ticket_urged"]
    assert play.waits_for is None
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("/billing_balance") == ["utter_billing_ask_phone"]
    assert play.waits_for == "billing_phone"
    assert play.talk.slots["ticket_step"] is None


async def test_two_answers_that_say_nothing_bring_a_person(actions: Actions) -> None:
    file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_ticket_ask_confirmed"]
    assert await play.names("咕咕咕", "nlu_fallback") == ["utter_handoff_not_understood"]
    assert play.waits_for is None
    with transaction() as session:
        assert owner_of(session, "c1") == "queue"


async def test_a_person_at_any_point(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("转人工", "handoff") == ["utter_handoff_requested"]
    assert play.waits_for is None
    assert status_of(number) == "acknowledged"
