"""Why a person is asked for: what the desk is told, with what triggered it. Words: tests/actions/test_entitled.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from care.complaints.repeats import repeats
from care.complaints.rules import Draft
from care.complaints.service import Filed, file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.handoff.rules import Reason
from care.handoff.tables import Concern, Handoff
from care.once import OnceKey
from care.sla.policy import policy
from care.sla.tables import Clock
from care.tickets.rules import Status
from care.tickets.tables import Ticket
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

LINE = "13800138000"


def _handoff() -> tuple[str, dict[str, Any]]:
    with transaction() as session:
        row = session.scalars(select(Handoff)).one()
        return row.reason, row.trigger


def _concerns() -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(Concern.reason)))


OFFERS = [
    # words, label, what is offered before the answer, the reason when a person is asked for then
    ("说我涉诈停机，凭什么", "complaint_service", "utter_suspension_offer", Reason.SUSPENSION),
    ("我爸去世了，他的手机号怎么注销", "rights_cancellation", "utter_bereaved_offer", Reason.BEREAVED),
    ("我是听障人士，想问你们几点上班", "other_telecom", "utter_disability_offer", Reason.DISABILITY),
    ("机器判断的我不服,能要求人来看吗", "privacy_policy", "utter_automated_offer", Reason.AUTOMATED),
    ("孩子玩游戏充了三千块，能退吗", "rights_other", None, Reason.MINOR),  # the form says who decides
    ("我爷爷过世了信息能查吗", "privacy_access", None, Reason.BEREAVED),  # the answer says so
]
_ACTIONS = {"privacy_": "action_privacy", "rights_": "action_rights", "complaint_": "validate_complaint_form"}


@pytest.mark.parametrize(("words", "label", "offered", "reason"), OFFERS)
async def test_a_person_is_offered_once_and_the_desk_knows_why(
    actions: Actions, words: str, label: str, offered: str | None, reason: Reason
) -> None:
    action = next((action for kind, action in _ACTIONS.items() if label.startswith(kind)), "action_answer")
    talk = Talk().user(words, label)
    first = await actions.run(action, talk)
    offers = [said for said in first.said if said.endswith("_offer")]
    assert offers == ([offered] if offered else [])
    talk.said(*first.said).user(words, label)
    assert not [said for said in (await actions.run(action, talk)).said if said.endswith("_offer")]
    await actions.run("action_request_handoff", Talk().user("转人工", "handoff", message_id="9"))
    told, trigger = _handoff()
    assert told == reason
    assert (trigger["asked_as"], trigger["message"]) == ("asked", 1)


TRIGGERS = [
    # what was talked of before, what the hand-off keeps of it
    ([], {"message": 1, "confidence": 0.9}),
    ([("没信号", "complaint_network")], {"message": 2, "confidence": 0.9, "label": "complaint_network"}),
    (
        [("查话费", "billing_balance"), ("你好", "greet_chitchat")],
        {"message": 3, "confidence": 0.9, "label": "billing_balance"},
    ),
]


@pytest.mark.parametrize(("before", "trigger"), TRIGGERS)
async def test_what_triggered_it(actions: Actions, before: list[tuple[str, str]], trigger: dict[str, object]) -> None:
    talk = Talk()
    for words, label in before:
        talk.user(words, label)
    await actions.run("action_request_handoff", talk.user("转人工", "handoff", 0.9))
    reason, kept = _handoff()
    assert reason == "asked"
    assert {name: value for name, value in kept.items() if name != "policy"} == trigger


async def test_two_misses_keep_how_badly_it_was_understood(actions: Actions) -> None:
    talk = Talk().user("嘎嘎嘎", "nlu_fallback").did("action_not_understood").said("utter_not_understood")
    await actions.run("action_not_understood", talk.user("嘎嘎", "nlu_fallback", 0.9, (("out_of_scope", 0.31),)))
    reason, trigger = _handoff()
    assert (reason, trigger["confidence"]) == ("not_understood", 0.31)


_STORY = "那个就是上回说的那个东西后来他们又给弄成那样了我问了也没人晓得到底是哪一个环节怎么回事你们自己看看吧"
UNSURE = [
    # words, how likely the best label is, whether a person comes at once
    (_STORY, 0.15, True),
    (_STORY, 0.25, False),  # one of the guesses may be right
    ("就上回那个东西嘛", 0.15, False),  # a short one is quickly said again
]


@pytest.mark.parametrize(("words", "confidence", "comes"), UNSURE)
async def test_nobody_tells_a_whole_story_twice(actions: Actions, words: str, confidence: float, comes: bool) -> None:
    talk = Talk().user(words, "nlu_fallback", 0.9, (("other_telecom", confidence), ("out_of_scope", 0.1)))
    result = await actions.run("action_not_understood", talk)
    assert (result.said == ["utter_handoff_unsure"]) is comes
    if comes:
        reason, trigger = _handoff()
        assert (reason, trigger["confidence"]) == ("unsure", confidence)


def _filed(
    category: str = "complaint_broadband",
    ago: timedelta = timedelta(days=1),
    message_id: int = 500,
    conversation: str = "c1",
) -> Filed:
    with transaction() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel="rest", created_at=NOW))
            session.flush()
        draft = Draft(category=category, description="断网三天", line=LINE)
        return file_complaint(session, draft, OnceKey(conversation, message_id, "x"), policy(), NOW - ago)


@pytest.mark.parametrize(("met", "reason"), [(False, "clock"), (True, "asked")])
async def test_asked_about_while_a_promise_is_over(actions: Actions, met: bool, reason: str) -> None:
    filed = _filed(ago=timedelta(hours=25))
    if met:
        with transaction() as session:
            session.execute(update(Clock).where(Clock.kind == "promise").values(met_at=NOW))
    await actions.run("action_follow_up", Talk().user("我的投诉到哪了", "ticket_status"))
    assert _concerns() == (set() if met else {"clock"})
    await actions.run("action_request_handoff", Talk().user("转人工", "handoff", message_id="9"))
    told, trigger = _handoff()
    assert told == reason
    expected = None if met else ("first_feedback", filed.number)
    assert (trigger.get("clock") and (trigger["clock"], trigger["ticket"])) == expected


AGAIN = [
    # (category, days ago, conversation, withdrawn) of the complaint before; said to the customer, told to the desk
    (("complaint_broadband", 10, "c1", False), True, True),
    (("complaint_broadband", 29, "c1", False), True, True),
    (("complaint_broadband", 31, "c1", False), False, False),  # long ago
    (("complaint_billing", 10, "c1", False), False, False),  # another matter
    (("complaint_broadband", 10, "c1", True), False, False),  # taken back
    (("complaint_broadband", 10, "c2", False), False, True),  # anybody can name a line: nothing is told of others'
]


@pytest.mark.parametrize(("before", "is_said", "is_told"), AGAIN)
async def test_the_same_complaint_again(
    actions: Actions, before: tuple[str, int, str, bool], is_said: bool, is_told: bool
) -> None:
    category, days, conversation, withdrawn = before
    filed = _filed(category, timedelta(days=days), conversation=conversation)
    if withdrawn:
        with transaction() as session:
            session.execute(update(Ticket).where(Ticket.number == filed.number).values(status=Status.CANCELLED))
    talk = Talk(category="complaint_broadband", description="又断网了", line=LINE).asked("confirmed")
    result = await actions.run("action_file_complaint", talk.user("/affirm", message_id="600"))
    assert ("utter_again_offer" in result.said) is is_said
    assert _concerns() == ({"repeated"} if is_told else set())


async def test_urging_what_is_open_is_a_complaint_again(actions: Actions) -> None:
    _filed()
    talk = Talk(category="complaint_broadband", description="又断网了", line=LINE, same="urge").asked("same")
    await actions.run("action_urge_open_complaint", talk.user('/affirm{"to": "same"}', message_id="600"))
    assert _concerns() == {"repeated"}


def test_how_often_by_line(database: object) -> None:
    _filed(conversation="c8")
    _filed(conversation="c9", message_id=501)
    with transaction() as session:
        found = repeats(session, "c8", LINE, "complaint_broadband", NOW)
        assert (found.total, found.own) == (2, 1)


async def test_a_request_that_a_person_decides(actions: Actions) -> None:
    talk = Talk().user("我女儿十岁，看看她的资料", "privacy_access").said("utter_privacy_whose_child")
    await actions.run("action_request_handoff", talk.user("转人工", "handoff"))
    assert _handoff()[0] == "privacy"
