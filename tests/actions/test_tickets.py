"""What customers do with a ticket after filing it, in the conversation where they filed it."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import owner_of
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.staff import give_feedback, record_result
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import EventKind, Status
from care.tickets.service import change_status, ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW, china

ASK_STATUS = ("我的投诉到哪了", "ticket_status")


def _file(message_id: int = 101, conversation_id: str = "c1", category: str = "complaint_broadband") -> str:
    with transaction() as session:
        key = OnceKey(conversation_id, message_id, "action_file_complaint")
        draft = Draft(category, "断网三天了", line="13800138000")
        return file_complaint(session, draft, key, policy(), NOW).number


def _step(number: str, *steps: Status) -> None:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        for status in steps:
            change_status(session, ticket.id, status, "staff:7", NOW)


def _resolve(number: str, outcome: str = "已更换光猫，测速正常。") -> None:
    _step(number, Status.IN_PROGRESS)
    with transaction() as session:
        record_result(session, number, outcome, "7", NOW)


def _events(number: str, kind: EventKind) -> list[str | None]:
    with transaction() as session:
        rows = session.scalars(
            select(TicketEvent).join(Ticket, Ticket.id == TicketEvent.ticket_id).where(Ticket.number == number)
        )
        return [event.note for event in rows if event.kind == kind]


def _status(number: str) -> str:
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        return ticket.status


def _button(title: str, step: str, number: str) -> dict[str, str]:
    return {"title": title, "payload": f'/ticket_status{{"step": "{step}", "ticket_number": "{number}"}}'}


async def _told(actions: Actions) -> list[str]:
    responses = await Play(actions).say(*ASK_STATUS)
    assert {name for name, _ in responses} == {"utter_ticket_status"}
    return [str(values["ticket"]) for _, values in responses]


# where it stands


async def test_no_ticket(actions: Actions) -> None:
    result = await actions.run("action_follow_up", Talk().user(*ASK_STATUS))
    assert result.events == []
    assert result.responses == [("utter_ticket_none", {})]


async def test_how_long_it_takes_without_a_ticket_is_the_promise(actions: Actions) -> None:
    assert await Play(actions).names("多久能处理", "ticket_status") == ["utter_aside_how_long"]
    _file()
    assert await Play(actions).names("多久能处理", "ticket_status") == ["utter_ticket_status"]


async def test_one_ticket_as_words_as_a_card_and_with_its_steps(actions: Actions) -> None:
    number = _file()
    result = await actions.run("action_follow_up", Talk().user(*ASK_STATUS))
    assert result.events == []
    ((name, values),) = result.responses
    assert name == "utter_ticket_status"
    assert values["ticket"] == (
        f"工单 {number}（宽带与固话）：已受理。\n首次反馈：明天 15:20前。\n处理结果：后天 15:20前。"
    )
    assert values["custom"] == {
        "card": {
            "kind": "ticket",
            "number": number,
            "category": "宽带与固话",
            "stage": "已受理",
            "clocks": [
                {"name": "feedback", "label": "首次反馈", "due": "2026-11-22T07:20:00+00:00", "met": False},
                {"name": "solution", "label": "处理结果", "due": "2026-11-23T07:20:00+00:00", "met": False},
            ],
        }
    }
    assert values["buttons"] == [
        _button("催办", "urge", number),
        _button("补充信息", "add", number),
        _button("撤回", "withdraw", number),
    ]


async def test_the_newest_three_in_a_bubble_each(actions: Actions) -> None:
    numbers = [_file(each) for each in range(101, 106)]
    assert [line.split()[1].partition("（")[0] for line in await _told(actions)] == numbers[:1:-1]


async def test_tickets_of_others_are_not_shown(actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    _file(conversation_id="c2")
    assert await Play(actions).names(*ASK_STATUS) == ["utter_ticket_none"]


LATE = "抱歉，承诺的时间已经过了。您可以催办，也可以说“转人工”。"
TIMES = [
    # a promise is said as long as it holds, and honestly when it was not kept
    ("2026-11-21 15:21", "首次反馈：明天 15:20前。\n处理结果：后天 15:20前。"),
    ("2026-11-22 00:00", "首次反馈：今天 15:20前。\n处理结果：明天 15:20前。"),
    ("2026-11-22 15:20", f"处理结果：明天 15:20前。\n{LATE}"),
    ("2026-12-24 12:00", LATE),
]


@pytest.mark.parametrize(("now", "told"), TIMES)
async def test_due_times(actions: Actions, clock: time_machine.Traveller, now: str, told: str) -> None:
    number = _file()
    clock.move_to(china(now))
    assert await _told(actions) == [f"工单 {number}（宽带与固话）：已受理。\n{told}"]


STAGES = [
    ((Status.IN_PROGRESS,), "处理中"),
    ((Status.IN_PROGRESS, Status.HELD), "处理中"),  # held inside is work to the customer
    ((Status.PENDING,), "等您补充信息"),
    ((Status.REJECTED,), "已关闭"),
    ((Status.CANCELLED,), "已撤回"),
]


@pytest.mark.parametrize(("steps", "stage"), STAGES)
async def test_stages(actions: Actions, steps: tuple[Status, ...], stage: str) -> None:
    number = _file()
    _step(number, *steps)
    (told,) = await _told(actions)
    assert told.startswith(f"工单 {number}（宽带与固话）：{stage}。")


async def test_the_first_feedback_is_told_as_given(actions: Actions, clock: time_machine.Traveller) -> None:
    number = _file()
    _step(number, Status.IN_PROGRESS)
    with transaction() as session:
        give_feedback(session, number, "师傅明天上门", "7", china("2026-11-21 16:00"))
    clock.move_to(china("2026-11-21 17:00"))
    assert await _told(actions) == [
        f"工单 {number}（宽带与固话）：处理中。\n首次反馈：今天 16:00已给出。\n处理结果：后天 15:20前。"
    ]


async def test_a_result_is_told_with_its_outcome_and_can_be_refused(actions: Actions) -> None:
    number = _file()
    _resolve(number)
    ((_, values),) = await Play(actions).say(*ASK_STATUS)
    assert values["ticket"].endswith("处理结果：已更换光猫，测速正常。")
    assert "前。" not in values["ticket"], "what is over promises nothing"
    assert values["buttons"] == [_button("不满意，要求重新处理", "reopen", number)]


# urging


async def test_urging_says_how_often_that_it_is_more_urgent_now_and_what_still_holds(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    ((name, values),) = await play.say("催一下", "ticket_status", sub="urge")
    assert (name, values) == (
        "utter_ticket_urged",
        {
            "number": number,
            "times": "1",
            "raised": "优先级已提高到“高”。",
            "promise": "承诺不变：明天 15:20前首次反馈。",
        },
    )
    ((_, values),) = await play.say("再催一次！都第几天了，没人理", "ticket_status", sub="urge")
    assert (values["times"], values["raised"]) == ("2", "已记录，优先级现在是“高”。")
    assert _events(number, EventKind.URGED) == [None, "再催一次！都第几天了，没人理"], (
        "more than the wish itself is kept"
    )
    assert play.waits_for is None


async def test_the_same_urging_run_again_is_one(actions: Actions) -> None:
    number = _file()
    talk = Talk().user("催一下", "ticket_status", sub="urge")
    first = await actions.run("action_follow_up", talk)
    assert (await actions.run("action_follow_up", talk)).responses == first.responses
    assert len(_events(number, EventKind.URGED)) == 1


async def test_a_promise_that_was_not_kept_is_not_repeated(actions: Actions, clock: time_machine.Traveller) -> None:
    _file()
    clock.move_to(china("2026-11-24 09:00"))
    ((_, values),) = await Play(actions).say("催办", "ticket_status", sub="urge")
    assert values["promise"] == LATE


async def test_of_several_tickets_it_is_asked_which(actions: Actions) -> None:
    first = _file(101)
    second = _file(102, category="complaint_billing")
    play = Play(actions)
    ((name, values),) = await play.say("催单", "ticket_status", sub="urge")
    assert name == "utter_ticket_ask_which"
    assert values["buttons"] == [
        _button(f"费用争议 {second}", "urge", second),
        _button(f"宽带与固话 {first}", "urge", first),
    ]
    assert await play.names(values["buttons"][1]["payload"]) == ["utter_ticket_urged"]
    assert len(_events(first, EventKind.URGED)) == 1
    assert _events(second, EventKind.URGED) == []
    assert play.waits_for is None


CHOICES = [
    ("第二个", 0),  # as they stand in the answer: the newest first
    ("第一个", 1),
    ("宽带那个", 0),
    ("費用的", 1),
    ("最后那个", 0),
]


@pytest.mark.parametrize(("text", "place"), CHOICES)
async def test_which_one_in_words(actions: Actions, text: str, place: int) -> None:
    numbers = [_file(101), _file(102, category="complaint_billing")]
    play = Play(actions)
    await play.say("催单", "ticket_status", sub="urge")
    ((name, values),) = await play.say(text)
    assert (name, values["number"]) == ("utter_ticket_urged", numbers[place])


async def test_an_angry_urging_gets_one_sentence_of_empathy(actions: Actions) -> None:
    _file()
    play = Play(actions)
    said = [await play.names("气死我了，快点处理", "ticket_status", sub="urge") for _ in range(2)]
    assert said == [["utter_empathy", "utter_ticket_urged"], ["utter_ticket_urged"]]


async def test_of_several_the_one_just_talked_of_is_meant(actions: Actions) -> None:
    first = _file(101)
    _file(102, category="complaint_billing")
    play = Play(actions)
    await play.say(f"{first}怎么样了", "ticket_status")
    ((_, values),) = await play.say("催一下", "ticket_status", sub="urge")
    assert values["number"] == first
    assert await play.names("撤回吧", "ticket_status", sub="withdraw") == ["utter_ticket_ask_which"], "not by guessing"


# adding


async def test_words_with_the_wish_to_add_are_added_at_once(actions: Actions) -> None:
    number = _file()
    said = "补充一下，师傅昨天来过，没修好就走了"
    responses = await Play(actions).say(said, "ticket_status", sub="add")
    assert responses == [("utter_ticket_added", {"number": number})]
    assert _events(number, EventKind.INFORMATION) == [said]


ONLY_THE_WISH = ["我要补充信息", "再补充一点", "补充一下", "我還要補充", "補充資料", "帮我加几句话"]


@pytest.mark.parametrize("text", ONLY_THE_WISH)
async def test_the_bare_wish_to_add_asks_for_the_words(actions: Actions, text: str) -> None:
    number = _file()
    play = Play(actions)
    assert await play.names(text, "ticket_status", sub="add") == ["utter_ticket_ask_words"]
    assert play.waits_for == "ticket_words"
    # whatever it looks like, it is what was asked for
    said = "我家宽带断了之后电话也打不通，转了三次人工都没人管"
    assert await play.say(said, "complaint_service") == [("utter_ticket_added", {"number": number})]
    assert _events(number, EventKind.INFORMATION) == [said]
    assert play.waits_for is None


async def test_adding_can_be_given_up(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    await play.say("我要补充信息", "ticket_status", sub="add")
    assert await play.names("/cancel") == ["utter_all_right"]
    assert _events(number, EventKind.INFORMATION) == []
    assert play.waits_for is None


AFTER_FILING = [("号码错了，是13900139000", "correct"), ("打我手机就行，下午三点以后", "inform")]


@pytest.mark.parametrize(("text", "intent"), AFTER_FILING)
async def test_what_sounds_like_an_answer_after_filing_is_offered_to_be_added(
    actions: Actions, text: str, intent: str
) -> None:
    number = _file()
    play = Play(actions)
    assert await play.names(text, intent) == ["utter_ticket_ask_add_instead"]
    assert await play.names("好的", "affirm") == ["utter_ticket_added"]
    assert _events(number, EventKind.INFORMATION) == [text]


# withdrawing


@pytest.mark.parametrize(
    ("text", "intent", "sub"),
    [("撤回我的投诉", "ticket_status", "withdraw"), ("取消刚才那个投诉", "cancel", None), ("撤诉", "cancel", None)],
)
async def test_withdrawing_is_asked_back_and_then_done(
    actions: Actions, text: str, intent: str, sub: str | None
) -> None:
    number = _file()
    play = Play(actions)
    assert await play.say(text, intent, sub=sub) == [("utter_ticket_ask_confirmed", {"number": number})]
    assert _status(number) == "acknowledged"
    assert await play.say("/affirm") == [("utter_ticket_withdrawn", {"number": number})]
    assert _status(number) == "cancelled"
    assert play.waits_for is None


async def test_the_same_withdrawal_run_again_says_the_same(actions: Actions) -> None:
    number = _file()
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
    ("先别撤", "cancel", "acknowledged"),
    ("算了不撤了", "cancel", "acknowledged"),
    ("我再想想吧不了", "inform", "acknowledged"),
]


@pytest.mark.parametrize(("text", "intent", "status"), CONFIRMATIONS)
async def test_only_a_clear_yes_withdraws(actions: Actions, text: str, intent: str, status: str) -> None:
    number = _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.names(text, intent)
    assert said == ["utter_ticket_withdrawn" if status == "cancelled" else "utter_ticket_kept"]
    assert _status(number) == status
    assert play.waits_for is None


async def test_what_is_withdrawn_is_over(actions: Actions) -> None:
    number = _file()
    _step(number, Status.CANCELLED)
    for sub in ("urge", "add", "withdraw"):
        responses = await Play(actions).say("给我弄一下这个单子", "ticket_status", sub=sub)
        assert responses == [("utter_ticket_closed", {"number": number, "stage": "已撤回"})]


async def test_giving_up_words_when_nothing_is_filed(actions: Actions) -> None:
    assert await Play(actions).names("取消刚才那个投诉", "cancel") == ["utter_all_right"]


# reopening


async def test_not_satisfied_with_the_result(actions: Actions) -> None:
    number = _file()
    _resolve(number)
    play = Play(actions)
    assert await play.names("要求重新处理", "ticket_status", sub="reopen") == ["utter_ticket_ask_reason"]
    responses = await play.say("换了光猫还是断，师傅根本没测", "complaint_broadband")
    assert [name for name, _ in responses] == ["utter_ticket_reopened", "utter_ticket_status"]
    assert "处理结果：后天 15:20前。" in responses[1][1]["ticket"], "with a new promise"
    assert _events(number, EventKind.REOPENED) == ["换了光猫还是断，师傅根本没测"]
    assert _status(number) == "inProgress"
    assert play.waits_for is None


async def test_the_reason_may_be_in_the_first_words_or_left_out(actions: Actions) -> None:
    number = _file()
    _resolve(number)
    said = "没解决，换了光猫还是断"
    assert (await Play(actions).names(said, "ticket_status", sub="reopen"))[0] == "utter_ticket_reopened"
    with transaction() as session:
        record_result(session, number, "又换了一次", "7", NOW)
    play = Play(actions)
    play.talk.user("占位").user("占位")  # later messages of the conversation
    await play.say("重新处理", "ticket_status", sub="reopen")
    assert (await play.names("/skip"))[0] == "utter_ticket_reopened"
    assert _events(number, EventKind.REOPENED) == [said, None]


async def test_reopening_what_is_still_open_offers_to_urge(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    said = await play.names("没解决，要求重新处理，宽带还是断", "ticket_status", sub="reopen")
    assert said == ["utter_ticket_ask_urge_instead"]
    assert await play.names("好", "affirm") == ["utter_ticket_urged"]
    assert len(_events(number, EventKind.URGED)) == 1


async def test_a_result_of_long_ago_begins_anew(actions: Actions, clock: time_machine.Traveller) -> None:
    number = _file()
    _resolve(number)
    clock.move_to(china("2027-01-05 10:00"))
    assert await Play(actions).names("重新处理", "ticket_status", sub="reopen") == ["utter_reopen_too_late"]


UNSATISFIED = ("还是没解决", "satisfaction")


async def test_dissatisfaction_after_a_result_offers_to_reopen(actions: Actions) -> None:
    number = _file()
    _resolve(number)
    play = Play(actions)
    assert await play.say(*UNSATISFIED, sub="unsolved") == [("utter_ticket_ask_reopen_instead", {"number": number})]
    assert await play.names("嗯", "affirm") == ["utter_ticket_ask_reason"]


async def test_dissatisfaction_before_a_result_offers_to_urge(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    assert await play.say(*UNSATISFIED, sub="unsolved") == [("utter_ticket_ask_urge_instead", {"number": number})]
    assert await play.names("不用", "deny") == ["utter_all_right"]
    assert _events(number, EventKind.URGED) == []


async def test_dissatisfaction_with_a_story_and_no_ticket_opens_a_complaint(actions: Actions) -> None:
    said = await Play(actions).names("还是没解决，我家宽带断了三天", "satisfaction", sub="unsolved")
    assert said == ["complaint_form"]


async def test_dissatisfaction_without_a_ticket_offers_ways_on(actions: Actions) -> None:
    assert await Play(actions).names(*UNSATISFIED, sub="unsolved") == ["utter_unsolved"]


# in the middle of a question


async def test_a_question_in_between_is_answered_and_ours_asked_again(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.names("你是真人吗", "greet_chitchat")
    assert said == ["utter_aside_robot", "utter_ticket_ask_confirmed"]
    assert play.waits_for == "ticket_confirmed"


async def test_another_step_instead_of_an_answer(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    said = await play.say("那还是再催一下吧", "ticket_status", sub="urge")
    assert [(name, values["number"]) for name, values in said] == [("utter_ticket_urged", number)]
    assert _status(number) == "acknowledged"
    assert play.waits_for is None


async def test_a_story_of_its_own_goes_to_its_form(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("上个月莫名其妙多扣了我五十块钱", "complaint_billing") == ["complaint_form"]


async def test_a_button_of_another_answer_drops_the_question(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    payload = f'/ticket_status{{"step": "urge", "ticket_number": "{number}"}}'
    assert await play.names(payload) == ["utter_ticket_urged"]
    assert play.waits_for is None
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("/help") == ["utter_help"]
    assert play.waits_for is None
    assert play.talk.slots["ticket_step"] is None


async def test_two_answers_that_say_nothing_bring_a_person(actions: Actions) -> None:
    _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("嘎嘎嘎", "nlu_fallback") == ["utter_ticket_ask_confirmed"]
    assert await play.names("咕咕咕", "nlu_fallback") == ["utter_handoff_not_understood"]
    assert play.waits_for is None
    with transaction() as session:
        assert owner_of(session, "c1") == "queue"


async def test_a_person_at_any_point(actions: Actions) -> None:
    number = _file()
    play = Play(actions)
    await play.say("撤回", "ticket_status", sub="withdraw")
    assert await play.names("转人工", "handoff") == ["utter_handoff_requested"]
    assert play.waits_for is None
    assert _status(number) == "acknowledged"
