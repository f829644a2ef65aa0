"""Lessons in the chat: which there are, a step and its question, what was right, and the score."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.rights.telling import choice as article_choice
from actions.turn import entity_of, in_database, key_of
from actions.urgent import end_turn
from care.db import utcnow
from care.rights.articles import article_of
from care.rights.lessons import Progress, Step, begin_again, keep_answer, lessons, progress
from care.wording import buttons, say

Events = list[dict[str, Any]]

_STOP, _AGAIN = "stop", "again"
#: buttons beside those that lead on
_MOST_ARTICLES = 3


async def lesson(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The list of lessons, or what a button of one says: its step with the answer, begin it anew, leave it."""
    name, chosen = entity_of(tracker, "lesson"), entity_of(tracker, "choice")
    if chosen == _STOP:
        dispatcher.utter_message(response="utter_lesson_stopped")
    elif name not in lessons():
        _say_list(dispatcher, await _progress(tracker))
    else:
        step = next((each for each in lessons()[name].steps if each.id == entity_of(tracker, "step")), None)
        if step is not None and chosen in ("1", "2", "3"):
            await _take(dispatcher, tracker, name, step, int(chosen))
        elif chosen == _AGAIN:
            now = utcnow()
            await in_database(lambda session: begin_again(session, tracker.sender_id, name, now))
        _say_next(dispatcher, name, (await _progress(tracker))[name])
    return end_turn(tracker)


async def _take(dispatcher: CollectingDispatcher, tracker: Tracker, name: str, step: Step, chosen: int) -> None:
    key, is_right, now = key_of(tracker, "action_rights"), step.is_right(chosen), utcnow()

    def keep(session: Session) -> None:
        keep_answer(session, key, name, step.id, is_right, now)

    await in_database(keep)
    right = next(each.text for each in step.choices if each.right)
    key_of_answer = "utter_lesson_right" if is_right else "utter_lesson_wrong"
    dispatcher.utter_message(response=key_of_answer, because=step.because, choice=right)


async def _progress(tracker: Tracker) -> dict[str, Progress]:
    now = utcnow()
    return await in_database(lambda session: progress(session, tracker.sender_id, now))


def _say_list(dispatcher: CollectingDispatcher, found: dict[str, Progress]) -> None:
    told = "\n".join(_standing(each) for each in found.values())
    choices = [{"title": each.lesson.title, "payload": _payload(name)} for name, each in found.items()]
    dispatcher.utter_message(response="utter_lessons", lessons=told, buttons=choices)


def _standing(found: Progress) -> str:
    given = found.lesson
    if (step := found.next_step) is None:
        return say("lessons_done", title=given.title, right=str(found.right), steps=str(len(given.steps)))
    if not found.answers:
        return say("lessons_new", title=given.title, about=given.about)
    return say("lessons_begun", title=given.title, step=_place(found, step), steps=str(len(given.steps)))


def _say_next(dispatcher: CollectingDispatcher, name: str, found: Progress) -> None:
    given, step = found.lesson, found.next_step
    if step is None:
        _say_end(dispatcher, name, found)
        return
    answers = [
        {"title": each.text, "payload": _payload(name, step=step.id, choice=str(number))}
        for number, each in enumerate(step.choices, 1)
    ]
    leave = {"title": say("lesson_stop"), "payload": _payload(name, choice=_STOP)}
    dispatcher.utter_message(
        response="utter_lesson_step",
        title=given.title,
        step=_place(found, step),
        steps=str(len(given.steps)),
        tell=step.tell,
        ask=step.ask,
        buttons=[*answers, leave],
    )


def _say_end(dispatcher: CollectingDispatcher, name: str, found: Progress) -> None:
    ids = found.to_read_again[:_MOST_ARTICLES]
    on = [
        *(article_choice(article_of(id_)) for id_ in ids),
        {"title": say("lesson_again"), "payload": _payload(name, choice=_AGAIN)},
        {"title": say("lesson_others"), "payload": '/rights_other{"sub": "lesson"}'},
    ]
    dispatcher.utter_message(
        response="utter_lesson_read_again" if ids else "utter_lesson_end",
        title=found.lesson.title,
        right=str(found.right),
        steps=str(len(found.lesson.steps)),
        buttons=on if ids else [*on, *buttons("lesson_end")],
    )


def _place(found: Progress, step: Step) -> str:
    return str(found.lesson.steps.index(step) + 1)


def _payload(name: str, **more: str) -> str:
    return "/rights_other" + json.dumps({"lesson": name} | more)
