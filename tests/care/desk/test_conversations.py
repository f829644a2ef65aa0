"""Who may read, what a card and a summary tell, what is shown only for a reason, and what is written down of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from care import db
from care.accesses.tables import Access
from care.accounts.proofs import prove
from care.accounts.service import customer_of_phone
from care.audit.tables import AuditEntry
from care.conversations.rules import Reply
from care.conversations.tables import Conversation, Message
from care.desk import cards, entering, leaving, pages, revealing
from care.desk.cards import Scope
from care.desk.reading import check_may_read, may_follow
from care.desk.rules import AGENTS_LATELY, SUPERVISORS_LATELY, Emotion, Outcome, Reveal
from care.desk.summary import Summary, summary
from care.errors import Conflict, InvalidInput, NotAllowed
from care.handoff import waiting
from care.handoff.assigning import ToStaff
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns, request_handoff
from care.handoff.tables import Handoff
from care.handoff.verification import verify_by_agent
from care.satisfaction.tables import Rating
from care.staff.rules import Role
from care.staff.sessions import Signed
from care.turns.rules import Reading
from care.turns.service import complete
from tests.support.chat import Chat
from tests.support.talk import NUMBER, Talk, picked, take_up, wait, worker
from tests.support.tickets import file
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def agent(database: object) -> Signed:
    return worker()


@pytest.fixture
def supervisor(database: object) -> Signed:
    return worker(Role.SUPERVISOR)


@pytest.fixture
def talk(agent: Signed) -> Talk:
    return picked(agent)


def _close(talk: Talk, agent: Signed, outcome: Outcome = Outcome.SOLVED) -> None:
    with db.transaction() as session:
        leaving.close(session, agent, talk.id, outcome, talk.now)


def _summary(talk: Talk, reader: Signed) -> Summary:
    with db.transaction() as session:
        return summary(session, reader, talk.id, talk.now)


def _verify(talk: Talk, agent: Signed) -> None:
    with db.transaction() as session:
        verify_by_agent(session, talk.id, NUMBER, agent.number, "agent", talk.now)


def _may(talk: Talk, reader: Signed, **later: float) -> bool:
    with db.transaction() as session:
        try:
            check_may_read(session, reader, talk.id, talk.now + timedelta(**later))
        except NotAllowed:
            return False
        return True


def _may_follow(talk: Talk, reader: Signed) -> bool:
    with db.transaction() as session:
        return may_follow(session, reader, talk.id, talk.now)


def test_who_may_read(agent: Signed, supervisor: Signed) -> None:
    other = worker()
    talk = wait()
    assert (_may(talk, agent), _may(talk, supervisor)) == (False, True), "nobody has taken it"
    take_up(talk, agent)
    assert (_may(talk, agent), _may(talk, other), _may(talk, supervisor)) == (True, False, True)
    _close(talk, agent)
    assert (_may(talk, agent), _may(talk, other)) == (True, False), "to finish what was promised"
    day, week = AGENTS_LATELY.total_seconds(), SUPERVISORS_LATELY.total_seconds()
    assert (_may(talk, agent, seconds=day - 1), _may(talk, agent, seconds=day)) == (True, False)
    assert (_may(talk, supervisor, seconds=week - 1), _may(talk, supervisor, seconds=week)) == (True, False)


def test_who_handed_back_reads_what_was_said_until_then(talk: Talk, agent: Signed, supervisor: Signed) -> None:
    other = worker()
    talk.say("开头的话")
    _close(talk, agent)
    talk.say("跟机器人说的话")
    with db.transaction() as session:
        request_handoff(session, talk.id, Reason.PRIVACY, talk.chat.after(seconds=5).now)
    talk.handoff += 1
    take_up(talk, other)
    talk.answer(other, "跟别的客服说的话")

    def read(reader: Signed, **asked: int) -> list[str]:
        with db.transaction() as session:
            until = check_may_read(session, reader, talk.id, talk.now)
            page = pages.page(session, reader, talk.id, talk.now, until=until, **asked)
            return [each.text for each in page.items if each.author in ("customer", "agent")]

    everything = ["我要找人工", "开头的话", "跟机器人说的话", "跟别的客服说的话"]
    assert read(agent) == read(agent, after=0) == read(agent, before=2**62) == everything[:2]
    assert read(other) == read(supervisor) == read(supervisor, after=0) == everything
    assert [_may_follow(talk, each) for each in (agent, other, supervisor)] == [False, True, True]
    with db.transaction() as session:
        (card,) = cards.cards(session, agent, Scope.RECENT, talk.now)
        assert card.last is not None
        assert "跟别的" not in card.last.text
        with pytest.raises(NotAllowed):
            revealing.reveal_messages(session, agent, talk.id, "回拨核对地址", talk.now)


def test_what_never_came_to_a_person_nobody_reads(agent: Signed, supervisor: Signed) -> None:
    chat = Chat()
    chat.complete(chat.turn("查话费"), "请说号码")
    assert not _may(Talk(chat, 0), agent)
    assert not _may(Talk(chat, 0), supervisor)


def test_who_handed_on_reads_no_more(talk: Talk, agent: Signed) -> None:
    other = worker()
    with db.transaction() as session:
        leaving.hand_on(session, agent, talk.id, ToStaff(other.number), "请接着看账单", talk.now)
    assert not _may(talk, agent)
    take_up(talk, other)
    assert (_may(talk, agent), _may(talk, other)) == (False, True)


def test_the_lists_of_an_agent_and_of_a_supervisor(agent: Signed, supervisor: Signed) -> None:
    first, second, waiting = picked(agent), picked(agent), wait()
    _close(first, agent)
    others = picked(worker())

    def ids(reader: Signed, scope: Scope) -> set[str]:
        with db.transaction() as session:
            return {card.id for card in cards.cards(session, reader, scope, second.now)}

    assert ids(agent, Scope.MINE) == {second.id}
    assert ids(agent, Scope.RECENT) == {first.id, second.id}
    assert ids(supervisor, Scope.MINE) == set()
    assert ids(supervisor, Scope.ALL) == {first.id, second.id, others.id}
    assert waiting.id not in ids(supervisor, Scope.ALL), "who waits stands in the queue"


def test_a_card(talk: Talk, agent: Signed) -> None:
    talk.say(f"我的电话{NUMBER}")
    with db.transaction() as session:
        (card,) = cards.cards(session, agent, Scope.MINE, talk.now)
        in_the_queue = waiting.labels_of(session, [talk.id], talk.now)[talk.id]
    assert (card.status, card.owner, card.staff, card.channel) == ("picked", "agent", agent.number, "rest")
    assert (card.reason, card.reason_title, card.emotion) == ("asked", "要求人工", Emotion.CALM)
    assert card.last is not None
    assert (card.last.author, card.last.text) == ("customer", "我的电话138****8000")
    assert card.label == in_the_queue
    assert card.label.startswith("访客 ")
    _verify(talk, agent)
    with db.transaction() as session:
        (card,) = cards.cards(session, agent, Scope.MINE, talk.now)
    assert card.label == "138****8000"


def test_unread_is_what_the_customer_said_since_a_person_was_asked_for(talk: Talk, agent: Signed) -> None:
    def unread() -> int:
        with db.transaction() as session:
            return cards.cards(session, agent, Scope.MINE, talk.now)[0].unread

    before = unread()
    read = talk.say("在吗")
    talk.say("有人吗")
    assert unread() == before + 2
    with db.transaction() as session:
        pages.mark_read(session, agent, talk.id, read)
    assert unread() == 1
    with db.transaction() as session:
        pages.mark_read(session, agent, talk.id, 0)
        pages.mark_read(session, worker(), talk.id, 10**6)
    assert unread() == 1, "neither unread again nor read by others"


def test_concerns_make_the_emotion_until_somebody_has_closed_them(talk: Talk, agent: Signed) -> None:
    raised = talk.say("再不解决我去法院告你们")
    with db.transaction() as session:
        raise_concerns(session, talk.id, [Reason.THREAT], raised, talk.now)
    assert _summary(talk, agent).card.emotion is Emotion.ANGRY
    assert [each.reason for each in _summary(talk, agent).concerns] == ["threat"]
    talk.chat.after(seconds=1)
    _close(talk, agent)
    again = wait("还要人工", talk.now + timedelta(minutes=1))
    assert again.id != talk.id


def test_the_summary_asks_nothing_again(agent: Signed) -> None:
    chat = Chat()
    turn = chat.turn(f"我的宽带{NUMBER}断了三天")
    with db.transaction() as session:
        reading = Reading("complaint_broadband", None, 0.91, [("complaint_broadband", 0.91)])
        complete(session, turn, [Reply("抱歉")], chat.now, reading)
    talk = _hand_over(chat, agent)
    _verify(talk, agent)
    with db.transaction() as session:
        customer_of_phone(session, NUMBER, talk.now).name = "王小明"
        raise_concerns(session, talk.id, [Reason.ELDERLY], turn.message_id, talk.now)
    found = _summary(talk, agent)
    assert found.asked is not None
    assert (found.asked.text, found.asked.label, found.asked.title, found.asked.confidence) == (
        "我的宽带138****8000断了三天", "complaint_broadband", "投诉宽带、固话", 0.91,
    )  # fmt: skip
    assert found.verified is not None
    assert (found.verified.phone, found.verified.method) == ("138****8000", "agent")
    assert (found.customer.name_masked, found.customer.flags) == ("王**", ["elderly"])
    assert [step.kind for step in found.steps][-1] == "taken"
    assert NUMBER not in repr(found)
    assert "王小明" not in repr(found)


def _hand_over(chat: Chat, agent: Signed) -> Talk:
    turn = chat.after(seconds=5).turn("转人工")
    with db.transaction() as session:
        request_handoff(session, turn.question.conversation_id, Reason.ASKED, chat.now)
        wish = Reading("handoff", None, 1.0, [("handoff", 1.0)])
        complete(session, turn, [Reply("正在为您转人工")], chat.now, wish)
    with db.transaction() as session:
        handoff = session.scalars(select(Handoff.id).order_by(Handoff.id.desc()).limit(1)).one()
    talk = Talk(chat, handoff)
    take_up(talk, agent)
    return talk


def test_earlier_talks_of_the_same_conversation_and_of_the_same_number(agent: Signed) -> None:
    first = picked(agent)
    _verify(first, agent)
    _close(first, agent, Outcome.TICKET)
    second = picked(agent, now=first.now + timedelta(hours=1))
    assert _summary(second, agent).earlier == []
    _verify(second, agent)
    (earlier,) = _summary(second, agent).earlier
    assert (earlier.id, earlier.staff, earlier.outcome) == (first.id, agent.number, "ticket")


def test_tickets_of_the_number_that_were_filed_in_another_channel(agent: Signed) -> None:
    """Once it is known whose number it is; not those that somebody else filed about it."""
    with db.transaction() as session:
        for name in ("w1", "w2"):
            session.add(Conversation(id=name, channel="wechat", created_at=NOW))
        session.flush()
        prove(session, "w1", NUMBER, NOW)
    own = file(conversation_id="w1", at=NOW)
    file(message_id=102, conversation_id="w2", at=NOW)
    talk = picked(agent)
    assert _summary(talk, agent).tickets == []
    _verify(talk, agent)
    assert [ticket.number for ticket in _summary(talk, agent).tickets] == [own]


CAN = [
    ("the agent", lambda agent, supervisor: agent, "write close transfer verify reveal"),
    ("a supervisor beside it", lambda agent, supervisor: supervisor, "reveal barge listen"),
]


@pytest.mark.parametrize(("name", "who", "can"), CAN, ids=[row[0] for row in CAN])
def test_what_one_can(talk: Talk, agent: Signed, supervisor: Signed, name: str, who: Any, can: str) -> None:
    found = vars(_summary(talk, who(agent, supervisor)).can)
    assert " ".join(key for key, value in found.items() if value) == can, name


def test_a_supervisor_listens_and_comes_in(talk: Talk, agent: Signed, supervisor: Signed) -> None:
    before = talk.said()
    for _ in range(2):
        with db.transaction() as session:
            entering.listen(session, supervisor, talk.id, talk.now)
    assert talk.said() == before, "nobody hears it"
    for _ in range(2):
        with db.transaction() as session:
            entering.barge(session, supervisor, talk.id, talk.now)
    told = talk.said()[len(before) :]
    assert len(told) == 1
    assert supervisor.number in told[0][1]
    found = _summary(talk, supervisor)
    assert [(step.kind, step.staff) for step in found.steps][-2:] == [
        ("listened", supervisor.number), ("barged", supervisor.number),
    ]  # fmt: skip
    assert (found.can.write, found.can.close, found.can.transfer, found.can.barge) == (True, True, False, False)
    assert _actions(supervisor)[:2] == ["listened", "barged"]
    _close(talk, agent)
    with pytest.raises(Conflict) as refused, db.transaction() as session:
        entering.listen(session, supervisor, talk.id, talk.now)
    assert refused.value.reason == "gone"


def _actions(who: Signed) -> list[str]:
    with db.transaction() as session:
        found = select(AuditEntry.action).where(AuditEntry.actor == f"staff:{who.number}").order_by(AuditEntry.id)
        return [each for each in session.scalars(found) if each not in ("take",)]


def test_handing_back_says_goodbye_and_asks_once(talk: Talk, agent: Signed) -> None:
    before = len(talk.said())
    for _ in range(2):
        _close(talk, agent)
    told = [said for author, said in talk.said()[before:] if author == "system"]
    assert len(told) == 2
    assert "人工服务已结束" in told[0]
    assert "打几分" in told[1]
    with db.transaction() as session:
        (rating,) = session.scalars(select(Rating)).all()
    assert (rating.handoff_id, rating.staff, rating.score) == (talk.handoff, agent.number, None)
    assert _actions(agent).count("conversation_closed") == 1
    with pytest.raises(Conflict), db.transaction() as session:
        leaving.close(session, worker(), talk.id, Outcome.SOLVED, talk.now)


@pytest.mark.parametrize("reason", [Reason.DISTRESS, Reason.BEREAVED])
def test_whom_one_does_not_ask_for_a_mark(agent: Signed, reason: Reason) -> None:
    talk = picked(agent, reason=reason)
    _close(talk, agent)
    assert "打几分" not in talk.said()[-1][1]
    with db.transaction() as session:
        assert session.scalars(select(Rating)).all() == []


def test_nor_who_spoke_of_ending_their_life_while_they_talked(talk: Talk, agent: Signed) -> None:
    raised = talk.say("活不下去了")
    with db.transaction() as session:
        raise_concerns(session, talk.id, [Reason.DISTRESS], raised, talk.now)
    _close(talk, agent)
    assert "打几分" not in talk.said()[-1][1]


def test_reading_is_written_down_once_a_day_and_opening_once_for_a_browser(talk: Talk, agent: Signed) -> None:
    for _ in range(3):
        with db.transaction() as session:
            entering.opened(session, agent, talk.id, talk.now)
        with db.transaction() as session:
            entering.read_on(session, agent, talk.id, "messages", talk.now)
            entering.read_on(session, agent, talk.id, "evidence", talk.now)
    with db.transaction() as session:
        rows = session.execute(select(Access.what, Access.who, Access.use, Access.times).order_by(Access.id)).all()
    assert [tuple(row) for row in rows] == [
        ("messages", agent.number, "answer", 3), ("evidence", agent.number, "answer", 1),
    ]  # fmt: skip
    assert _actions(agent).count("conversation_opened") == 1


def test_what_is_shown_for_a_reason(talk: Talk, agent: Signed) -> None:
    _verify(talk, agent)
    with db.transaction() as session:
        customer_of_phone(session, NUMBER, talk.now).name = "王小明"
    talk.say(f"打我电话{NUMBER}")
    why = "回拨核对地址"
    with db.transaction() as session:
        assert revealing.reveal_value(session, agent, talk.id, Reveal.PHONE, why, talk.now) == NUMBER
        assert revealing.reveal_value(session, agent, talk.id, Reveal.NAME, why, talk.now) == "王小明"
        shown = revealing.reveal_messages(session, agent, talk.id, why, talk.now)
    assert shown[-1].text == f"打我电话{NUMBER}"
    with db.transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "reveal").order_by(AuditEntry.id)).all()
    assert [(each.detail, each.reason) for each in entries] == [
        ({"what": "phone"}, why), ({"what": "name"}, why), ({"what": "messages"}, why),
    ]  # fmt: skip
    assert NUMBER not in repr([each.detail for each in entries])


def test_without_a_reason_or_the_conversation_nothing_is_shown(talk: Talk, agent: Signed) -> None:
    _verify(talk, agent)
    with pytest.raises(InvalidInput), db.transaction() as session:
        revealing.reveal_value(session, agent, talk.id, Reveal.PHONE, "看看", talk.now)
    with pytest.raises(NotAllowed) as refused, db.transaction() as session:
        revealing.reveal_value(session, worker(), talk.id, Reveal.PHONE, "回拨核对地址", talk.now)
    assert refused.value.reason == "not_yours"
    assert "reveal" not in _actions(agent)


def test_pages_leave_nothing_out_also_a_smaller_id_that_appears_later(talk: Talk, agent: Signed) -> None:
    """Two transactions: the one with the smaller id commits later, when the reader is past it."""
    with db.transaction() as slow:
        late = Message(
            conversation_id=talk.id,
            author="customer",
            text="迟到的话",
            created_at=talk.now,
            channel_message_id="m-late",
        )
        slow.add(late)
        slow.flush()
        read = talk.answer(agent, "在的")
    with db.transaction() as session:
        assert late.id < read
        page = pages.page(session, agent, talk.id, talk.now, after=read)
        old = pages.page(session, agent, talk.id, talk.now + timedelta(minutes=2), after=read)
    assert "迟到的话" in [each.text for each in page.items]
    assert [each.id for each in page.items] == sorted(each.id for each in page.items)
    assert (old.items, old.more) == ([], False), "what is long past is not read again"


def test_a_conversation_can_be_read_page_by_page_in_both_directions(talk: Talk, agent: Signed) -> None:
    for number in range(7):
        talk.say(f"第{number}句")
    with db.transaction() as session:
        everything = [each.id for each in pages.page(session, agent, talk.id, talk.now).items]
        backwards: list[int] = []
        before = None
        while True:
            page = pages.page(session, agent, talk.id, talk.now, before=before, limit=4)
            backwards = [each.id for each in page.items] + backwards
            if not page.more:
                break
            before = backwards[0]
        forwards: list[int] = []
        while True:
            after = forwards[-1] if forwards else 0
            page = pages.page(session, agent, talk.id, talk.now + timedelta(hours=1), after=after, limit=4)
            forwards += [each.id for each in page.items]
            if not page.more:
                break
    assert backwards == forwards == everything


def test_nothing_of_it_is_in_the_logs_of_uses_but_ids(talk: Talk, agent: Signed) -> None:
    with db.transaction() as session:
        entering.opened(session, agent, talk.id, talk.now)
        rows = session.execute(text("SELECT row_to_json(accesses)::text FROM accesses")).scalars().all()
    assert rows
    assert NUMBER not in "".join(rows)
