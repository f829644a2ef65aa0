"""Marks and why: pressed, or said right behind the question; anything else goes its way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.conversations.tables import Message
from care.conversations.telling import tell
from care.db import transaction
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.handoff.tables import Handoff
from care.once import OnceKey
from care.satisfaction.asking import is_opted_out
from care.satisfaction.marks import mark_in
from care.satisfaction.ratings import answer, ask
from care.satisfaction.tables import Rating
from tests.support.rasa import Actions, Talk, slot
from tests.support.times import NOW

MARKS = [
    ("9", 9),
    ("10分", 10),
    ("打8分吧", 8),
    ("给十分", 10),
    ("满分！", 10),
    ("我给她九分", 9),
    ("0分", 1),  # the least there is
    ("零分", 1),
    ("两分", 2),
    ("８", 8),
    ("11", None),
    ("100分", None),
    ("9号", None),
    ("三天了", None),
    ("9点给我打电话", None),
    ("满意", None),
    ("第一个", None),
    ("", None),
]


@pytest.mark.parametrize(("words", "mark"), MARKS)
def test_a_mark_in_words(words: str, mark: int | None) -> None:
    assert mark_in(words) == mark


def _asked() -> int:
    """The question stands; the id of the customer's next message."""
    with transaction() as session:
        request_handoff(session, "c1", Reason.ASKED, NOW)
        handoff = session.scalars(select(Handoff)).one()
        ask(session, handoff.id, "c1", "1001", NOW)
        return _next(session)


def _next(session: object) -> int:
    message = Message(conversation_id="c1", author="customer", text="…", created_at=NOW + timedelta(seconds=1))
    session.add(message)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return message.id


def _score() -> int | None:
    with transaction() as session:
        return session.scalars(select(Rating.score)).one_or_none()


ANSWERS = [
    # message, label, what is said, the mark that is kept
    ('/rate{"score": "9"}', "", ["utter_rate_thanks"], 9),
    ('/rate{"score": "7"}', "", ["utter_rate_better"], 7),
    ('/rate{"score": "6"}', "", ["utter_rate_sorry"], 6),
    ("9", "inform", ["utter_rate_thanks"], 9),
    ("打3分", "complaint_service", ["utter_rate_sorry"], 3),
    ("不评了", "deny", ["utter_rate_no"], None),
    ("别再让我评价", "satisfaction", ["utter_rate_never"], None),
    ("你好", "greet_chitchat", ["utter_greet"], None),  # the question holds nobody
]


@pytest.mark.parametrize(("words", "label", "said", "score"), ANSWERS)
async def test_right_behind_the_question(
    actions: Actions, words: str, label: str, said: list[str], score: int | None
) -> None:
    message = str(_asked())
    action = "action_rate" if words.startswith("/rate") else "action_answer"
    talk = Talk().user(words, label or "rate", message_id=message)
    result = await actions.run(action, talk)
    assert (result.said, _score()) == (said, score)
    assert (await actions.run(action, talk)).said == said, "the turn is run again"


async def test_the_first_mark_counts(actions: Actions) -> None:
    await actions.run("action_rate", Talk().user('/rate{"score": "9"}', message_id=str(_asked())))
    with transaction() as session:
        message = str(_next(session))
    result = await actions.run("action_rate", Talk().user('/rate{"score": "1"}', message_id=message))
    assert (result.said, _score()) == (["utter_rate_over"], 9)


async def test_a_number_later_is_no_mark(actions: Actions) -> None:
    _asked()
    with transaction() as session:
        tell(session, "c1", "utter_handed_back", NOW)
        message = str(_next(session))
    await actions.run("action_what_now", Talk().user("9", "inform", message_id=message))
    assert _score() is None


async def test_nobody_asked(actions: Actions) -> None:
    result = await actions.run("action_rate", Talk().user('/rate{"score": "9"}'))
    assert result.said == ["utter_rate_over"]


async def test_pressed_while_a_complaint_is_told_it_goes_on(actions: Actions) -> None:
    message = str(_asked())
    talk = Talk(category="other", description="断网了").asked("line")
    result = await actions.run("validate_complaint_form", talk.user('/rate{"score": "9"}', message_id=message))
    assert result.said == ["utter_rate_thanks"]
    assert slot("requested_slot", "complaint_line") in result.events
    assert _score() == 9


async def test_a_number_in_a_form_is_its_answer(actions: Actions) -> None:
    message = str(_asked())
    talk = Talk(category="other", description="断网了").asked("since").user("3", "inform", message_id=message)
    await actions.run("validate_complaint_form", talk)
    assert _score() is None


def _asked_why(score: int) -> int:
    """The mark is given, and why was asked; the id of the customer's next message."""
    message = _asked()
    with transaction() as session:
        answer(session, "c1", score, OnceKey("c1", message, "action_rate"), NOW + timedelta(seconds=1))
        tell(session, "c1", "utter_rate_thanks" if score > 7 else "utter_rate_sorry", NOW + timedelta(seconds=2))
        return _next(session)


def _why() -> tuple[list[str], str | None]:
    with transaction() as session:
        rating = session.scalars(select(Rating)).one()
        return rating.reasons, rating.words


WHY = [
    # mark, message, label, what is said, what is kept
    (9, '/rate{"choice": "fast"}', "", ["utter_rate_why_thanks"], ["fast"], None),
    (3, '/rate{"choice": "slow"}', "", ["utter_rate_why_sorry"], ["slow"], None),
    (3, "2", "inform", ["utter_rate_why_sorry"], ["slow"], None),  # a channel without buttons
    (3, "1、4", "inform", ["utter_rate_why_sorry"], ["unsolved", "repeated"], None),
    (3, "一直让我重复", "complaint_service", ["utter_rate_why_sorry"], ["repeated"], "一直让我重复"),
    (3, "说话绕来绕去的", "nlu_fallback", ["utter_rate_why_sorry"], [], "说话绕来绕去的"),
    (9, "讲得很明白", "satisfaction", ["utter_rate_why_thanks"], ["clear"], "讲得很明白"),
    (3, "不说了", "deny", ["utter_rate_no"], [], None),
    (3, "以后别让我评价了", "satisfaction", ["utter_rate_never"], [], None),
    (9, "你好", "greet_chitchat", ["utter_greet"], [], None),
]


@pytest.mark.parametrize(("mark", "words", "label", "said", "reasons", "own"), WHY)
async def test_right_behind_why(
    actions: Actions, mark: int, words: str, label: str, said: list[str], reasons: list[str], own: str | None
) -> None:
    message = str(_asked_why(mark))
    action = "action_rate" if words.startswith("/rate") else "action_answer"
    talk = Talk().user(words, label or "rate", message_id=message)
    for _ in range(2):  # the turn is run again
        assert ((await actions.run(action, talk)).said, _why()) == (said, (reasons, own))


NO_REASONS = [
    ("我家宽带断了三天，到现在没人来修", "complaint_broadband", "a complaint"),
    ("客服态度恶劣，我要投诉", "complaint_service", "asks for a complaint"),
    ("转人工", "handoff", "asks for a person"),
    ("我这个月话费多少", "billing_balance", "a question"),
    ("你们几点下班", "inform", "a question"),
    ("谢谢", "satisfaction", "thanks"),
    ("13800138000", "inform", "a number"),
]


@pytest.mark.parametrize(("words", "label", "why"), NO_REASONS, ids=[why for *_, why in NO_REASONS])
async def test_what_is_no_reason_is_answered_as_always(actions: Actions, words: str, label: str, why: str) -> None:
    message = str(_asked_why(3))
    sub = "thanks" if label == "satisfaction" else None
    result = await actions.run("action_answer", Talk().user(words, label, message_id=message, sub=sub))
    assert not [said for said in result.said if said.startswith("utter_rate")], why
    assert _why() == ([], None)


async def test_words_later_are_no_reason(actions: Actions) -> None:
    _asked_why(3)
    with transaction() as session:
        tell(session, "c1", "utter_handed_back", NOW)
        message = str(_next(session))
    await actions.run("action_answer", Talk().user("太慢了", "satisfaction", message_id=message))
    assert _why() == ([], None)


async def test_a_reason_is_pressed_once(actions: Actions) -> None:
    message = str(_asked_why(3))
    await actions.run("action_rate", Talk().user('/rate{"choice": "slow"}', message_id=message))
    with transaction() as session:
        message = str(_next(session))
    result = await actions.run("action_rate", Talk().user('/rate{"choice": "rude"}', message_id=message))
    assert (result.said, _why()) == (["utter_rate_over"], (["slow"], None))


async def test_an_opt_out_is_heard_at_any_time_and_a_complaint_goes_on(actions: Actions) -> None:
    with transaction() as session:
        message = str(_next(session))
    talk = Talk(category="other", description="断网了").asked("line")
    result = await actions.run("validate_complaint_form", talk.user("别再让我打分", "inform", message_id=message))
    assert result.said == ["utter_rate_never"]
    assert slot("requested_slot", "complaint_line") in result.events
    with transaction() as session:
        assert is_opted_out(session, conversation_id="c1")
