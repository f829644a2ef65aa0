"""Papers for an appeal in a conversation: what is asked, what is not, what is said meanwhile, and what comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from rasa_sdk import Tracker
from sqlalchemy import select

from actions.rights.appealing import SLOTS, Case, next_question
from actions.rights.packet_asked import asks_for_packet
from care.conversations.tables import Conversation
from care.db import transaction
from care.followup.staff import record_result
from care.handoff.tables import Handoff
from care.rights.appeals import Ground, Matter
from care.rights.packet_papers import opened
from care.rights.packets import PATH, own_matter
from care.rights.tables import AppealPacket
from care.wording import say
from tests.support.appeals import overdue
from tests.support.play import Play
from tests.support.rasa import Actions, Json, Talk
from tests.support.tickets import file
from tests.support.times import NOW

PACKET = '/rights_appeal{"step": "packet"}'
READY = "utter_appeal_ready"
ASK_WHERE, ASK_ELSEWHERE = "utter_appeal_ask_where", "utter_appeal_ask_where_elsewhere"


def press(**entities: str) -> str:
    inner = "".join(f', "{name}": "{value}"' for name, value in entities.items())
    return f'/rights_appeal{{"step": "packet"{inner}}}'


def packets() -> list[AppealPacket]:
    with transaction() as session:
        rows = list(session.scalars(select(AppealPacket).order_by(AppealPacket.id)))
        session.expunge_all()
        return rows


def ready(said: list[tuple[str, Json]]) -> Json:
    (values,) = [values for name, values in said if name == READY]
    return values


async def test_a_bill_that_nobody_answered(actions: Actions) -> None:
    """Twenty days without an answer: one button for the ticket, and the papers are there."""
    number = overdue(NOW)
    play = Play(actions)
    ((name, asked),) = await play.say(PACKET)
    assert name == ASK_WHERE
    titles = [each["title"] for each in asked["buttons"]]
    assert titles == ["费用争议 11-01", "打电话投诉的", "营业厅投诉的", "别的渠道投诉的", "还没投诉过"]
    values = ready(await play.say(asked["buttons"][0]["payload"]))
    assert "是我们没做好，对不起" in values["ground"]
    assert "2027年4月1日" in values["until"]
    card = values["custom"]["card"]
    assert (card["kind"], card["url"].startswith(PATH), card["once"]) == ("link", True, False)
    assert values["path"] == card["url"], "in the text as well: not every channel shows cards"
    assert [each["title"] for each in values["buttons"]] == ["再催办一次", "转人工", "申诉要多久"]
    assert number in values["buttons"][0]["payload"]
    assert play.waits_for is None
    (packet,) = packets()
    assert (packet.matter, packet.ground) == (Matter.FEE, Ground.UNANSWERED)
    with transaction() as session:
        assert opened(session, card["url"].removeprefix(PATH), NOW).number == number


async def test_twelve_days_old_is_never_sent_away(actions: Actions, clock: time_machine.Traveller) -> None:
    number = file()
    clock.shift(timedelta(days=12))
    play = Play(actions)
    ((name, asked),) = await play.say(press(item=number))
    assert (name, asked["number"], asked["day"]) == ("utter_appeal_ask_ground", number, "2026年12月7日")
    assert [each["title"] for each in asked["buttons"]] == ["不满意，现在申诉", "先把材料备好", "先催办这张工单"]
    assert "不能申诉" not in say("appeal_ask_ground", number=number, day=asked["day"])
    assert await play.names(press(choice="dissatisfied")) == ["utter_appeal_ask_facts"]
    assert await play.names("来了两次都说没问题，其实还是断") == ["utter_appeal_ask_happened"]
    assert await play.names("11月18号") == ["utter_appeal_ask_wish"]
    values = ready(await play.say("修好，再减免这个月的月租"))
    assert values["ground"] == say("appeal_ground_dissatisfied")
    (packet,) = packets()
    assert (packet.ground, packet.told["happened_on"], packet.told["wish"]) == (
        Ground.DISSATISFIED, "2026-11-18", "修好，再减免这个月的月租",
    )  # fmt: skip
    assert [play.talk.slots[name] for name in SLOTS] == [None] * len(SLOTS), "nothing is left for the next one"


async def test_papers_made_ahead(actions: Actions) -> None:
    number = file()
    play = Play(actions)
    await play.say(press(item=number))
    assert await play.names("先把材料备好吧", "inform") == ["utter_appeal_ask_happened"]
    await play.say(press(choice="skip"))
    values = ready(await play.say(press(choice="skip")))
    assert "答复最晚 2026年12月7日 给您" in values["ground"]
    assert packets()[0].ground == Ground.OPEN


OPENINGS = [
    # words, what is asked first, what is known of it, why
    ("我不认你们的答复，帮我准备申诉材料", ASK_WHERE, {"appeal_ground": "dissatisfied"}, "said, and not asked again"),
    ("营业厅投诉的，我要申诉材料", "utter_appeal_ask_since", {"appeal_where": "shop"}, "where is said"),
    ("打10086投诉过，想去工信部申诉", "utter_appeal_ask_since", {"appeal_where": "phone"}, "by telephone"),
    ("帮我准备申诉材料", ASK_WHERE, {"appeal_where": None}, "nothing is known"),
]


@pytest.mark.parametrize(("words", "asked", "known", "why"), OPENINGS)
async def test_openings(actions: Actions, words: str, asked: str, known: Json, why: str) -> None:
    overdue(NOW)
    play = Play(actions)
    assert await play.names(words, "rights_appeal", sub="packet") == [asked], why
    assert {name: play.talk.slots[name] for name in known} == known, why


ASKED_FOR = [
    # words, label, sub, are the papers asked for?
    (PACKET, "", None, True),
    ("帮我写份申诉书", "rights_other", None, True),
    ("把申诉材料给我准备一下", "rights_appeal", "packet", True),
    ("我要申诉材料", "nlu_fallback", None, True),
    ("能不能帮我写申诉材料？", "rights_appeal", "packet", True),
    ("申诉材料怎么写", "rights_appeal", "packet", False),  # the article
    ("申诉材料要什么？", "rights_appeal", None, False),
    ("我要去工信部投诉", "rights_appeal", None, False),  # the article, with the button
    ("申诉有用吗", "rights_appeal", None, False),
    ('/rights_portability{"step": "check"}', "", None, False),
]


@pytest.mark.parametrize(("words", "label", "sub", "is_asked"), ASKED_FOR)
def test_are_the_papers_asked_for(words: str, label: str, sub: str | None, is_asked: bool) -> None:
    talk = Talk().user(words, label, sub=sub)
    assert asks_for_packet(Tracker.from_dict(talk.call("action_rights")["tracker"])) is is_asked


async def test_a_complaint_by_telephone(actions: Actions) -> None:
    play = Play(actions)
    assert await play.names(PACKET) == [ASK_ELSEWHERE]
    assert await play.names(press(choice="phone")) == ["utter_appeal_ask_since"]
    assert await play.names("11月5号") == ["utter_appeal_ask_ground_elsewhere"]
    assert await play.names("一直没人回我", "ticket_status") == ["utter_appeal_ask_facts_elsewhere"]
    assert await play.names("10月多扣了我36块，客服小李说会退") == ["utter_appeal_ask_happened"]
    values = ready(await play.say("10月8号"))
    assert "5 个月内" in values["until"]
    assert "2027年3月8日" in values["until"]
    assert [each["title"] for each in values["buttons"]] == ["转人工", "申诉要多久"], "no ticket of ours to urge"
    (packet,) = packets()
    assert (packet.ticket_id, packet.ground) == (None, Ground.UNANSWERED)
    assert packet.told == {
        "where": "phone", "complained_on": "2026-11-05", "happened_on": "2026-10-08",
        "words": "10月多扣了我36块，客服小李说会退", "wish": None,
    }  # fmt: skip


async def test_no_more_than_five_questions(actions: Actions) -> None:
    """Skipped all of them: only what the time depends on cannot be skipped."""
    play = Play(actions)
    asked = await play.names(PACKET)
    asked += await play.names(press(choice="other"))
    asked += await play.names("记不清了")
    asked += await play.names(press(choice="dissatisfied"))
    asked += await play.names("跳过", "skip")
    assert asked[-1] == "utter_appeal_ask_matter"
    values = ready(await play.say(press(choice="service")))
    assert "会更早" in values["until"], "nobody said when it happened"
    assert len(asked) == 5


async def test_an_answered_ticket_asks_only_why(actions: Actions) -> None:
    number = overdue(NOW)
    with transaction() as session:
        record_result(session, number, "退回 18 元", "7", NOW)
    play = Play(actions)
    assert await play.names(press(item=number)) == ["utter_appeal_ask_facts"]
    values = ready(await play.say("只退了一半"))
    assert values["ground"] == say("appeal_ground_dissatisfied")
    assert [each["title"] for each in values["buttons"]] == ["转人工", "申诉要多久"], "nothing to urge any more"


async def test_too_late_is_said_kindly_and_the_papers_are_made(actions: Actions) -> None:
    play = Play(actions)
    for words in (PACKET, press(choice="shop"), "2026年3月2日", press(choice="dissatisfied"), "多收了我的钱"):
        await play.say(words)
    values = ready(await play.say("2026年3月1日"))
    assert "已经过了" in values["until"]
    assert "消费者协会" in values["until"]
    assert len(packets()) == 1


async def test_somebody_elses_ticket_is_not_shown(actions: Actions) -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    number = file(conversation_id="c2")
    play = Play(actions)
    assert await play.names(press(item=number)) == ["utter_appeal_needs_proof", ASK_ELSEWHERE]
    assert play.talk.slots["appeal_ticket"] is None


async def _asked_where(actions: Actions) -> Play:
    overdue(NOW)
    play = Play(actions)
    await play.say(PACKET)
    return play


WHILE_THE_MATTER_IS_ASKED = [
    # text, label, what is said, what is waited for
    ("第一个", "inform", [READY], None),
    ("费用争议", "complaint_billing", [READY], None),
    ("打电话投诉的", "inform", ["utter_appeal_ask_since"], "appeal_since"),
    ("算了不弄了", "cancel", ["utter_appeal_declined"], None),
    ("转人工", "handoff", ["utter_handoff_requested"], None),
    ("/complain", "", ["complaint_form"], None),
    ("你是机器人吗", "greet_chitchat", ["utter_aside_robot", ASK_WHERE], "appeal_where"),
    ("我家宽带断了三天没人修", "complaint_broadband", ["complaint_form"], None),
    ("嗯嗯嗯", "nlu_fallback", [ASK_WHERE], "appeal_where"),
]


@pytest.mark.parametrize(("text", "label", "said", "waits_for"), WHILE_THE_MATTER_IS_ASKED)
async def test_while_the_matter_is_asked(
    actions: Actions, text: str, label: str, said: list[str], waits_for: str | None
) -> None:
    play = await _asked_where(actions)
    sub = "robot" if label == "greet_chitchat" else None
    assert await play.names(text, label, sub=sub) == said
    assert play.waits_for == waits_for


async def test_two_misses_bring_a_person(actions: Actions) -> None:
    play = await _asked_where(actions)
    assert await play.names("嗯嗯嗯", "nlu_fallback") == [ASK_WHERE]
    assert await play.names("嗯嗯嗯", "nlu_fallback") == ["utter_handoff_not_understood"]
    assert play.waits_for is None
    with transaction() as session:
        assert session.scalars(select(Handoff)).one().reason == "not_understood"


DAYS = [
    # an answer to "since when", what is said, why
    ("两周前", ["utter_appeal_ask_ground_elsewhere"], "a day in words"),
    ("记不清了", ["utter_appeal_ask_ground_elsewhere"], "may be left open"),
    ("2月30号", ["utter_appeal_no_such_day", "utter_appeal_ask_since"], "no such day"),
    ("明天", ["utter_appeal_no_such_day", "utter_appeal_ask_since"], "has not come"),
    ("很久了", ["utter_appeal_ask_since"], "names no day: asked once more"),
]


@pytest.mark.parametrize(("text", "said", "why"), DAYS)
async def test_days_in_words(actions: Actions, text: str, said: list[str], why: str) -> None:
    play = Play(actions)
    await play.say(PACKET)
    await play.say(press(choice="phone"))
    assert await play.names(text) == said, why


ANSWERED = [
    ("答复了，但我不满意", "dissatisfied"),
    ("说了等于没说，我不接受", "dissatisfied"),
    ("没有答复", "unanswered"),
    ("到现在都没人理我", "unanswered"),
    ("没有", "unanswered"),
]


@pytest.mark.parametrize(("text", "ground"), ANSWERED)
async def test_was_it_answered(actions: Actions, text: str, ground: str) -> None:
    play = Play(actions)
    for words in (PACKET, press(choice="phone"), "11月5号"):
        await play.say(words)
    assert await play.names(text) == ["utter_appeal_ask_facts_elsewhere"]
    assert play.talk.slots["appeal_ground"] == ground


async def test_the_same_turn_again(actions: Actions) -> None:
    number = overdue(NOW)
    for _ in range(2):
        ready(await Play(actions).say(press(item=number), message_id="77"))
    assert len(packets()) == 1, "one row for a message"


async def test_a_withdrawn_wish_begins_anew(actions: Actions) -> None:
    play = Play(actions)
    await play.say(PACKET)
    await play.say(press(choice="shop"))
    await play.say("算了不弄了", "cancel")
    assert await play.names(PACKET) == [ASK_ELSEWHERE]


async def test_what_is_known_is_not_asked(actions: Actions) -> None:
    number = file(category="complaint_marketing")
    with transaction() as session:
        found = own_matter(session, "c1", number, NOW)
    assert found is not None
    case = Case(ticket=number, ground=Ground.DISSATISFIED, facts="")
    assert next_question(case, found, NOW) == "appeal_matter", "fees or service: the category does not say"
    assert next_question(Case(ticket=number), found, NOW) == "appeal_ground", "neither answered nor 15 days old"
