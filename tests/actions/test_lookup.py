"""A ticket that was filed elsewhere: by its number and proof; a withdrawal by a code."""

from __future__ import annotations

import pytest
import time_machine

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.staff import record_result
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status, ticket_by_number
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW, china

PHONE = "13800138000"


@pytest.fixture
def number(actions: Actions) -> str:
    """Filed in another conversation, about a number that ends in 8000."""
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
        session.flush()
        draft = Draft("complaint_broadband", "断网三天了", line=PHONE, contact="13900139000")
        filed = file_complaint(session, draft, OnceKey("c2", 1, "action_file_complaint"), policy(), NOW)
    return filed.number


def _status(number: str) -> str:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        return ticket.status


def _ways(text: str) -> list[tuple[str, str]]:
    """The same question in the ways that it comes."""
    return [
        (text, "ticket_status"),
        (f"{text}到哪了", "ticket_status"),
        (f"{text}怎么样了", "nlu_fallback"),
        (text, "inform"),
    ]


@pytest.mark.parametrize("way", range(4))
async def test_a_number_anywhere_in_a_short_message_is_taken(actions: Actions, number: str, way: int) -> None:
    text, intent = _ways(number)[way]
    play = Play(actions)
    assert await play.names(text, intent) == ["utter_ticket_ask_digits"]
    assert play.waits_for == "ticket_digits"


SPELLINGS = [
    str.lower,
    lambda number: number.replace("-", ""),
    lambda number: number.replace("-", " - "),
    lambda number: "ＴＳ" + number[2:],
]


@pytest.mark.parametrize("spelled", SPELLINGS)
async def test_a_number_as_people_write_it(actions: Actions, number: str, spelled: object) -> None:
    assert callable(spelled)
    play = Play(actions)
    await play.say(f"查{spelled(number)}", "ticket_status")
    assert (await play.say("8000"))[0][1]["custom"]["card"]["number"] == number


PROOFS = ["8000", "后四位8000", "尾号是八零零零", "13800138000", "８０００", "138 0013 8000"]


@pytest.mark.parametrize("proof", PROOFS)
async def test_the_proof_shows_stage_and_due_times_only(actions: Actions, number: str, proof: str) -> None:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        change_status(session, ticket.id, Status.IN_PROGRESS, "staff:7", NOW)
    play = Play(actions)
    await play.say(f"{number}到哪了", "ticket_status")
    ((name, values),) = await play.say(proof)
    assert name == "utter_ticket_status"
    assert values["ticket"] == f"工单 {number}：处理中。\n首次反馈：明天 15:20前。\n处理结果：后天 15:20前。"
    assert "category" not in values["custom"]["card"], "no empty row"
    assert play.waits_for is None
    # and once proved, it is not asked for again in this conversation
    assert await play.names(f"{number}呢", "ticket_status") == ["utter_ticket_status"]


async def test_number_and_proof_in_one_message(actions: Actions, number: str) -> None:
    assert await Play(actions).names(f"查一下{number}，号码后四位8000", "ticket_status") == ["utter_ticket_status"]


async def test_the_outcome_is_not_told_for_four_digits(actions: Actions, number: str) -> None:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        change_status(session, ticket.id, Status.IN_PROGRESS, "staff:7", NOW)
        record_result(session, number, "已退费 30 元", "7", NOW, told=True)
    play = Play(actions)
    await play.say(number, "ticket_status")
    ((_, values),) = await play.say("8000")
    assert values["ticket"] == f"工单 {number}：已反馈。\n首次反馈：今天 15:20已给出。"


async def test_a_wrong_proof_may_be_corrected(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(number, "ticket_status")
    assert await play.names("1234") == ["utter_ticket_ask_digits_again"]
    assert await play.names("8000") == ["utter_ticket_status"]


async def test_three_wrong_proofs_lock_for_an_hour(
    actions: Actions, number: str, clock: time_machine.Traveller
) -> None:
    play = Play(actions)
    await play.say(number, "ticket_status")
    assert await play.names("1234") == ["utter_ticket_ask_digits_again"]
    assert await play.names("2345") == ["utter_ticket_ask_digits_again"]
    assert await play.names("3456") == ["utter_lookup_locked"]
    assert play.waits_for is None
    await play.say(number, "ticket_status")
    assert await play.names("8000") == ["utter_lookup_locked"], "a right one does not open it"
    clock.move_to(china("2026-11-21 16:21"))
    await play.say(number, "ticket_status")
    assert await play.names("8000") == ["utter_ticket_status"]


async def test_the_same_wrong_proof_run_again_counts_once(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(number, "ticket_status")
    talk = play.talk.user("1234")
    for _ in range(4):
        result = await actions.run("validate_ticket_form", talk)
        assert result.said == ["utter_ticket_ask_digits_again"]


async def test_a_ticket_that_does_not_exist_is_asked_about_alike(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("TS261104-9M2XQA 有进展吗", "ticket_status") == ["utter_ticket_ask_digits"]
    assert await play.names("8000") == ["utter_ticket_ask_digits_again"]


FORGOTTEN = [("不记得了", "skip"), ("/skip", "skip"), ("想不起来", "skip")]


@pytest.mark.parametrize(("text", "intent"), FORGOTTEN)
async def test_who_does_not_know_the_digits_is_told_what_then(
    actions: Actions, number: str, text: str, intent: str
) -> None:
    play = Play(actions)
    await play.say(number, "ticket_status")
    assert await play.names(text, intent) == ["utter_ticket_no_digits"]
    assert play.waits_for is None


@pytest.mark.parametrize(("text", "intent"), FORGOTTEN)
async def test_who_does_not_know_the_number_is_told_what_then(actions: Actions, text: str, intent: str) -> None:
    play = Play(actions)
    assert await play.names("催一下我的工单", "ticket_status", sub="urge") == ["utter_ticket_ask_number"]
    assert await play.names(text, intent) == ["utter_ticket_forgotten"]
    assert play.waits_for is None


async def test_a_step_is_kept_while_number_and_proof_are_asked_for(actions: Actions, number: str) -> None:
    play = Play(actions)
    assert await play.names("帮我催一下", "ticket_status", sub="urge") == ["utter_ticket_ask_number"]
    assert await play.names(number) == ["utter_ticket_ask_digits"]
    assert await play.names("8000") == ["utter_ticket_urged"]


async def test_adding_with_proof(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(f"{number} 补充一下，师傅说要换线路", "ticket_status", sub="add")
    assert await play.names("8000") == ["utter_ticket_added"]


async def test_the_ticket_just_looked_up_is_meant(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(f"{number}到哪了", "ticket_status")
    await play.say("8000")
    ((name, values),) = await play.say("那帮我催一下", "ticket_status", sub="urge")
    assert (name, values["number"]) == ("utter_ticket_urged", number)


async def test_withdrawing_elsewhere_needs_a_code_to_the_number_on_the_ticket(actions: Actions, number: str) -> None:
    play = Play(actions)
    assert await play.names(f"撤回{number}", "ticket_status", sub="withdraw") == ["utter_ticket_ask_digits"]
    ((name, _),) = await play.say("8000")
    assert name == "utter_ticket_ask_code"
    assert play.waits_for == "ticket_code"
    code = Telephone("13900139000").code()  # the contact that the filer gave
    assert f"撤回工单{number}" in Telephone("13900139000").received()[-1]
    assert await play.names(f"验证码是{code}") == ["utter_ticket_ask_confirmed"]
    assert _status(number) == "acknowledged"
    assert await play.names("确认撤回", "affirm") == ["utter_ticket_withdrawn"]
    assert _status(number) == "cancelled"


TAKEN_BACK = [
    # said after the ticket was looked up by its digits
    ("撤了吧 不投诉了", "cancel", "utter_ticket_ask_code"),
    ("不投诉了", "deny", "utter_ticket_ask_code"),
    ("不用处理了", "cancel", "utter_ticket_ask_code"),
    ("算了", "cancel", "utter_all_right"),  # nothing that is filed
    ("先别撤", "cancel", "utter_all_right"),
]


@pytest.mark.parametrize(("text", "intent", "response"), TAKEN_BACK)
async def test_taking_back_the_ticket_that_was_talked_of_last(
    actions: Actions, number: str, text: str, intent: str, response: str
) -> None:
    play = Play(actions)
    await play.say(f"{number}到哪了", "ticket_status")
    await play.say("8000")
    await play.say("催一下", "ticket_status", sub="urge")
    assert await play.names(text, intent) == [response]
    assert _status(number) == "acknowledged"


NO_NUMBER = [
    # instead of the ticket's number
    ("13800138000", "inform", "utter_ticket_by_number_only"),
    ("工单号找不到了", "nlu_fallback", "utter_ticket_forgotten"),
]


@pytest.mark.parametrize(("text", "intent", "response"), NO_NUMBER)
async def test_what_is_no_ticket_number_is_answered_honestly(
    actions: Actions, text: str, intent: str, response: str
) -> None:
    play = Play(actions)
    await play.say("催一下我的工单", "ticket_status", sub="urge")
    assert await play.names(text, intent) == [response]
    assert play.waits_for is None


async def test_a_telephone_number_after_a_lost_ticket_number_brings_no_person(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names("工单号找不到了", "nlu_fallback") == ["utter_ticket_forgotten"]
    assert await play.names("13800138000", "inform") == ["utter_ticket_by_number_only"]


async def test_a_wrong_code_withdraws_nothing(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(f"撤回{number}", "ticket_status", sub="withdraw")
    await play.say("8000")
    right = Telephone("13900139000").code()
    wrong = "000000" if right != "000000" else "111111"
    said = [await play.say(wrong) for _ in range(5)]
    assert said[:4] == [[("utter_code_wrong", {"tries": str(left)})] for left in (4, 3, 2, 1)]
    assert said[4] == [("utter_code_used_up", {"until": "今天 15:35"})]
    assert play.waits_for is None
    await play.say(right)
    assert _status(number) == "acknowledged"
    assert await play.names(f"撤回{number}", "ticket_status", sub="withdraw") == ["utter_code_locked"]
    assert play.waits_for is None


async def test_a_second_code_within_a_minute(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(f"撤回{number}", "ticket_status", sub="withdraw")
    await play.say("8000")
    assert await play.names("重新发送", "send_again") == ["utter_code_too_soon"]
    assert await play.names(Telephone("13900139000").code()) == ["utter_ticket_ask_confirmed"], (
        "the first is still good"
    )


async def test_a_withdrawal_by_code_can_be_given_up(actions: Actions, number: str) -> None:
    play = Play(actions)
    await play.say(f"撤回{number}", "ticket_status", sub="withdraw")
    await play.say("8000")
    assert await play.names("算了不撤了", "cancel") == ["utter_all_right"]
    assert play.waits_for is None


async def test_without_a_mobile_number_only_a_person_can_withdraw_it(actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
        session.flush()
        draft = Draft("complaint_broadband", "断网三天了", line="01087654321")
        filed = file_complaint(session, draft, OnceKey("c2", 1, "action_file_complaint"), policy(), NOW)
    play = Play(actions)
    await play.say(f"撤回{filed.number}", "ticket_status", sub="withdraw")
    assert await play.names("4321") == ["utter_ticket_no_phone"]
    assert play.waits_for is None
