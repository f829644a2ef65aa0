"""The lessons in the chat: begun, answered right and wrong, left and taken up, and the score."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from care.accounts.proofs import know_user
from care.conversations.tables import Conversation
from care.db import transaction
from care.rights.lessons import NAMES, lessons
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW

FIRST, *REST = lessons()["bill"].steps


def _payload(step: str, choice: int) -> str:
    return "/rights_other" + json.dumps({"lesson": "bill", "step": step, "choice": str(choice)})


def _right(step: Any) -> int:
    return next(place for place, each in enumerate(step.choices, 1) if each.right)


async def test_the_list_names_every_lesson(actions: Actions) -> None:
    ((name, values),) = await Play(actions).say('/rights_other{"sub": "lesson"}')
    assert name == "utter_lessons"
    assert [button["title"] for button in values["buttons"]] == [lessons()[each].title for each in NAMES]
    assert all(lessons()[each].about in values["lessons"] for each in NAMES)


@pytest.mark.parametrize("text", ["有没有小课", "教我看账单"])
async def test_it_can_be_asked_for_in_words(actions: Actions, text: str) -> None:
    assert await Play(actions).names(text, "rights_other", sub="lesson") == ["utter_lessons"]


async def test_a_right_answer_leads_on(actions: Actions) -> None:
    play = Play(actions)
    ((name, step),) = await play.say('/rights_other{"lesson": "bill"}')
    assert (name, step["step"], step["steps"]) == ("utter_lesson_step", "1", "5")
    assert [button["title"] for button in step["buttons"]] == [each.text for each in FIRST.choices] + ["不学了"]
    (name, said), (following, after) = await play.say(step["buttons"][_right(FIRST) - 1]["payload"])
    assert (name, said["because"]) == ("utter_lesson_right", FIRST.because)
    assert (following, after["step"], after["ask"]) == ("utter_lesson_step", "2", REST[0].ask)


async def test_a_wrong_answer_names_the_right_one(actions: Actions) -> None:
    wrong = _right(FIRST) % 3 + 1
    (name, said), _ = await Play(actions).say(_payload(FIRST.id, wrong))
    assert name == "utter_lesson_wrong"
    assert said["choice"] == FIRST.choices[_right(FIRST) - 1].text


async def test_the_score_names_what_to_read_again(actions: Actions) -> None:
    play = Play(actions)
    await play.say(_payload(FIRST.id, _right(FIRST) % 3 + 1))
    for step in REST:
        heard = await play.say(_payload(step.id, _right(step)))
    name, end = heard[-1]
    assert (name, end["right"], end["steps"]) == ("utter_lesson_read_again", "4", "5")
    assert json.loads(end["buttons"][0]["payload"].removeprefix("/rights_other")) == {"article": FIRST.article}


async def test_all_right_needs_no_reading(actions: Actions) -> None:
    play = Play(actions)
    for step in (FIRST, *REST):
        heard = await play.say(_payload(step.id, _right(step)))
    assert heard[-1][0] == "utter_lesson_end"
    ((_, listed),) = await play.say('/rights_other{"sub": "lesson"}')
    assert "答对 5 题" in listed["lessons"]
    again = await play.say('/rights_other{"lesson": "bill", "choice": "again"}')
    assert (again[-1][0], again[-1][1]["step"]) == ("utter_lesson_step", "1")


async def test_left_and_taken_up_again(actions: Actions) -> None:
    play = Play(actions)
    await play.say(_payload(FIRST.id, 1))
    assert await play.names('/rights_other{"lesson": "bill", "choice": "stop"}') == ["utter_lesson_stopped"]
    ((_, listed),) = await play.say('/rights_other{"sub": "lesson"}')
    assert "学到第 2 步" in listed["lessons"]
    ((_, step),) = await play.say('/rights_other{"lesson": "bill"}')
    assert step["step"] == "2"


async def test_the_last_answer_to_a_step_counts(actions: Actions) -> None:
    play = Play(actions)
    await play.say(_payload(FIRST.id, _right(FIRST) % 3 + 1))
    await play.say(_payload(FIRST.id, _right(FIRST)))
    for step in REST:
        heard = await play.say(_payload(step.id, _right(step)))
    assert heard[-1][0] == "utter_lesson_end"


async def test_progress_follows_a_logged_in_customer(actions: Actions) -> None:
    """From one conversation to another; somebody else's begins at the first step."""
    with transaction() as session:
        for other in ("c2", "c3"):
            session.add(Conversation(id=other, channel="web", created_at=NOW))
        for conversation, user in (("c1", "zhang"), ("c2", "zhang"), ("c3", "li")):
            know_user(session, conversation, "web", user, NOW + timedelta(days=1), NOW)
    await Play(actions).say(_payload(FIRST.id, 1))
    for conversation, step in (("c2", "2"), ("c3", "1")):
        ((_, values),) = await Play(actions, conversation).say('/rights_other{"lesson": "bill"}')
        assert values["step"] == step


@pytest.mark.parametrize(
    "payload", ['/rights_other{"lesson": "cooking"}', '/rights_other{"sub": "lesson", "choice": "1"}']
)
async def test_a_lesson_that_is_none_shows_the_list(actions: Actions, payload: str) -> None:
    assert await Play(actions).names(payload) == ["utter_lessons"]
