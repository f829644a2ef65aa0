"""Where a ticket stands, and urging it, in the conversation where it was filed."""

from __future__ import annotations

import pytest
import time_machine

from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.staff import give_feedback
from care.tickets.rules import EventKind, Status
from tests.support.play import Play
from tests.support.rasa import Actions, Talk
from tests.support.tickets import file, notes, resolve, step
from tests.support.times import NOW, china

ASK_STATUS = ("我的投诉到哪了", "ticket_status")


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
    file()
    assert await Play(actions).names("多久能处理", "ticket_status") == ["utter_ticket_status"]


async def test_one_ticket_as_words_as_a_card_and_with_its_steps(actions: Actions) -> None:
    number = file()
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
    numbers = [file(each) for each in range(101, 106)]
    assert [line.split()[1].partition("（")[0] for line in await _told(actions)] == numbers[:1:-1]


async def test_tickets_of_others_are_not_shown(actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    file(conversation_id="c2")
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
    number = file()
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
    number = file()
    step(number, *steps)
    (told,) = await _told(actions)
    is_over = steps[-1] in (Status.REJECTED, Status.CANCELLED)
    promise = "" if is_over else "\n首次反馈：明天 15:20前。\n处理结果：后天 15:20前。"
    assert told == f"工单 {number}（宽带与固话）：{stage}。{promise}"


NO_ORDERS = [
    # a sub-label alone, as the model may guess it
    ("帮我查一下工单{number}", "withdraw"),
    ("{number}到哪了", "urge"),
    ("看看我的投诉", "reopen"),
    ("师傅说单子已经取消了，谁取消的", "withdraw"),
    ("查查{number}", "add"),
]


@pytest.mark.parametrize(("text", "sub"), NO_ORDERS)
async def test_only_words_that_say_so_are_an_order(actions: Actions, text: str, sub: str) -> None:
    number = file()
    assert await Play(actions).names(text.format(number=number), "ticket_status", sub=sub) == ["utter_ticket_status"]


async def test_the_first_feedback_is_told_as_given(actions: Actions, clock: time_machine.Traveller) -> None:
    number = file()
    step(number, Status.IN_PROGRESS)
    with transaction() as session:
        give_feedback(session, number, "师傅明天上门", "7", china("2026-11-21 16:00"), told=True)
    clock.move_to(china("2026-11-21 17:00"))
    assert await _told(actions) == [
        f"工单 {number}（宽带与固话）：处理中。\n首次反馈：今天 16:00已给出。\n处理结果：后天 15:20前。"
    ]


async def test_a_result_is_told_with_its_outcome_and_can_be_refused(actions: Actions) -> None:
    number = file()
    resolve(number)
    ((_, values),) = await Play(actions).say(*ASK_STATUS)
    assert values["ticket"].endswith("处理结果：已更换光猫，测速正常。")
    assert "前。" not in values["ticket"], "what is over promises nothing"
    assert values["buttons"] == [_button("不满意，要求重新处理", "reopen", number)]


# urging


async def test_urging_says_how_often_that_it_is_more_urgent_now_and_what_still_holds(actions: Actions) -> None:
    number = file()
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
    assert notes(number, EventKind.URGED) == [None, "再催一次！都第几天了，没人理"], "more than the wish itself is kept"
    assert play.waits_for is None


async def test_the_same_urging_run_again_is_one(actions: Actions) -> None:
    number = file()
    talk = Talk().user("催一下", "ticket_status", sub="urge")
    first = await actions.run("action_follow_up", talk)
    assert (await actions.run("action_follow_up", talk)).responses == first.responses
    assert len(notes(number, EventKind.URGED)) == 1


async def test_a_promise_that_was_not_kept_is_not_repeated(actions: Actions, clock: time_machine.Traveller) -> None:
    file()
    clock.move_to(china("2026-11-24 09:00"))
    ((_, values),) = await Play(actions).say("催办", "ticket_status", sub="urge")
    assert values["promise"] == LATE


async def test_of_several_tickets_it_is_asked_which(actions: Actions) -> None:
    first = file(101)
    second = file(102, category="complaint_billing")
    play = Play(actions)
    ((name, values),) = await play.say("催单", "ticket_status", sub="urge")
    assert name == "utter_ticket_ask_which"
    assert values["buttons"] == [
        _button(f"费用争议 {second}", "urge", second),
        _button(f"宽带与固话 {first}", "urge", first),
    ]
    assert await play.names(values["buttons"][1]["payload"]) == ["utter_ticket_urged"]
    assert len(notes(first, EventKind.URGED)) == 1
    assert notes(second, EventKind.URGED) == []
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
    numbers = [file(101), file(102, category="complaint_billing")]
    play = Play(actions)
    await play.say("催单", "ticket_status", sub="urge")
    ((name, values),) = await play.say(text)
    assert (name, values["number"]) == ("utter_ticket_urged", numbers[place])


async def test_an_angry_urging_gets_one_sentence_of_empathy(actions: Actions) -> None:
    file()
    play = Play(actions)
    angry = {"sub": "urge", "signals": {"anger": 0.9}}
    said = [await play.names("气死我了，快点处理", "ticket_status", **angry) for _ in range(2)]
    assert said == [["utter_empathy", "utter_ticket_urged"], ["utter_ticket_urged"]]


async def test_of_several_the_one_just_talked_of_is_meant(actions: Actions) -> None:
    first = file(101)
    file(102, category="complaint_billing")
    play = Play(actions)
    await play.say(f"{first}怎么样了", "ticket_status")
    ((_, values),) = await play.say("催一下", "ticket_status", sub="urge")
    assert values["number"] == first
    assert await play.names("撤回吧", "ticket_status", sub="withdraw") == ["utter_ticket_ask_which"], "not by guessing"
