"""Lessons of three minutes: read from `data/lessons`, taken step by step, and how far somebody has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.service import conversations_of_same_user
from care.files import read_model
from care.once import OnceKey
from care.rights.articles import article_of
from care.rights.tables import LessonAnswer

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "lessons"
#: in the order in which they are offered
NAMES = ("bill", "data", "complaints", "fraud", "contracts")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Strict):
    text: Annotated[str, Field(min_length=1, max_length=20)]
    right: bool = False


class Step(_Strict):
    #: stays when the wording changes: answers are kept under it
    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z0-9]+)*$", max_length=40)]
    tell: Annotated[str, Field(min_length=40, max_length=180)]
    ask: Annotated[str, Field(min_length=6, max_length=80)]
    choices: Annotated[tuple[Choice, ...], Field(min_length=3, max_length=3)]
    #: said after either answer
    because: Annotated[str, Field(min_length=6, max_length=110)]
    #: what to read again
    article: str

    @model_validator(mode="after")
    def _is_answerable(self) -> Step:
        if sum(choice.right for choice in self.choices) != 1:
            raise ValueError("exactly one choice is right")
        try:
            article_of(self.article)
        except KeyError:
            raise ValueError(f"article: there is no article {self.article}") from None
        return self

    def is_right(self, choice: int) -> bool:
        """`choice`: from 1."""
        return self.choices[choice - 1].right


class Lesson(_Strict):
    title: Annotated[str, Field(min_length=2, max_length=10)]
    about: Annotated[str, Field(min_length=4, max_length=40)]
    version: Annotated[str, Field(pattern=r"^\d+$")]
    since: date
    steps: Annotated[tuple[Step, ...], Field(min_length=3, max_length=6)]

    @model_validator(mode="after")
    def _each_once(self) -> Lesson:
        if len({step.id for step in self.steps}) < len(self.steps):
            raise ValueError("steps: an id stands there twice")
        return self


@dataclass(frozen=True)
class Progress:
    """How far somebody is in a lesson: the steps that were answered, and whether rightly."""

    lesson: Lesson
    answers: Mapping[str, bool]

    @property
    def next_step(self) -> Step | None:
        """None: all are answered."""
        return next((step for step in self.lesson.steps if step.id not in self.answers), None)

    @property
    def right(self) -> int:
        return sum(self.answers.get(step.id, False) for step in self.lesson.steps)

    @property
    def to_read_again(self) -> list[str]:
        """Articles of the steps that were answered wrongly, each once."""
        wrong = [step.article for step in self.lesson.steps if self.answers.get(step.id) is False]
        return list(dict.fromkeys(wrong))


def load_lesson(path: Path) -> Lesson:
    """Raises InvalidInput (reason `lesson`) naming file and place."""
    return read_model(path, Lesson, "lesson")


@lru_cache(maxsize=1)
def lessons() -> dict[str, Lesson]:
    """Those that are shipped, by name."""
    return {name: load_lesson(FOLDER / f"{name}.yml") for name in NAMES}


def progress(session: Session, conversation_id: str, now: datetime) -> dict[str, Progress]:
    """In every lesson, by name: what was answered here, and in other conversations of the same logged-in customer."""
    taken = (
        select(LessonAnswer.lesson, LessonAnswer.step, LessonAnswer.is_right)
        .where(LessonAnswer.conversation_id.in_(conversations_of_same_user(session, conversation_id, now)))
        .order_by(LessonAnswer.answered_at, LessonAnswer.id)
    )
    answers: dict[str, dict[str, bool]] = {name: {} for name in lessons()}
    for name, step, is_right in session.execute(taken):
        if name in answers:
            answers[name][step] = is_right
    return {name: Progress(lesson, answers[name]) for name, lesson in lessons().items()}


def keep_answer(session: Session, key: OnceKey, lesson: str, step: str, is_right: bool, now: datetime) -> None:
    """The same message again changes nothing."""
    row = {"conversation_id": key.conversation_id, "message_id": key.message_id, "lesson": lesson, "step": step}
    session.execute(insert(LessonAnswer).values(**row, is_right=is_right, answered_at=now).on_conflict_do_nothing())


def begin_again(session: Session, conversation_id: str, lesson: str, now: datetime) -> None:
    """Forget the answers to a lesson, so that it begins anew."""
    mine = LessonAnswer.conversation_id.in_(conversations_of_same_user(session, conversation_id, now))
    session.execute(delete(LessonAnswer).where(mine, LessonAnswer.lesson == lesson, LessonAnswer.answered_at <= now))
