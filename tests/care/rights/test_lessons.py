"""The lessons that are shipped, and every mistake that somebody who edits one can make."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import InvalidInput
from care.once import OnceKey
from care.privacy.articles import in_full
from care.rights.articles import article_of
from care.rights.lessons import FOLDER, NAMES, Lesson, Progress, begin_again, keep_answer, lessons, load_lesson
from care.rights.numbers import numbers_in
from care.rights.tables import LessonAnswer
from tests.support.times import NOW

STEPS = [(name, step) for name, lesson in lessons().items() for step in lesson.steps]
#: characters a minute of somebody who reads on a telephone, and seconds for each question
_PACE, _QUESTION = 300, 12


def test_the_files_are_the_lessons() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_takes_three_minutes(name: str) -> None:
    steps = lessons()[name].steps
    read = sum(
        len(step.tell + step.ask + step.because) + sum(len(each.text) for each in step.choices) for step in steps
    )
    assert 2 <= read / _PACE + len(steps) * _QUESTION / 60 <= 4.5


def test_the_right_answer_stands_anywhere() -> None:
    places = [next(place for place, each in enumerate(step.choices) if each.right) for _, step in STEPS]
    assert min(places.count(place) for place in range(3)) >= 4


@pytest.mark.parametrize(("name", "step"), STEPS, ids=[f"{name}-{step.id}" for name, step in STEPS])
def test_what_is_told_as_law_stands_in_its_article(name: str, step: Any) -> None:
    """Times and sums with 天, 日, 个月, 年, 倍 are those of the article that is named to read again, or of its rows."""
    article = in_full(article_of(step.article))
    known = {number for basis in article.basis for number in numbers_in(basis.says)}
    known |= set(numbers_in(article.short + article.longer))
    told = [number for number in numbers_in(step.tell) if not number.endswith(("元", "分钟", "秒"))]
    assert set(told) <= known


def test_progress_counts_the_steps_that_are_there_now() -> None:
    """An answer to a step of an older version counts for nothing."""
    lesson = lessons()["bill"]
    first, second, *_ = lesson.steps
    found = Progress(lesson, {first.id: False, "gone": True})
    assert (found.next_step, found.right, found.to_read_again) == (second, 0, [first.article])
    everything = Progress(lesson, {step.id: True for step in lesson.steps})
    assert (everything.next_step, everything.right, everything.to_read_again) == (None, len(lesson.steps), [])


GOOD: dict[str, Any] = json.loads(lessons()["bill"].model_dump_json())


def _set(*path: str | int) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    def to(value: Any) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            place: Any = data
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value

        return change

    return to


MISTAKES = [
    # what is wrong, and what the one who edits it is told
    (_set("steps", 0, "choices", 0, "right")(True), "steps.0: exactly one choice is right"),
    (_set("steps", 0, "article")("bill-moon"), "steps.0: article: there is no article bill-moon"),
    (_set("steps", 0, "choices")([{"text": "是", "right": True}]), "steps.0.choices"),
    (_set("steps", 1, "id")(GOOD["steps"][0]["id"]), "an id stands there twice"),
    (_set("steps", 0, "tell")("太短"), "steps.0.tell"),
    (_set("steps", 0, "hint")("多一项"), "steps.0.hint: Extra inputs"),
    (_set("title")("这一课的名字长得放不进一个按钮"), "title"),
    (_set("steps")([]), "steps"),
]


@pytest.mark.parametrize(("change", "told"), MISTAKES, ids=[told for _, told in MISTAKES])
def test_a_mistake_is_named_with_its_place(tmp_path: Path, change: Callable[[Any], None], told: str) -> None:
    data = json.loads(json.dumps(GOOD))
    right = next(place for place, each in enumerate(data["steps"][0]["choices"]) if each["right"])
    data["steps"][0]["choices"].append(data["steps"][0]["choices"].pop(right))
    Lesson.model_validate(data)
    change(data)
    path = tmp_path / "broken.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_lesson(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


def test_beginning_again_forgets_what_was_answered_till_then(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    for message_id, lesson, at in ((1, "bill", NOW), (2, "data", NOW), (3, "bill", NOW + timedelta(seconds=1))):
        with transaction() as session:
            keep_answer(session, OnceKey("c1", message_id, "lesson"), lesson, f"s{message_id}", True, at)
    with transaction() as session:
        begin_again(session, "c1", "bill", NOW)
    with transaction() as session:
        left = session.scalars(select(LessonAnswer.message_id).order_by(LessonAnswer.message_id)).all()
    assert left == [2, 3], "another lesson's, and one that came after"
