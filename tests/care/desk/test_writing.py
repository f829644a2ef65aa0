"""What an agent says: once, in order, by whoever talks with the customer, and not into the bot's ear."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from care import db
from care.audit.tables import AuditEntry
from care.conversations import history
from care.conversations.service import owner_of, replies_to
from care.conversations.tables import Message
from care.desk import entering, leaving, pages, writing
from care.desk.rules import MAX_WORDS, Outcome
from care.desk.writing import Promised, add_note, notes_of
from care.errors import Conflict, InvalidInput
from care.handoff.assigning import ToQueue
from care.staff.rules import Role
from care.staff.sessions import Signed
from care.turns import service as turns
from tests.support.database import count, somebody_waits_for_a_lock
from tests.support.talk import NUMBER, Talk, picked, take_up, wait, worker
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def agent(database: object) -> Signed:
    return worker()


@pytest.fixture
def talk(agent: Signed) -> Talk:
    return picked(agent)


def test_it_is_the_agents_with_their_number_and_answers_what_was_held(talk: Talk, agent: Signed) -> None:
    question = talk.say("在吗")
    sent = talk.answer(agent, "在的\u202e，请讲")
    with db.transaction() as session:
        said = session.get_one(Message, sent)
        held = session.get_one(Message, question)
    assert (said.author, said.staff, said.text) == ("agent", agent.number, "在的，请讲")
    assert (held.status, held.answered_at) == ("answered", talk.now)


def test_rest_customers_find_it_under_their_last_message(talk: Talk, agent: Signed) -> None:
    question = talk.say("在吗")
    talk.answer(agent, "在的，请讲")
    with db.transaction() as session:
        assert [each.text for each in replies_to(session, question)] == ["在的，请讲"]


def test_the_same_id_again_is_the_same_message_also_after_the_end(talk: Talk, agent: Signed) -> None:
    first = talk.answer(agent, "请稍等", "m-1")
    assert talk.answer(agent, "请稍等", "m-1") == first
    with db.transaction() as session:
        leaving.close(session, agent, talk.id, Outcome.SOLVED, talk.now)
    assert talk.answer(agent, "请稍等", "m-1") == first
    with pytest.raises(Conflict) as refused:
        talk.answer(agent, "别的话", "m-1")
    assert refused.value.reason == "message_id"
    assert [text for author, text in talk.said() if author == "agent"] == ["请稍等"]


def test_ids_of_customers_and_of_other_agents_are_never_taken_for_ones_own(talk: Talk, agent: Signed) -> None:
    talk.chat.after(seconds=1).send("你好", "m-7")
    talk.answer(agent, "您好", "m-7")
    other = worker(Role.SUPERVISOR)
    with db.transaction() as session:
        entering.barge(session, other, talk.id, talk.now)
    with pytest.raises(Conflict) as refused:
        talk.answer(other, "您好", "m-7")
    assert refused.value.reason == "message_id"


WHO: list[tuple[str, Callable[[Talk, Signed], Signed]]] = [
    ("another agent", lambda talk, agent: worker()),
    ("a supervisor who did not come in", lambda talk, agent: worker(Role.SUPERVISOR)),
    ("the agent, after handing back", lambda talk, agent: _closed(talk, agent)),
    ("the agent, after handing on", lambda talk, agent: _handed_on(talk, agent)),
]


def _closed(talk: Talk, agent: Signed) -> Signed:
    with db.transaction() as session:
        leaving.close(session, agent, talk.id, Outcome.UNSOLVED, talk.now)
    return agent


def _handed_on(talk: Talk, agent: Signed) -> Signed:
    with db.transaction() as session:
        leaving.hand_on(session, agent, talk.id, ToQueue("billing"), "账单要看细的", talk.now)
    return agent


@pytest.mark.parametrize(("name", "who"), WHO, ids=[row[0] for row in WHO])
def test_nobody_else_writes(talk: Talk, agent: Signed, name: str, who: Callable[[Talk, Signed], Signed]) -> None:
    somebody = who(talk, agent)
    before = talk.said()
    with pytest.raises(Conflict) as refused:
        talk.answer(somebody, "您好")
    assert refused.value.reason == "not_yours", name
    assert talk.said() == before


def test_a_supervisor_who_came_in_may_until_the_end(talk: Talk, agent: Signed) -> None:
    supervisor = worker(Role.SUPERVISOR)
    with db.transaction() as session:
        entering.barge(session, supervisor, talk.id, talk.now)
    talk.answer(supervisor, "我是主管")
    talk.answer(agent, "我也在")
    _closed(talk, agent)
    with pytest.raises(Conflict):
        talk.answer(supervisor, "还有一句")
    assert [text for author, text in talk.said() if author == "agent"] == ["我是主管", "我也在"]


REFUSED = [
    ("\u200b ", "m-1", "empty"),
    ("字" * (MAX_WORDS + 1), "m-1", "too_long"),
    ("您好", "消息", "message_id"),
    ("您好", "m" * 124, "message_id"),
    ("您好", "", "message_id"),
]


@pytest.mark.parametrize(("text", "message_id", "reason"), REFUSED)
def test_what_cannot_be_sent(talk: Talk, agent: Signed, text: str, message_id: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused, db.transaction() as session:
        writing.send(session, agent, talk.id, message_id, text, talk.now)
    assert refused.value.reason == reason


def test_a_promise_is_held_back_until_somebody_stands_for_it(talk: Talk, agent: Signed) -> None:
    with pytest.raises(Promised) as refused:
        talk.answer(agent, "我保证给您退50元", "m-1")
    assert [each.name for each in refused.value.warnings] == ["refund", "certain"]
    assert [author for author, _ in talk.said()].count("agent") == 0
    sent = talk.answer(agent, "我保证给您退50元", "m-1", confirmed=True)
    assert talk.answer(agent, "我保证给您退50元", "m-1") == sent, "sent again after a lost answer"
    with db.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "promise_confirmed")).one()
    assert (entry.actor, entry.subject) == (f"staff:{agent.number}", f"conversation:{talk.id}")
    assert entry.detail == {"message": sent, "warned": ["refund", "certain"]}


def test_the_bot_hears_nothing_of_it(talk: Talk, agent: Signed) -> None:
    """Neither while they talk nor afterwards: what was said to the agent is not pending, and a new matter begins."""
    talk.say("给我查下账单")
    talk.answer(agent, "查到了")
    last = talk.say("好的谢谢")
    _closed(talk, agent)
    assert talk.chat.begin() is None
    with db.transaction() as session:
        assert owner_of(session, talk.id) == "bot"
        assert session.get_one(Message, last).status == "answered"
        assert turns.waiting_conversations(session, talk.now) == []
    following = talk.chat.after(seconds=5).send("查话费").turn
    assert following is not None
    assert following.question.is_fresh


def test_the_next_wait_begins_with_the_receipt_again(talk: Talk, agent: Signed) -> None:
    """What was said to the agent before does not count as said in the queue."""
    talk.say("在吗")
    _closed(talk, agent)
    again = wait("还要人工", talk.now)
    again.say("有人吗")
    assert [author for author, _ in again.said()][-1] == "system"


def test_two_tabs_of_one_agent_send_the_same_at_once(talk: Talk, agent: Signed) -> None:
    """Both wait for the conversation's row; whoever comes second finds the first."""
    sent: list[int] = []
    with db.transaction() as session:
        session.execute(select(Message.id).limit(1))
        session.connection().exec_driver_sql("SELECT 1 FROM conversations FOR NO KEY UPDATE")
        tabs = [threading.Thread(target=lambda: sent.append(talk.answer(agent, "请稍等", "m-1"))) for _ in range(2)]
        for tab in tabs:
            tab.start()
        until(somebody_waits_for_a_lock, "the agent waits")
    for tab in tabs:
        tab.join(10)
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_an_answer_and_the_end_at_once_leave_no_answer_behind_the_end(talk: Talk, agent: Signed) -> None:
    """The conversation's row decides: either the words come before the goodbye, or they are refused."""
    results: list[str] = []

    def answer() -> None:
        try:
            talk.answer(agent, "请稍等")
            results.append("sent")
        except Conflict as error:
            results.append(error.reason)

    with db.transaction() as session:
        leaving.close(session, agent, talk.id, Outcome.SOLVED, talk.now)
        tab = threading.Thread(target=answer)
        tab.start()
        until(somebody_waits_for_a_lock, "the agent waits")
    tab.join(10)
    assert results == ["not_yours"]
    assert "agent" not in [author for author, _ in talk.said()]


def test_notes_are_once_and_no_message(talk: Talk, agent: Signed) -> None:
    before = talk.said()
    for _ in range(2):
        with db.transaction() as session:
            add_note(session, agent, talk.id, "n-1", f"客户电话\u202e{NUMBER}", talk.now)
    with db.transaction() as session:
        assert [(each.staff, each.text) for each in notes_of(session, talk.id, agent)] == [
            (agent.number, f"客户电话{NUMBER}")
        ]
        assert NUMBER not in repr(history.latest(session, talk.id))
    assert talk.said() == before
    with pytest.raises(Conflict) as refused, db.transaction() as session:
        add_note(session, agent, talk.id, "n-1", "别的", talk.now)
    assert refused.value.reason == "message_id"
    assert count("conversation_notes") == 1


def test_handing_on_leaves_a_note_for_the_next_one_who_is_another_to_the_customer(talk: Talk, agent: Signed) -> None:
    _handed_on(talk, agent)
    other = worker(Role.SUPERVISOR)
    talk.chat.after(seconds=5)
    take_up(talk, other)
    with db.transaction() as session:
        assert [each.text for each in notes_of(session, talk.id, agent)] == ["账单要看细的"]
    told = [text for author, text in talk.said() if author == "system"]
    assert f"客服 {agent.number} 已接通" in told[-2]
    assert f"现在由客服 {other.number} 接着" in told[-1]


def test_who_takes_it_again_is_told_once(talk: Talk, agent: Signed) -> None:
    before = talk.said()
    take_up(talk, agent)
    assert talk.said() == before


def test_an_agents_own_id_comes_back_to_that_agent_only(talk: Talk, agent: Signed) -> None:
    talk.answer(agent, "请稍等", "m-secret")
    supervisor = worker(Role.SUPERVISOR)
    with db.transaction() as session:
        own = pages.page(session, agent, talk.id, talk.now).items[-1]
        others = pages.page(session, supervisor, talk.id, talk.now).items[-1]
        customers = history.latest(session, talk.id)
    assert (own.message_id, others.message_id) == ("m-secret", None)
    assert "m-secret" not in repr(customers)
