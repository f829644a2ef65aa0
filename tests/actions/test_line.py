"""Whose number it is, and whether the same matter is open already: asked as soon as category and line are known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status
from care.tickets.tables import Ticket
from tests.support.rasa import Actions, Json, Talk, slot, turned
from tests.support.times import NOW

STORY = "上个月多扣了我五十块钱"
OURS, OTHERS = "13800138000", "13100131000"


def _asked_for_the_line(**slots: object) -> Talk:
    known = {"category": "complaint_billing", "description": STORY, "since": "上个月"}
    return Talk(**known | slots).user(STORY, "complaint_billing").asked("line")


def _number(line: str) -> dict[str, str]:
    return {"phone": line}


async def test_a_number_of_ours_is_not_asked_about(actions: Actions) -> None:
    result = await actions.validate(_asked_for_the_line().user(OURS, **_number(OURS)))
    assert result.events == turned("wish", callable=True, line=OURS)


async def test_a_number_that_seems_to_be_anothers(actions: Actions) -> None:
    result = await actions.validate(_asked_for_the_line().user(OTHERS, **_number(OTHERS)))
    assert result.events == turned("ours", callable=True, line=OTHERS, seems="中国联通")


async def test_a_number_that_our_records_know_is_ours(actions: Actions) -> None:
    """Its range says nothing: it was ported to us."""
    with transaction() as session:
        session.add(Customer(phone=OTHERS, phone_index=phone_index(OTHERS), province="北京", created_at=NOW))
    result = await actions.validate(_asked_for_the_line().user(OTHERS, **_number(OTHERS)))
    assert result.events == turned("wish", callable=True, line=OTHERS)


@pytest.mark.parametrize("account", ["ad12345678", "/skip"])
async def test_what_has_no_range_is_not_asked_about(actions: Actions, account: str) -> None:
    result = await actions.validate(_asked_for_the_line().user(account))
    assert result.events[-1] == slot("requested_slot", "complaint_wish")


def _asked_whether_ours() -> Talk:
    return _asked_for_the_line(line=OTHERS, callable=True, seems="中国联通").asked("ours")


YES = [
    ("/affirm", "affirm"),
    ("是的", "affirm"),
    ("我去年从联通携号转网过来的", "rights_portability"),
    ("一直用你们的啊", "inform"),
]


@pytest.mark.parametrize(("text", "intent"), YES)
async def test_it_is_ours_all_the_same(actions: Actions, text: str, intent: str) -> None:
    assert (await actions.validate(_asked_whether_ours().user(text, intent))).events == turned("wish", ours=True)


NO = [("/deny", "deny"), ("不是", "deny"), ("是联通的", "inform"), ("没有，我是电信的", "inform")]


@pytest.mark.parametrize(("text", "intent"), NO)
async def test_it_is_not_ours(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(_asked_whether_ours().user(text, intent))
    assert result.events == [slot("complaint_ours", False), *_left_for("action_send_elsewhere")]


def _left_for(action: str) -> list[Json]:
    return [
        slot("complaint_tries", 0),
        slot("requested_slot", None),
        {"event": "active_loop", "timestamp": None, "name": None},
        {"event": "followup", "timestamp": None, "name": action},
    ]


async def test_another_number_instead(actions: Actions) -> None:
    talk = _asked_whether_ours().user(f"写错了，是{OURS}", "correct", phone=OURS)
    assert (await actions.validate(talk)).events == turned("wish", line=OURS, seems=None)


async def test_an_unclear_answer_is_asked_again_and_in_the_end_taken_for_a_yes(actions: Actions) -> None:
    """Nobody is turned away on a guess. What is told meanwhile is kept."""
    talk = _asked_whether_ours()
    first = await actions.validate(talk.user("你们客服也打不通，烦死人了", "complaint_service"))
    assert first.events == turned("ours", tries=1, description=f"{STORY}\n你们客服也打不通，烦死人了")
    assert first.said == ["utter_complaint_added"]
    second = await actions.validate(talk.user("哦", "inform"))
    assert second.events == turned("wish", ours=True)
    assert second.said == ["utter_complaint_as_ours"]


ELSEWHERE = [
    ("中国联通", ("utter_complaint_elsewhere", {"operator": "中国联通", "hotline": "10010"})),
    ("中国电信", ("utter_complaint_elsewhere", {"operator": "中国电信", "hotline": "10000"})),
    ("河南", ("utter_complaint_other_province", {"province": "河南", "hotline": "10086"})),
]


@pytest.mark.parametrize(("seems", "said"), ELSEWHERE)
async def test_the_right_number_is_told(actions: Actions, seems: str, said: tuple[str, Json]) -> None:
    result = await actions.run("action_send_elsewhere", Talk(seems=seems, description=STORY).user("/deny"))
    assert result.responses == [said]
    assert [event["event"] for event in result.events] == ["reset_slots", "followup"]


# The same matter


def _file(line: str | None = OURS, conversation: str = "c1", category: str = "complaint_billing", days: int = 0) -> str:
    with transaction() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel="rest", created_at=NOW))
            session.flush()
        key = OnceKey(conversation, 900 + days, "action_file_complaint")
        draft = Draft(category, STORY, line=line)
        return file_complaint(session, draft, key, policy(), NOW - timedelta(days=days)).number


async def test_the_own_ticket_is_named(actions: Actions) -> None:
    number = _file()
    result = await actions.validate(_asked_for_the_line().user(OURS, **_number(OURS)))
    words = f"您11月21日 15:20登记的工单 {number} 还在处理"
    assert result.events == turned("same", callable=True, line=OURS, open=words)


async def test_a_ticket_of_somebody_else_has_no_number(actions: Actions) -> None:
    """Anybody can name a line."""
    number = _file(conversation="c2")
    result = await actions.validate(_asked_for_the_line().user(OURS, **_number(OURS)))
    assert result.events == turned("same", callable=True, line=OURS, open="这个号码有一件同类的投诉还在处理")
    assert number not in str(result.events)


NOT_THE_SAME = [
    {"category": "complaint_network"},  # another matter
    {"line": "13900139000"},  # another line
    {"days": 8},  # too long ago
]


@pytest.mark.parametrize("filed", NOT_THE_SAME)
async def test_another_matter_is_not_asked_about(actions: Actions, filed: dict[str, object]) -> None:
    _file(**filed)  # type: ignore[arg-type]
    result = await actions.validate(_asked_for_the_line().user(OURS, **_number(OURS)))
    assert result.events[-1] == slot("requested_slot", "complaint_wish")


async def test_without_a_line_only_the_own_conversation_counts(actions: Actions) -> None:
    _file(conversation="c2")
    result = await actions.validate(_asked_for_the_line().user("/skip"))
    assert result.events == turned("wish", line="")
    _file(line=None)
    result = await actions.validate(_asked_for_the_line().user("/skip"))
    assert result.events[-1] == slot("requested_slot", "complaint_same")


async def test_it_is_asked_when_a_corrected_number_brings_it_up(actions: Actions) -> None:
    _file()
    talk = _asked_for_the_line(line="13900139000", callable=True, wish="", contact="").asked("confirmed")
    result = await actions.validate(talk.user(f"号码错了，是{OURS}", "correct", phone=OURS))
    assert result.events[-1] == slot("requested_slot", "complaint_same")


def _asked_whether_the_same() -> Talk:
    words = "这个号码有一件同类的投诉还在处理"
    return _asked_for_the_line(line=OURS, callable=True, open=words).asked("same")


URGE = [
    ('/affirm{"to": "same"}', "affirm"),
    ("是的", "affirm"),
    ("催一下", "ticket_status"),
    ("就是那件事，怎么还没好", "inform"),
]


@pytest.mark.parametrize(("text", "intent"), URGE)
async def test_the_same_is_urged(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(_asked_whether_the_same().user(text, intent))
    assert result.events == [slot("complaint_same", "urge"), *_left_for("action_urge_open_complaint")]


ANEW = [
    ("/deny", "deny"),
    ("不是，这是另一件", "deny"),
    ("重新登记", "complain"),
    ("确认登记", "affirm"),
    ("新建吧", "affirm"),
]


@pytest.mark.parametrize(("text", "intent"), ANEW)
async def test_another_is_filed_anew(actions: Actions, text: str, intent: str) -> None:
    assert (await actions.validate(_asked_whether_the_same().user(text, intent))).events == turned("wish", same="new")


async def test_an_unclear_answer_is_in_the_end_taken_for_a_new_one(actions: Actions) -> None:
    """Urging files nothing; a ticket too many does no harm."""
    talk = _asked_whether_the_same()
    assert (await actions.validate(talk.user("哦", "inform"))).events == turned("same", tries=1)
    second = await actions.validate(talk.user("哦", "inform"))
    assert second.events == turned("wish", same="new")
    assert second.said == ["utter_complaint_as_new"]


MEANWHILE = [
    ("退钱", "complaint_billing", {"wish": "退钱"}),
    ("上周三", "complaint_billing", {"since": "上周三"}),
    ("尽快修好", "complaint_broadband", {"wish": "尽快修好"}),
    ("朝阳区望京西园三区", "complaint_broadband", {"area": "town", "address": "朝阳区望京西园三区"}),
]


@pytest.mark.parametrize(("text", "category", "kept"), MEANWHILE)
async def test_what_fits_a_field_is_kept_meanwhile(
    actions: Actions, text: str, category: str, kept: dict[str, str]
) -> None:
    talk = _asked_whether_the_same()
    talk.slots["complaint_category"] = category
    result = await actions.validate(talk.user(text, "inform"))
    assert result.events == turned("same", tries=1, **kept)
    assert result.said == ["utter_complaint_noted"]


def _urging(**slots: object) -> Talk:
    return _asked_for_the_line(line=OURS, same="urge", **slots).user("/affirm", message_id="41")


async def test_urging_the_own_ticket(actions: Actions) -> None:
    number = _file()
    result = await actions.run("action_urge_open_complaint", _urging())
    ((name, values),) = result.responses
    card = values.pop("custom")["card"]
    assert (name, values) == (
        "utter_complaint_urged",
        {
            "number": number,
            "raised": "，优先级已提高",
            "until": "原来的时限不变：明天 15:20前首次反馈，后天 15:20前给出处理结果。",
        },
    )
    assert (card["kind"], card["number"]) == ("ticket", number)
    assert [event["event"] for event in result.events] == ["reset_slots", "followup"]
    with transaction() as session:
        assert session.scalars(select(Ticket.priority)).one() == 2


async def test_urging_twice_is_recorded_but_not_more_urgent(actions: Actions) -> None:
    _file()
    await actions.run("action_urge_open_complaint", _urging())
    again = _asked_for_the_line(line=OURS, same="urge").user("/affirm", message_id="42")
    ((_, values),) = (await actions.run("action_urge_open_complaint", again)).responses
    assert values["raised"] == "", "nothing is said that is not so"


async def test_the_same_message_twice_urges_once(actions: Actions) -> None:
    _file()
    first = await actions.run("action_urge_open_complaint", _urging())
    assert (await actions.run("action_urge_open_complaint", _urging())).responses == first.responses
    with transaction() as session:
        assert session.scalars(select(Ticket.priority)).one() == 2


async def test_urging_a_ticket_on_the_same_line_tells_nothing_of_it(actions: Actions) -> None:
    number = _file(conversation="c2")
    result = await actions.run("action_urge_open_complaint", _urging())
    assert result.responses == [("utter_complaint_urged_other", {"raised": "，优先级已提高"})]
    assert number not in str(result.responses)


async def test_what_was_closed_meanwhile_is_not_urged(actions: Actions) -> None:
    """The story is kept, and 「登记投诉」 goes on with it."""
    _file()
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        change_status(session, ticket.id, Status.CANCELLED, "customer", NOW)
    talk = _urging(open="…")
    result = await actions.run("action_urge_open_complaint", talk)
    assert result.said == ["utter_complaint_not_open_any_more"]
    talk.take(result.events)
    assert talk.slots["complaint_description"] == STORY
    assert (talk.slots["complaint_open"], talk.slots["complaint_same"]) == (None, "new")
