"""Drawing and judging in the database: what is an answer, who may judge it, and what the verdicts tell."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from care.accesses.tables import Access
from care.accuracy.drawing import draw_week
from care.accuracy.rules import Author, Result, week_before
from care.accuracy.service import Shown, judge, next_for, result_of, results, wrong_answers
from care.accuracy.settings import audit_settings
from care.accuracy.tables import AuditAnswer, AuditVerdict, AuditWeek
from care.conversations.minors import note_minor
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Message
from care.db import transaction
from care.errors import Conflict, InvalidInput, NotAllowed
from care.inbox.listing import Filter, page
from care.training.tables import TrainingStep
from tests.support.accuracy import THEN, ask
from tests.support.desk import noted
from tests.support.times import NOW, china
from tests.support.training import agree, take_in

WEEK = "2026-W46"
MONDAY = china("2026-11-16 03:00")

pytestmark = pytest.mark.usefixtures("database")


def draw() -> str | None:
    with transaction() as session:
        return draw_week(session, MONDAY)


def drawn() -> list[tuple[str, str | None, int | None]]:
    with transaction() as session:
        rows = session.scalars(select(AuditAnswer).order_by(AuditAnswer.place))
        return [(row.author, row.staff, row.question_id) for row in rows]


def take(judge_number: str = "8001", now: datetime = MONDAY) -> Shown | None:
    with transaction() as session:
        return next_for(session, WEEK, judge_number, now)


def say(answer: int, verdict: str, who: str = "8001", reason: str | None = None, now: datetime = MONDAY) -> None:
    with transaction() as session:
        judge(session, answer, verdict, reason, who, now)


def judge_all(who: str, verdicts: dict[str, str] | None = None) -> int:
    """Everything that is left for somebody: right, but what `verdicts` says by the question; how many."""
    done = 0
    while shown := take(who):
        verdict = (verdicts or {}).get(shown.question[-1], "right")
        say(shown.id, verdict, who, "fact" if verdict == "wrong" else None)
        done += 1
    return done


def result() -> Result:
    with transaction() as session:
        found = result_of(session, WEEK, MONDAY)
    assert found is not None
    return found


def test_a_week_is_drawn_once_bot_and_agents_in_one_order() -> None:
    bot = [ask()[1] for _ in range(12)]
    agents = [ask(by="1001")[1] for _ in range(8)]
    assert draw() == WEEK
    first = drawn()
    assert sorted(row[2] or 0 for row in first) == sorted(bot + agents)
    assert {staff for author, staff, _ in first} == {None, "1001"}
    assert [author for author, _, _ in first] != sorted(author for author, _, _ in first), "the order tells nothing"
    assert draw() is None
    assert drawn() == first
    told = result()
    assert (told.bot.frame, told.bot.looked, told.bot.drawn, told.agent.frame) == (12, 12, 12, 8)


def test_two_workers_draw_one_week() -> None:
    for _ in range(5):
        ask()
    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(draw) for _ in range(2)]]
    assert sorted(done, key=str) == sorted([None, WEEK], key=str)
    assert len(drawn()) == 5


def test_a_hundred_of_more_and_at_most_two_of_a_conversation() -> None:
    busy, _ = ask()
    for _ in range(30):
        ask(conversation=busy)
    for _ in range(120):
        ask()
    draw()
    told = result().bot
    assert (told.frame, told.drawn) == (151, 100)
    with transaction() as session:
        most = session.scalar(
            select(func.count())
            .select_from(AuditAnswer)
            .join(Message, Message.id == AuditAnswer.question_id)
            .where(Message.conversation_id == busy)
        )
    assert most is not None
    assert most <= 2


NO_ANSWERS = [
    ({"question": "您好！"}, "a greeting"),
    ({"question": "好的"}, "a yes"),
    ({"question": "13800138000"}, "a number"),
    ({"question": "转人工"}, "asks for a person, and nothing else"),
    ({"question": "/ticket_status", "is_payload": True}, "a button that was pressed"),
    ({"answer": "您好，请您稍等。"}, "a canned phrase"),
    ({"answer": "您好，我是人工客服1001号，很高兴为您服务。", "by": "1001"}, "who somebody is"),
    ({"channel": AUDIT_CHANNEL}, "our own check"),
    ({"at": THEN - timedelta(days=7)}, "the week before"),
    ({"at": china("2026-11-16 00:00")}, "the week that runs"),
]


@pytest.mark.parametrize(("said", "why"), NO_ANSWERS)
def test_what_is_no_answer_to_a_question_is_not_drawn(said: dict[str, object], why: str) -> None:
    ask(**said)  # type: ignore[arg-type]
    ask(at=china("2026-11-09 00:00"))  # the first moment of the week
    draw()
    assert len(drawn()) == 1, why


def test_minors_and_who_took_back_their_consent_are_left_out_also_after_the_draw() -> None:
    for number in range(4):
        where, _ = ask()
        if number == 0:
            with transaction() as session:
                note_minor(session, where, THEN)
        if number == 1:
            with transaction() as session:
                agree(session, where, True, THEN)
                agree(session, where, False, THEN)
    draw()
    assert len(drawn()) == 2
    with transaction() as session:
        agree(session, where, True, THEN)
        agree(session, where, False, THEN)
    shown = take()
    assert shown is not None
    assert shown.left == 1
    assert (result().bot.left, result().bot.skipped) == (1, 2)


def test_what_is_deleted_after_the_draw_is_shown_to_nobody_and_a_verdict_stays_as_a_number() -> None:
    for _ in range(2):
        ask()
    draw()
    first = take()
    assert first is not None
    say(first.id, "right")
    with transaction() as session:
        session.execute(update(Message).values(in_reply_to=None))
        session.execute(delete(Message))
    assert take() is None
    assert {row[2] for row in drawn()} == {None}
    told = result().bot
    assert (told.drawn, told.right, told.left, told.skipped) == (2, 1, 0, 1)


def test_a_judge_sees_the_words_masked_and_nothing_of_who_answered() -> None:
    ask("你好，我的号码13800138000没网了", "您好，我是智能客服小益，是机器人。请把光猫断电一分钟再试。",
        buttons=["登记报障", "转人工"])  # fmt: skip
    ask(
        "你们人工客服怎么说没网是我的问题",
        "您好，我是人工客服1001号，请把光猫断电一分钟再试，还不行就报障。",
        by="1001",
    )
    draw()
    assert [each.name for each in fields(Shown)] == ["id", "question", "answer", "left"]
    shown = [take("8001"), take("8002")]
    assert None not in shown
    words = " ".join(f"{each.question} {each.answer}" for each in shown if each)
    for told in ("小益", "机器人", "人工", "1001", "13800138000", "bot", "agent", "/x"):
        assert told not in words
    answers = {each.answer for each in shown if each}
    assert answers == {"请把光猫断电一分钟再试。 （登记报障）", "请把光猫断电一分钟再试，还不行就报障。"}


def test_the_question_comes_with_what_the_customer_said_before_it() -> None:
    where, _ = ask("我家宽带装了三年", "好的，请接着说。")
    ask("现在网速只有一半，怎么办", "请先用网线直连测速。", conversation=where, by="1001")
    draw()
    by_question = {}
    while shown := take():
        by_question[shown.question[-1]] = shown.question
        say(shown.id, "right")
    assert by_question["现在网速只有一半，怎么办"] == ["我家宽带装了三年", "现在网速只有一半，怎么办"]


def test_all_that_an_agent_said_until_the_customer_spoke_again_is_one_answer() -> None:
    where, _ = ask(by="1001", answer="您好，请稍等。")
    with transaction() as session:
        for staff, words in (
            ("1001", "您的套餐含二十个G。"),
            ("8001", "我是班长，补充一句。"),
            ("1001", "超出每G五元。"),
        ):
            session.add(Message(conversation_id=where, author="agent", staff=staff, text=words, created_at=THEN))
    draw()
    shown = take()
    assert shown is not None
    assert shown.answer == "请稍等。 您的套餐含二十个G。 超出每G五元。"


def test_nobody_judges_their_own_and_two_do_not_judge_the_same() -> None:
    ask(by="8001")
    ask()
    draw()
    mine, theirs = take("8001"), take("8002")
    assert mine is not None
    assert theirs is not None
    assert mine.id != theirs.id
    assert (mine.left, theirs.left) == (1, 2)
    assert take("8001") == mine, "asked again, it is the same one"
    with pytest.raises(NotAllowed, match="somebody else judges"):
        say(theirs.id, "right", "8001")
    with pytest.raises(Conflict) as held:
        say(mine.id, "right", "8003")
    assert held.value.reason == "audit_held"
    later = MONDAY + timedelta(minutes=audit_settings().held_minutes)
    other = take("8003", later)
    assert other is not None, "who went away gives it back"


def test_a_verdict_may_be_changed_by_the_same_person_until_the_week_is_closed() -> None:
    ask()
    draw()
    shown = take()
    assert shown is not None
    say(shown.id, "wrong", reason="fact")
    say(shown.id, "right")
    assert (result().bot.right, result().bot.wrong) == (1, 0)
    with pytest.raises(Conflict) as judged:
        say(shown.id, "wrong", "8002", "fact")
    assert judged.value.reason == "audit_judged"
    closed = MONDAY + timedelta(days=audit_settings().open_days)
    with pytest.raises(Conflict) as over:
        say(shown.id, "wrong", reason="fact", now=closed)
    assert over.value.reason == "audit_closed"
    assert take("8002", closed) is None


REFUSED = [
    ("wrong", None, "audit_reason"),  # why is it wrong?
    ("wrong", "colour", "audit_reason"),
    ("right", "fact", "audit_reason"),  # what is right has no reason
    ("good", None, "verdict"),
]


@pytest.mark.parametrize(("verdict", "reason", "why"), REFUSED)
def test_a_verdict_that_cannot_be_is_refused(verdict: str, reason: str | None, why: str) -> None:
    ask()
    draw()
    shown = take()
    assert shown is not None
    with pytest.raises(InvalidInput) as refused:
        say(shown.id, verdict, reason=reason)
    assert refused.value.reason == why


@pytest.mark.parametrize("call", [take, lambda: say(1, "right")])
def test_a_week_or_an_answer_that_is_not_there_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput):
        call()


def test_a_tenth_is_judged_by_two_and_tells_whether_they_agree() -> None:
    for number in range(20):
        ask(question=f"{'甲乙丙丁戊己庚辛壬癸'[number % 10]}套餐第{'一二'[number // 10]}档多少钱")
    draw()
    assert judge_all("8001") == 20
    second = take("8002")
    assert second is not None
    say(second.id, "wrong", "8002", "fact")
    assert judge_all("8002") == 1
    told = result()
    assert (told.twice, told.bot.right, told.bot.wrong) == (2, 20, 0), "the second verdict changes no share"
    assert told.kappa == 0
    assert take("8003") is None


def test_unclear_answers_are_told_apart_and_both_ways() -> None:
    for _ in range(8):
        ask()
    draw()
    for verdict in ("right",) * 6 + ("unclear", "wrong"):
        shown = take()
        assert shown is not None
        say(shown.id, verdict, reason="condition" if verdict == "wrong" else None)
    told = result().bot
    assert (told.right, told.judged, told.unclear, told.skipped, told.left) == (6, 7, 1, 1, 0)
    assert told.rate == 6 / 7
    assert told.strict is not None
    assert told.strict[0] == 6 / 8


def test_reading_and_judging_are_noted() -> None:
    where, _ = ask()
    draw()
    shown = take()
    assert shown is not None
    with transaction() as session:
        judge(session, shown.id, "right", None, "8001", MONDAY)
        assert noted(session) == [("staff:8001", "accuracy_judged", f"audit_answer:{shown.id}")]
        rows = session.scalars(select(Access).where(Access.conversation_id == where)).all()
    assert [(row.reader, row.who, row.use, row.what, row.times) for row in rows] == [
        ("agent", "8001", "quality", "messages", 1)
    ]


def _inbox() -> list[int]:
    take_in(0.5, MONDAY)
    with transaction() as session:
        return [each.entry.message_id for each in page(session, Filter(), None, 50, MONDAY)[0]]


def test_what_the_bot_answered_wrong_goes_to_the_trainers_where_the_customer_agreed() -> None:
    where, agreed = ask("我要查一下合约期", "您本月话费五十元。")
    with transaction() as session:
        agree(session, where, True, THEN - timedelta(minutes=1))
    ask("我要查一下套餐", "您本月话费五十元。")
    _, by_agent = ask("我要查一下宽带", "您本月话费五十元。", by="1001")
    draw()
    assert _inbox() == []
    wrong: dict[str, int] = {}
    while shown := take():
        say(shown.id, "wrong", reason="off_topic")
        wrong[shown.question[-1]] = shown.id
    assert _inbox() == [agreed]
    with transaction() as session:
        steps = session.execute(select(TrainingStep.kind, TrainingStep.message_id)).all()
    assert all(step.kind == "audit" and step.message_id != by_agent for step in steps)
    say(wrong["我要查一下合约期"], "right")
    assert _inbox() == [], "the judge thinks otherwise now"


def test_wrong_answers_are_shown_when_the_week_is_judged_and_not_before() -> None:
    ask("我要查一下套餐", "您本月话费五十元。", by="1001")
    ask("我要查一下宽带")
    draw()
    with transaction() as session, pytest.raises(Conflict) as early:
        wrong_answers(session, WEEK, "8001", MONDAY)
    assert early.value.reason == "audit_open"
    judge_all("8002", {"我要查一下套餐": "wrong"})
    with transaction() as session:
        (wrong,) = wrong_answers(session, WEEK, "8001", MONDAY)
    assert (wrong.author, wrong.staff, wrong.reason, wrong.answer) == (
        Author.AGENT, "1001", "fact", "您本月话费五十元。",
    )  # fmt: skip


def test_no_row_of_the_audit_holds_words() -> None:
    ask("我要查一下套餐", "您本月话费五十元。", by="1001")
    draw()
    judge_all("8002", {"我要查一下套餐": "wrong"})
    with transaction() as session:
        kept = [
            str(session.execute(text(f"SELECT * FROM {table.__tablename__}")).all())
            for table in (AuditWeek, AuditAnswer, AuditVerdict)
        ]
    assert not any(word in row for row in kept for word in ("套餐", "话费"))


def test_the_results_of_the_last_weeks_come_newest_first() -> None:
    with transaction() as session:
        assert result_of(session, WEEK, MONDAY) is None
    ask()
    draw()
    with transaction() as session:
        assert [each.week for each in results(session, NOW)] == [week_before(MONDAY)]
